import { NEEDED_TO_READ } from "../../pkg/connector/validate.ts";

/** What later versions call beside the reads; a policy with them lets the connector change the pool. */
const PROVISIONING: readonly string[] = [
  "AdminListGroupsForUser",
  "AdminGetUser",
  "AdminCreateUser",
  "AdminDeleteUser",
  "AdminUpdateUserAttributes",
  "AdminDeleteUserAttributes",
  "AdminEnableUser",
  "AdminDisableUser",
  "AdminSetUserPassword",
  "AdminResetUserPassword",
  "AdminUserGlobalSignOut",
  "AdminAddUserToGroup",
  "AdminRemoveUserFromGroup",
  "CreateGroup",
  "UpdateGroup",
  "DeleteGroup",
];

export interface PolicyOptions {
  readonly poolId: string;
  readonly region: string;
  /** `*` where it is not known: a pool id is enough to find the pool. */
  readonly accountId: string;
  readonly provisioning: boolean;
}

/** An identity-based policy for one pool: the least that a sync needs, with the writes in a statement of their own. */
export function iamPolicy({ poolId, region, accountId, provisioning }: PolicyOptions): object {
  const resource = `arn:${partitionOf(region)}:cognito-idp:${region}:${accountId}:userpool/${poolId}`;
  const statement = (sid: string, operations: readonly string[]): object => ({
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

const PARTITIONS: readonly (readonly [string, string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-iso-", "aws-iso"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["eu-isoe-", "aws-iso-e"],
  ["eusc-", "aws-eusc"],
];

function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}
