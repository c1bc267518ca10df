/** One group of the pool. Its name is its identity; the creation date shows that a group was re-created (D2). */
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
 * The identity provider behind a `<poolId>_<Provider>` group, or undefined for an ordinary group. Cognito creates such a
 * group at the first federated sign-in and adds its members again at each one, so a removal does not last.
 */
export function signInProvider(poolId: string, groupName: string): string | undefined {
  const prefix = `${poolId}_`;
  return groupName.startsWith(prefix) && groupName.length > prefix.length
    ? groupName.slice(prefix.length)
    : undefined;
}
