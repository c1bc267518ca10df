import { CALLING_AWS, choiceSetting, optionalTextSetting, type Setting, textSetting } from "./setting.ts";
import { CATEGORIES, DEFAULT_RATES, parseRates } from "./values/rate.ts";
import * as shapes from "./values/shapes.ts";

/** The rows of the group Pool, in the order of the table. */
export const POOL_SETTINGS = {
  "user-pool-id": optionalTextSetting({
    group: "Pool",
    description: "ID of the user pool, such as eu-west-1_AbCd12345",
    example: "id",
    parse: shapes.poolId,
    required: true,
    commands: [...CALLING_AWS, "iam-policy", "changes", "report"],
    optionalFor: ["changes", "diff", "report"],
  }),
  region: optionalTextSetting({
    group: "Pool",
    description: "AWS Region of the pool; it must match the pool ID",
    example: "region",
    parse: shapes.regionName,
    fallbackText: "the Region in the pool ID",
    commands: [...CALLING_AWS, "iam-policy"],
  }),
  "user-id": choiceSetting({
    group: "Pool",
    description: "What identifies a user: sub never changes and is never reused; username can be reused",
    of: ["sub", "username"],
    fallback: "sub",
    commands: ["sync", "serve", "list", "write"],
  }),
  rate: textSetting({
    group: "Pool",
    description: `Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (${CATEGORIES.join(", ")})`,
    example: "rates",
    parse: parseRates,
    fallback: DEFAULT_RATES,
    fallbackText: "5",
    repeats: true,
    commands: CALLING_AWS,
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
