import { describe, expect, test } from "vitest";
import { parsePool } from "./parse-pool.ts";

describe("parsePool", () => {
  test("reads what AWS sends", () => {
    const pool = parsePool("eu-west-1_a", {
      Id: "eu-west-1_A",
      Name: "people",
      Arn: "arn:aws:cognito-idp:eu-west-1:1:userpool/eu-west-1_A",
      EstimatedNumberOfUsers: 1234,
      CreationDate: new Date(5),
      UsernameAttributes: ["email"],
      AliasAttributes: ["preferred_username"],
      UsernameConfiguration: { CaseSensitive: false },
      MfaConfiguration: "OPTIONAL",
      UserPoolTier: "PLUS",
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ["email"] },
      Policies: {
        SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] },
        PasswordPolicy: {
          MinimumLength: 12,
          RequireUppercase: true,
          RequireLowercase: false,
          RequireNumbers: true,
          RequireSymbols: false,
          PasswordHistorySize: 3,
          TemporaryPasswordValidityDays: 30,
        },
      },
      SchemaAttributes: [
        {
          Name: "custom:dept",
          AttributeDataType: "String",
          Mutable: true,
          Required: false,
          DeveloperOnlyAttribute: false,
          StringAttributeConstraints: { MinLength: "1", MaxLength: "256" },
        },
        {
          Name: "custom:age",
          AttributeDataType: "Number",
          Mutable: false,
          NumberAttributeConstraints: { MinValue: "-1", MaxValue: "150" },
        },
        { Name: "dev:custom:flag", AttributeDataType: "Boolean", DeveloperOnlyAttribute: true },
        { Name: "email", AttributeDataType: "String", Required: true, StringAttributeConstraints: {} },
      ],
    });
    expect(pool).toEqual({
      id: "eu-west-1_A",
      name: "people",
      arn: "arn:aws:cognito-idp:eu-west-1:1:userpool/eu-west-1_A",
      estimatedUsers: 1234,
      createdAt: new Date(5),
      usernameAttributes: ["email"],
      aliasAttributes: ["preferred_username"],
      caseSensitiveUsernames: false,
      verifiedBeforeUpdate: ["email"],
      firstAuthFactors: ["PASSWORD", "EMAIL_OTP"],
      mfa: "OPTIONAL",
      sendsSms: false,
      tier: "PLUS",
      passwordPolicy: {
        minimumLength: 12,
        requireUppercase: true,
        requireLowercase: false,
        requireNumbers: true,
        requireSymbols: false,
        historySize: 3,
        temporaryPasswordValidityDays: 30,
      },
      schema: [
        attribute("custom:dept", { minLength: 1, maxLength: 256 }),
        attribute("custom:age", { type: "Number", mutable: false, minValue: -1, maxValue: 150 }),
        attribute("dev:custom:flag", { type: "Boolean", developerOnly: true }),
        attribute("email", { required: true }),
      ],
    });
  });

  test("takes AWS's own defaults for what an emulator leaves out", () => {
    expect(parsePool("eu-west-1_A", {})).toEqual({
      id: "eu-west-1_A",
      name: "eu-west-1_A",
      arn: undefined,
      estimatedUsers: 0,
      createdAt: undefined,
      usernameAttributes: [],
      aliasAttributes: [],
      caseSensitiveUsernames: true,
      verifiedBeforeUpdate: [],
      firstAuthFactors: ["PASSWORD"],
      mfa: "OFF",
      sendsSms: false,
      tier: undefined,
      passwordPolicy: {
        minimumLength: 8,
        requireUppercase: true,
        requireLowercase: true,
        requireNumbers: true,
        requireSymbols: true,
        historySize: 0,
        temporaryPasswordValidityDays: 7,
      },
      schema: [],
    });
  });

  test("a policy that is there demands only what it names", () => {
    const { passwordPolicy } = parsePool("p", { Policies: { PasswordPolicy: { RequireNumbers: true } } });
    expect(passwordPolicy).toMatchObject({
      minimumLength: 8,
      requireUppercase: false,
      requireLowercase: false,
      requireNumbers: true,
      requireSymbols: false,
    });
  });

  test("0 days of validity are the default, and the older setting counts", () => {
    const PasswordPolicy = { TemporaryPasswordValidityDays: 0 };
    expect(
      parsePool("p", { Policies: { PasswordPolicy } }).passwordPolicy.temporaryPasswordValidityDays,
    ).toBe(7);
    const AdminCreateUserConfig = { UnusedAccountValidityDays: 90 };
    expect(parsePool("p", { AdminCreateUserConfig }).passwordPolicy.temporaryPasswordValidityDays).toBe(90);
  });
});

function attribute(name: string, over: object): object {
  return {
    name,
    type: "String",
    mutable: true,
    required: false,
    developerOnly: false,
    minLength: undefined,
    maxLength: undefined,
    minValue: undefined,
    maxValue: undefined,
    ...over,
  };
}

test.for<[boolean, Parameters<typeof parsePool>[1]]>([
  [true, { SmsConfiguration: { SnsCallerArn: "arn:aws:iam::123456789012:role/sms" } }],
  [true, { LambdaConfig: { CustomSMSSender: { LambdaVersion: "V1_0", LambdaArn: "arn:aws:lambda:a:b:c" } } }],
  [false, { LambdaConfig: {} }],
])("whether the pool can send SMS is %s", ([sendsSms, raw]) => {
  expect(parsePool("eu-west-1_A", raw).sendsSms).toBe(sendsSms);
});
