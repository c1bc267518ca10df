import { NEEDED_TO_READ } from "../../../pkg/connector/validate.ts";
import { type Operation, WRITE_OPERATIONS } from "../../../pkg/core/operations.ts";
import { poolArn } from "../../../pkg/core/pool-arn.ts";

/** What changing the pool calls beside the reads of a sync; sending an invitation again is AdminCreateUser too. */
const PROVISIONING: readonly Operation[] = ["AdminListGroupsForUser", "AdminGetUser", ...WRITE_OPERATIONS];

export interface PolicyOptions {
  readonly poolId: string;
  /** `*` where it is not known: a pool id is enough to find the pool. */
  readonly accountId: string;
  readonly provisioning: boolean;
}

/** An identity-based policy for one pool: the least that a sync needs, with the writes in a statement of their own. */
export function iamPolicy({ poolId, accountId, provisioning }: PolicyOptions): object {
  const resource = poolArn(poolId, accountId);
  const statement = (sid: string, operations: readonly Operation[]): object => ({
    Sid: sid,
    Effect: "Allow",
    Action: operations.map((operation) => `cognito-idp:${operation}`),
    Resource: resource,
  });
  return {
    Version: "2012-10-17",
    Statement: [
      statement("ReadUserPool", NEEDED_TO_READ),
      ...(provisioning ? [statement("ChangeUserPool", PROVISIONING)] : []),
    ],
  };
}
