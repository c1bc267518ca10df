/** One group of the pool. Its name is its identity; a re-created one is told apart by its creation date (D2). */
export interface Group {
  readonly name: string;
  readonly description: string | undefined;
  /** The IAM role that members may assume through an identity pool. */
  readonly roleArn: string | undefined;
  /** 0 is the strongest; absent is the weakest. */
  readonly precedence: number | undefined;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

/**
 * The identity provider behind a `<poolId>_<Provider>` group, or undefined for an ordinary group. Cognito makes such
 * a group at the first federated sign-in and puts its members back at each one, so a removal does not stick.
 */
export function signInProvider(poolId: string, groupName: string): string | undefined {
  const prefix = `${poolId}_`;
  return groupName.startsWith(prefix) && groupName.length > prefix.length
    ? groupName.slice(prefix.length)
    : undefined;
}
