import { type Operation, WRITE_OPERATIONS } from "../core/operations.ts";
import { poolArn } from "../core/pool-arn.ts";
import { NEEDED_TO_READ } from "./validate.ts";

/** What provisioning calls in addition to a sync. Sending an invitation again is AdminCreateUser too. */
const PROVISIONING: readonly Operation[] = ["AdminListGroupsForUser", "AdminGetUser", ...WRITE_OPERATIONS];

export interface PolicyOptions {
  readonly poolId: string;
  /** `*` when it is not known: the pool id alone identifies the pool. */
  readonly accountId: string;
  readonly provisioning: boolean;
}

/** The least identity-based IAM policy for one pool. Reads and writes are two statements. */
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
