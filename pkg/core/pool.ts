export type AttributeType = "String" | "Number" | "DateTime" | "Boolean";

/** One attribute of the pool's schema, under the exact name that calls take (`custom:` and `dev:` prefixes included). */
export interface SchemaAttribute {
  readonly name: string;
  readonly type: AttributeType;
  /** False: can be written at creation only. */
  readonly mutable: boolean;
  readonly required: boolean;
  readonly developerOnly: boolean;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minValue: number | undefined;
  readonly maxValue: number | undefined;
}

export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requireUppercase: boolean;
  readonly requireLowercase: boolean;
  readonly requireNumbers: boolean;
  readonly requireSymbols: boolean;
  readonly historySize: number;
  readonly temporaryPasswordValidityDays: number;
}

/** What the connector reads from the pool itself. */
export interface Pool {
  readonly id: string;
  readonly name: string;
  readonly arn: string | undefined;
  /** An estimate: usable for a progress line, never to check that a listing is complete. */
  readonly estimatedUsers: number;
  readonly schema: readonly SchemaAttribute[];
  /** Non-empty: people sign in by these and Cognito generates the username. */
  readonly usernameAttributes: readonly string[];
  /** Attributes that can be used instead of the username at sign-in, once they are verified. */
  readonly aliasAttributes: readonly string[];
  readonly caseSensitiveUsernames: boolean;
  readonly passwordPolicy: PasswordPolicy;
  /** Attributes whose new value is used only after the user has verified it (AttributesRequireVerificationBeforeUpdate). */
  readonly verifiedBeforeUpdate: readonly string[];
  /** How sign-in may begin. With any value other than PASSWORD, accounts may have no password. */
  readonly firstAuthFactors: readonly string[];
  readonly mfa: string;
  /** Whether the pool can send SMS; undefined: not known. */
  readonly sendsSms?: boolean | undefined;
  readonly tier: string | undefined;
  readonly createdAt: Date | undefined;
}

/** The Region in a pool id: `eu-west-1_AbCd` is in `eu-west-1`. */
export function regionOfPool(poolId: string): string {
  return poolId.slice(0, poolId.indexOf("_"));
}

/** The form that Cognito requires of a pool id, restricted to `<region>_<id>` because the Region is read from it. */
export const POOL_ID = /^(?=.{1,55}$)[a-z]{2,}(?:-[a-z]+)+-\d+_[0-9a-zA-Z]+$/;
