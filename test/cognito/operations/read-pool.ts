import { groupNotFound } from "../errors.ts";
import { epochSeconds, groupJson } from "../model.ts";
import type { PoolReader } from "../pool-reader.ts";
import { schemaJson } from "../schema.ts";
import { textOf } from "../validate.ts";
import { members } from "./members.ts";
import { type Operation, pageJson, pageOf } from "./operation.ts";

export const listGroups: Operation = {
  name: "ListGroups",
  category: "UserPoolResourceRead",
  writes: false,
  members: members(["UserPoolId"], ["Limit", "NextToken"]),
  run(call) {
    const { id } = call.pool.settings;
    const page = pageOf(call, "NextToken", "", (after, want) => call.pool.groups(after, want));
    return pageJson("Groups", "NextToken", {
      ...page,
      items: page.items.map((group) => groupJson(group, id)),
    });
  },
};

export const getGroup: Operation = {
  name: "GetGroup",
  category: "UserPoolResourceRead",
  writes: false,
  members: members(["UserPoolId", "GroupName"]),
  run(call) {
    const group = call.pool.findGroup(textOf(call.input, "GroupName"));
    if (group === undefined) throw groupNotFound();
    return `{"Group":${groupJson(group, call.pool.settings.id)}}`;
  },
};

// An empty list is left out of the answer, as AWS does.
const orAbsent = (list: readonly string[]): readonly string[] | undefined =>
  list.length > 0 ? list : undefined;

function describe(pool: PoolReader): unknown {
  const { settings } = pool;
  const policy = settings.passwordPolicy;
  const verify = settings.verifyBeforeUpdate;
  return {
    Id: settings.id,
    Name: settings.name,
    Arn: settings.arn,
    Policies: {
      PasswordPolicy: {
        MinimumLength: policy.minimumLength,
        RequireUppercase: policy.requireUppercase,
        RequireLowercase: policy.requireLowercase,
        RequireNumbers: policy.requireNumbers,
        RequireSymbols: policy.requireSymbols,
        PasswordHistorySize: policy.historySize === 0 ? undefined : policy.historySize,
        TemporaryPasswordValidityDays: policy.temporaryPasswordValidityDays,
      },
      SignInPolicy: { AllowedFirstAuthFactors: settings.firstAuthFactors },
    },
    DeletionProtection: settings.deletionProtection ? "ACTIVE" : "INACTIVE",
    LambdaConfig: {},
    LastModifiedDate: epochSeconds(settings.createdMs),
    CreationDate: epochSeconds(settings.createdMs),
    SchemaAttributes: settings.schema.map(schemaJson),
    AutoVerifiedAttributes: orAbsent(settings.autoVerified),
    AliasAttributes: orAbsent(settings.aliasAttributes),
    UsernameAttributes: orAbsent(settings.usernameAttributes),
    VerificationMessageTemplate: { DefaultEmailOption: "CONFIRM_WITH_CODE" },
    UserAttributeUpdateSettings:
      verify.length === 0 ? undefined : { AttributesRequireVerificationBeforeUpdate: verify },
    MfaConfiguration: settings.mfa,
    SmsConfiguration: settings.sendsSms
      ? { SnsCallerArn: `arn:aws:iam::${settings.accountId}:role/service-role/sms` }
      : undefined,
    EstimatedNumberOfUsers: settings.estimatedUsers ?? pool.userCount(),
    EmailConfiguration: { EmailSendingAccount: "COGNITO_DEFAULT" },
    UserPoolTags: settings.tags,
    AdminCreateUserConfig: {
      AllowAdminCreateUserOnly: settings.adminCreateOnly,
      UnusedAccountValidityDays: policy.temporaryPasswordValidityDays,
    },
    UserPoolAddOns:
      settings.advancedSecurity === "OFF" ? undefined : { AdvancedSecurityMode: settings.advancedSecurity },
    UsernameConfiguration: { CaseSensitive: settings.caseSensitive },
    AccountRecoverySetting: {
      RecoveryMechanisms: settings.selfServiceRecovery
        ? [
            { Priority: 1, Name: "verified_email" },
            { Priority: 2, Name: "verified_phone_number" },
          ]
        : [{ Priority: 1, Name: "admin_only" }],
    },
    UserPoolTier: settings.tier,
  };
}

export const describeUserPool: Operation = {
  name: "DescribeUserPool",
  category: "UserPoolRead",
  writes: false,
  members: members(["UserPoolId"]),
  run: (call) => JSON.stringify({ UserPool: describe(call.pool) }),
};
