/** One federated identity behind a user, from the `identities` attribute. */
export interface Identity {
  readonly providerName: string;
  readonly providerType: string;
  readonly userId: string;
  readonly issuer: string | undefined;
  readonly primary: boolean;
  readonly createdAt: Date | undefined;
}

/** One user profile of the pool. A person who is linked to an identity provider has two: a local one and the provider's. */
export interface User {
  /** Immutable, never reused: the id of the account (D1). */
  readonly sub: string;
  /** The name that AWS calls take. A generated UUID in pools whose users sign in by e-mail or phone. */
  readonly username: string;
  /** Only this decides whether the account is active (D4). */
  readonly enabled: boolean;
  /** UserStatus as Cognito sent it, also values that we do not know. */
  readonly status: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** Every attribute by its Cognito name, `sub` and `identities` included, values as Cognito sent them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly identities: readonly Identity[];
}

/** What a membership says of its user. */
export type Member = Pick<User, "sub" | "username">;

/** The second factors that this program can turn off. */
export const MFA_FACTORS = ["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"] as const;

export type MfaFactor = (typeof MFA_FACTORS)[number];

/** What Cognito says only of one user, and in no listing. */
export interface UserDetails extends User {
  /** The second factors that are on, as Cognito names them, also names that we do not know. */
  readonly factors: readonly string[];
  readonly preferredFactor: string | undefined;
}

/**
 * Whether the profile belongs to an identity provider. The status is not enough: a linked local user has identities and is
 * CONFIRMED.
 */
export function isFederated(user: User): boolean {
  return user.status === "EXTERNAL_PROVIDER" || user.identities.length > 0;
}
