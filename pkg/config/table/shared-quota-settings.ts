import { CALLING_AWS, optionalTextSetting, type Setting, textSetting } from "./setting.ts";
import { redisUrl } from "./values/redis-url.ts";
import * as shapes from "./values/shapes.ts";

const COMMON = { group: "Shared quota", operators: true, commands: CALLING_AWS } as const;

/** The rows of the group Shared quota, in the order of the table. */
export const SHARED_QUOTA_SETTINGS = {
  "redis-url": optionalTextSetting({
    ...COMMON,
    description:
      "Redis in which all instances of the account and Region share --rate: redis://host:port/database, redis+sentinel://host,host/master or redis+cluster://host,host; with TLS rediss",
    example: "url",
    parse: redisUrl,
    fallbackText: "none",
    carriesPassword: true,
  }),
  "redis-username": optionalTextSetting({
    ...COMMON,
    description: "User name at Redis",
    example: "name",
    parse: shapes.plainText,
  }),
  "redis-password": optionalTextSetting({
    ...COMMON,
    description: "Password at Redis",
    example: "password",
    parse: shapes.secretText,
    secret: true,
  }),
  "redis-sentinel-password": optionalTextSetting({
    ...COMMON,
    description: "Password at the Sentinels, if they have one",
    example: "password",
    parse: shapes.secretText,
    secret: true,
  }),
  "redis-ca-file": optionalTextSetting({
    ...COMMON,
    description: "PEM file of the CAs to trust at Redis",
    example: "path",
    parse: shapes.plainText,
    fallbackText: "the CAs of Node.js",
  }),
  "redis-prefix": textSetting({
    ...COMMON,
    description: "What the keys in Redis begin with; instances with another prefix do not share",
    example: "text",
    parse: redisPrefix,
    fallback: "cognito-connector",
    fallbackText: "cognito-connector",
  }),
  "aws-account-id": optionalTextSetting({
    ...COMMON,
    description: "AWS account of the pool, for the key in Redis; asked of the pool unless it is known",
    example: "id",
    parse: accountId,
    fallbackText: "that of the role to assume, else that of the pool's ARN",
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

function redisPrefix(given: string) {
  return /^[\w.:-]{1,100}$/.test(given)
    ? { value: given }
    : { problem: "must be up to 100 letters, digits or any of _.:-" };
}

function accountId(given: string) {
  return /^\d{12}$/.test(given)
    ? { value: given }
    : { problem: "must be the 12 digits of an AWS account such as 123456789012" };
}
