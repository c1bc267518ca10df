import type { Operation } from "../core/operations.ts";
import { poolArn } from "../core/pool-arn.ts";
import { FEATURE_NAMES, type FeatureName, operationsOf } from "./features.ts";

export interface PolicyOptions {
  readonly poolId: string;
  /** `*` when it is not known: the pool id alone identifies the pool. */
  readonly accountId: string;
  /** Besides `read`, which every other one needs. */
  readonly features: readonly FeatureName[];
}

/** The least identity-based IAM policy for one pool: a statement for each feature, and each action once. */
export function iamPolicy({ poolId, accountId, features }: PolicyOptions): object {
  const listed = new Set<Operation>();
  const statements = FEATURE_NAMES.filter((name) => name === "read" || features.includes(name)).map(
    (name) => {
      const own = operationsOf(name).filter((operation) => !listed.has(operation));
      for (const operation of own) listed.add(operation);
      return {
        Sid: `${name.charAt(0).toUpperCase()}${name.slice(1)}UserPool`,
        Effect: "Allow",
        Action: own.map((operation) => `cognito-idp:${operation}`),
        Resource: poolArn(poolId, accountId),
      };
    },
  );
  return { Version: "2012-10-17", Statement: statements };
}
