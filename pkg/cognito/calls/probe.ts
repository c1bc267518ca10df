import { randomUUID } from "node:crypto";
import {
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  DescribeUserPoolCommand,
  GetGroupCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { PermissionProbe } from "../../core/directory.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Operation } from "../../core/operations.ts";
import type { AwsCaller, CallRequest } from "./call.ts";

type Send = CallRequest<{ $metadata: { requestId?: string | undefined } }, void>["send"];

/**
 * Whether IAM allows each read operation. The user and the group asked for do not exist: AdminGetUser on a real user
 * would make AWS bill it as active. AWS checks the permission before it looks for the item, so "not found" means allowed.
 */
export async function probePermissions(
  caller: AwsCaller,
  UserPoolId: string,
  signal: AbortSignal,
): Promise<readonly PermissionProbe[]> {
  const unusedName = `connector-probe-${randomUUID()}`;
  const ask = (operation: Operation, send: Send) => probe(caller, operation, send, signal);
  return Promise.all([
    ask("DescribeUserPool", (sdk, http) => sdk.send(new DescribeUserPoolCommand({ UserPoolId }), http)),
    ask("ListUsers", (sdk, http) => sdk.send(new ListUsersCommand({ UserPoolId, Limit: 1 }), http)),
    ask("ListGroups", (sdk, http) => sdk.send(new ListGroupsCommand({ UserPoolId, Limit: 1 }), http)),
    ask("ListUsersInGroup", (sdk, http) =>
      sdk.send(new ListUsersInGroupCommand({ UserPoolId, GroupName: unusedName, Limit: 1 }), http),
    ),
    ask("GetGroup", (sdk, http) =>
      sdk.send(new GetGroupCommand({ UserPoolId, GroupName: unusedName }), http),
    ),
    ask("AdminGetUser", (sdk, http) =>
      sdk.send(new AdminGetUserCommand({ UserPoolId, Username: unusedName }), http),
    ),
    ask("AdminListGroupsForUser", (sdk, http) =>
      sdk.send(new AdminListGroupsForUserCommand({ UserPoolId, Username: unusedName, Limit: 1 }), http),
    ),
  ]);
}

async function probe(
  caller: AwsCaller,
  operation: Operation,
  send: Send,
  signal: AbortSignal,
): Promise<PermissionProbe> {
  try {
    await caller.call({ operation, priority: "read", send, parse: () => undefined }, signal);
    return { operation, allowed: true, detail: "" };
  } catch (error) {
    if (signal.aborted || !(error instanceof GovernanceError)) throw error;
    return { operation, ...permissionOf(error) };
  }
}

function permissionOf(error: GovernanceError): Pick<PermissionProbe, "allowed" | "detail"> {
  if (error.code === "permission-denied") return { allowed: false, detail: error.message };
  if (error.reason === "user-gone" || error.reason === "pool-missing") return { allowed: true, detail: "" };
  return { allowed: "unknown", detail: error.message };
}
