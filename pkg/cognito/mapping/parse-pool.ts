import type {
  PasswordPolicyType,
  SchemaAttributeType,
  UserPoolType,
} from "@aws-sdk/client-cognito-identity-provider";
import type { AttributeType, PasswordPolicy, Pool, SchemaAttribute } from "../../core/pool.ts";
import { asArray, asBoolean, asDate, asNumber, asText } from "./parse.ts";

/**
 * DescribeUserPool as the connector reads it. AWS sends every member. For a member that an emulator leaves out, this
 * returns the value of a new pool: usernames case-sensitive, MFA off, the default password policy.
 */
export function parsePool(poolId: string, raw: UserPoolType): Pool {
  return {
    id: asText(raw.Id) ?? poolId,
    name: asText(raw.Name) ?? poolId,
    arn: asText(raw.Arn),
    estimatedUsers: asNumber(raw.EstimatedNumberOfUsers) ?? 0,
    schema: (asArray<SchemaAttributeType>(raw.SchemaAttributes) ?? []).flatMap(schemaAttribute),
    usernameAttributes: asArray<string>(raw.UsernameAttributes) ?? [],
    aliasAttributes: asArray<string>(raw.AliasAttributes) ?? [],
    caseSensitiveUsernames: asBoolean(raw.UsernameConfiguration?.CaseSensitive) ?? true,
    passwordPolicy: passwordPolicy(
      raw.Policies?.PasswordPolicy,
      raw.AdminCreateUserConfig?.UnusedAccountValidityDays,
    ),
    verifiedBeforeUpdate:
      asArray<string>(raw.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate) ?? [],
    firstAuthFactors: asArray<string>(raw.Policies?.SignInPolicy?.AllowedFirstAuthFactors) ?? ["PASSWORD"],
    mfa: asText(raw.MfaConfiguration) ?? "OFF",
    sendsSms:
      asText(raw.SmsConfiguration?.SnsCallerArn) !== undefined ||
      asText(raw.LambdaConfig?.CustomSMSSender?.LambdaArn) !== undefined,
    tier: asText(raw.UserPoolTier),
    createdAt: asDate(raw.CreationDate),
  };
}

// DescribeUserPool returns names with their custom: and dev: prefixes, as the other operations expect them.
function schemaAttribute(raw: SchemaAttributeType): SchemaAttribute[] {
  const name = asText(raw.Name);
  if (name === undefined) return [];
  return [
    {
      name,
      type: attributeType(raw.AttributeDataType),
      mutable: asBoolean(raw.Mutable) ?? true,
      required: asBoolean(raw.Required) ?? false,
      developerOnly: asBoolean(raw.DeveloperOnlyAttribute) ?? name.startsWith("dev:"),
      minLength: bound(raw.StringAttributeConstraints?.MinLength),
      maxLength: bound(raw.StringAttributeConstraints?.MaxLength),
      minValue: bound(raw.NumberAttributeConstraints?.MinValue),
      maxValue: bound(raw.NumberAttributeConstraints?.MaxValue),
    },
  ];
}

function attributeType(value: string | undefined): AttributeType {
  return value === "Number" || value === "DateTime" || value === "Boolean" ? value : "String";
}

/** The API sends the bounds as text. */
function bound(value: string | undefined): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return asNumber(Number(value));
}

const DEFAULT_MINIMUM_LENGTH = 8;
const DEFAULT_VALIDITY_DAYS = 7;

function passwordPolicy(raw: PasswordPolicyType | undefined, unusedDays: number | undefined): PasswordPolicy {
  // A pool without a policy demands all four classes. In a policy, a class that is not named is not demanded.
  const demanded = raw === undefined;
  return {
    minimumLength: asNumber(raw?.MinimumLength) ?? DEFAULT_MINIMUM_LENGTH,
    requireUppercase: asBoolean(raw?.RequireUppercase) ?? demanded,
    requireLowercase: asBoolean(raw?.RequireLowercase) ?? demanded,
    requireNumbers: asBoolean(raw?.RequireNumbers) ?? demanded,
    requireSymbols: asBoolean(raw?.RequireSymbols) ?? demanded,
    historySize: asNumber(raw?.PasswordHistorySize) ?? 0,
    // 0 means the default too. UnusedAccountValidityDays is the older name of the same setting.
    temporaryPasswordValidityDays:
      asNumber(raw?.TemporaryPasswordValidityDays) || asNumber(unusedDays) || DEFAULT_VALIDITY_DAYS,
  };
}
