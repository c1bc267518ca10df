import { type Pool, regionOfPool } from "../../core/pool.ts";

/** A row of `pools` without its key, as plain data. Times are ISO text. */
export interface PoolFacts {
  readonly name: string | null;
  readonly arn: string | null;
  readonly region: string;
  readonly tier: string | null;
  readonly mfa: string | null;
  readonly estimatedUsers: number | null;
  readonly createdAt: string | null;
  readonly readAt: string;
}

/** `pool` is undefined where IAM denies DescribeUserPool. */
export function factsOfPool(poolId: string, pool: Pool | undefined, readAt: Date): PoolFacts {
  return {
    name: pool?.name ?? null,
    arn: pool?.arn ?? null,
    region: regionOfPool(poolId),
    tier: pool?.tier ?? null,
    mfa: pool?.mfa ?? null,
    estimatedUsers: pool?.estimatedUsers ?? null,
    createdAt: pool?.createdAt?.toISOString() ?? null,
    readAt: readAt.toISOString(),
  };
}

/** In the order of the columns of `pools`, without the key. */
export function poolCells(pool: PoolFacts) {
  const { name, arn, region, tier, mfa, estimatedUsers, createdAt, readAt } = pool;
  return [name, arn, region, tier, mfa, estimatedUsers, createdAt, readAt] as const;
}
