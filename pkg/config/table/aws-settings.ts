import {
  CALLING_AWS,
  flagSetting,
  optionalTextSetting,
  type Setting,
  textSetting,
  wholeNumberSetting,
} from "./setting.ts";
import * as shapes from "./values/shapes.ts";

/** The rows of the group AWS access, in the order of the table. */
export const AWS_SETTINGS = {
  "aws-profile": optionalTextSetting({
    group: "AWS access",
    description: "Profile in the AWS config and credentials files",
    example: "name",
    parse: shapes.plainText,
    fallbackText: "the AWS default credential chain",
    commands: CALLING_AWS,
  }),
  "aws-access-key-id": optionalTextSetting({
    group: "AWS access",
    description: "Static access key ID; prefer the AWS default credential chain",
    example: "id",
    parse: shapes.accessKeyId,
    secret: true,
    commands: CALLING_AWS,
  }),
  "aws-secret-access-key": optionalTextSetting({
    group: "AWS access",
    description: "Static secret access key",
    example: "key",
    parse: shapes.secretText,
    secret: true,
    commands: CALLING_AWS,
  }),
  "aws-session-token": optionalTextSetting({
    group: "AWS access",
    description: "Session token of temporary credentials",
    example: "token",
    parse: shapes.secretText,
    secret: true,
    commands: CALLING_AWS,
  }),
  "aws-assume-role-arn": optionalTextSetting({
    group: "AWS access",
    description: "IAM role to assume, for example for a pool in another AWS account",
    example: "arn",
    parse: shapes.roleArn,
    commands: CALLING_AWS,
  }),
  "aws-assume-role-external-id": optionalTextSetting({
    group: "AWS access",
    description: "External ID that the trust policy of the role requires",
    example: "id",
    parse: shapes.externalId,
    commands: CALLING_AWS,
  }),
  "aws-assume-role-session-name": textSetting({
    group: "AWS access",
    description: "Name of the role session, as CloudTrail shows it",
    example: "name",
    parse: shapes.sessionName,
    fallback: "cognito-connector",
    fallbackText: "cognito-connector",
    commands: CALLING_AWS,
  }),
  "aws-assume-role-duration-seconds": wholeNumberSetting({
    group: "AWS access",
    description: "Lifetime of the role session in seconds; the connector renews the session",
    min: 900,
    max: 43_200,
    fallback: 3600,
    commands: CALLING_AWS,
  }),
  "allow-secret-flags": flagSetting({
    group: "AWS access",
    description: "Accept secrets as flags, although every user of the machine can read them",
    inFile: false,
    operators: true,
    commands: [...CALLING_AWS, "query", "changes", "report"],
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
