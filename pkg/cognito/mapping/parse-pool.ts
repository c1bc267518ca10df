import type {
  PasswordPolicyType,
  SchemaAttributeType,
  UserPoolType,
} from "@aws-sdk/client-cognito-identity-provider";
import type { AttributeType, PasswordPolicy, Pool, SchemaAttribute } from "../../core/pool.ts";
import { asArray, asBoolean, asDate, asNumber, asText } from "./parse.ts";

/**
 * DescribeUserPool as the connector reads it. AWS sends every member; emulators leave many out, and then the value
 * that AWS gives a new pool stands: usernames case-sensitive, MFA off, the default password policy.
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
    tier: asText(raw.UserPoolTier),
    createdAt: asDate(raw.CreationDate),
  };
}

// DescribeUserPool gives the names with their custom: and dev: prefixes already, as calls take them.
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

/** The API writes the bounds as text. */
function bound(value: string | undefined): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return asNumber(Number(value));
}

const DEFAULT_MINIMUM_LENGTH = 8;
const DEFAULT_VALIDITY_DAYS = 7;

function passwordPolicy(raw: PasswordPolicyType | undefined, unusedDays: number | undefined): PasswordPolicy {
  // A pool made without any policy demands all four classes; in a policy that is there, a class not named is not demanded.
  const demanded = raw === undefined;
  return {
    minimumLength: asNumber(raw?.MinimumLength) ?? DEFAULT_MINIMUM_LENGTH,
    requireUppercase: asBoolean(raw?.RequireUppercase) ?? demanded,
    requireLowercase: asBoolean(raw?.RequireLowercase) ?? demanded,
    requireNumbers: asBoolean(raw?.RequireNumbers) ?? demanded,
    requireSymbols: asBoolean(raw?.RequireSymbols) ?? demanded,
    historySize: asNumber(raw?.PasswordHistorySize) ?? 0,
    // 0 stands for the default too; UnusedAccountValidityDays is the older name of the same thing.
    temporaryPasswordValidityDays:
      asNumber(raw?.TemporaryPasswordValidityDays) || asNumber(unusedDays) || DEFAULT_VALIDITY_DAYS,
  };
}
