/** One federated identity behind a user, from the `identities` attribute. */
export interface Identity {
  readonly providerName: string;
  readonly providerType: string;
  readonly userId: string;
  readonly issuer: string | undefined;
  readonly primary: boolean;
  readonly createdAt: Date | undefined;
}

/** One user profile of the pool. A person linked to an identity provider has two: the local one and the provider's. */
export interface User {
  /** Immutable, never reused: the id of the account (D1). */
  readonly sub: string;
  /** The name AWS calls take. A generated UUID in pools that sign in by e-mail or phone. */
  readonly username: string;
  /** Alone decides whether the account is active (D4). */
  readonly enabled: boolean;
  /** UserStatus as Cognito said it; values that we do not know pass through. */
  readonly status: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** Every attribute by its Cognito name, `sub` and `identities` included, values as Cognito sent them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly identities: readonly Identity[];
}

/**
 * Whether the profile belongs to an identity provider. The status alone does not tell: a linked local user has
 * identities while being CONFIRMED.
 */
export function isFederated(user: User): boolean {
  return user.status === "EXTERNAL_PROVIDER" || user.identities.length > 0;
}
