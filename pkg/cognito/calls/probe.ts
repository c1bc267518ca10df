import { randomUUID } from "node:crypto";
import {
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminDeleteUserAttributesCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminListUserAuthEventsCommand,
  AdminRemoveUserFromGroupCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserMFAPreferenceCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  CreateGroupCommand,
  DeleteGroupCommand,
  DescribeUserPoolCommand,
  GetGroupCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
  UpdateGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { PermissionProbe } from "../../core/directory.ts";
import { type ErrorReason, GovernanceError } from "../../core/errors.ts";
import type { Operation } from "../../core/operations.ts";
import type { AwsCaller, CallRequest } from "./call.ts";

type Send = CallRequest<{ $metadata: { requestId?: string | undefined } }, void>["send"];

/**
 * Whether IAM allows each operation, found out without a change. The user and the group that a call names do not exist:
 * AWS checks the permission before it looks for them, so "not found" means allowed. For the two operations that create:
 * AdminCreateUser is asked to send an invitation again, which never creates a user (docs/cognito.md, section 1.5), and
 * CreateGroup to create a group without a name, which AWS refuses. That a call without a name was allowed is likely, not
 * certain: AWS does not document which of the two it checks first.
 */
export function probePermissions(
  caller: AwsCaller,
  UserPoolId: string,
  operations: readonly Operation[],
  signal: AbortSignal,
): Promise<readonly PermissionProbe[]> {
  const sends = probesOf(UserPoolId, `connector-probe-${randomUUID()}`);
  return Promise.all(operations.map((operation) => probe(caller, operation, sends[operation], signal)));
}

function probesOf(UserPoolId: string, unused: string): Readonly<Record<Operation, Send>> {
  const user = { UserPoolId, Username: unused };
  const group = { UserPoolId, GroupName: unused };
  return {
    DescribeUserPool: (sdk, http) => sdk.send(new DescribeUserPoolCommand({ UserPoolId }), http),
    ListUsers: (sdk, http) => sdk.send(new ListUsersCommand({ UserPoolId, Limit: 1 }), http),
    ListGroups: (sdk, http) => sdk.send(new ListGroupsCommand({ UserPoolId, Limit: 1 }), http),
    ListUsersInGroup: (sdk, http) => sdk.send(new ListUsersInGroupCommand({ ...group, Limit: 1 }), http),
    GetGroup: (sdk, http) => sdk.send(new GetGroupCommand(group), http),
    AdminGetUser: (sdk, http) => sdk.send(new AdminGetUserCommand(user), http),
    AdminListGroupsForUser: (sdk, http) =>
      sdk.send(new AdminListGroupsForUserCommand({ ...user, Limit: 1 }), http),
    AdminListUserAuthEvents: (sdk, http) =>
      sdk.send(new AdminListUserAuthEventsCommand({ ...user, MaxResults: 1 }), http),
    AdminCreateUser: (sdk, http) =>
      sdk.send(
        new AdminCreateUserCommand({ ...user, MessageAction: "RESEND", DesiredDeliveryMediums: ["EMAIL"] }),
        http,
      ),
    AdminConfirmSignUp: (sdk, http) => sdk.send(new AdminConfirmSignUpCommand(user), http),
    AdminDeleteUser: (sdk, http) => sdk.send(new AdminDeleteUserCommand(user), http),
    AdminEnableUser: (sdk, http) => sdk.send(new AdminEnableUserCommand(user), http),
    AdminDisableUser: (sdk, http) => sdk.send(new AdminDisableUserCommand(user), http),
    AdminUserGlobalSignOut: (sdk, http) => sdk.send(new AdminUserGlobalSignOutCommand(user), http),
    AdminUpdateUserAttributes: (sdk, http) =>
      sdk.send(
        new AdminUpdateUserAttributesCommand({ ...user, UserAttributes: [{ Name: "name", Value: "probe" }] }),
        http,
      ),
    AdminDeleteUserAttributes: (sdk, http) =>
      sdk.send(new AdminDeleteUserAttributesCommand({ ...user, UserAttributeNames: ["nickname"] }), http),
    AdminSetUserPassword: (sdk, http) =>
      sdk.send(
        new AdminSetUserPasswordCommand({ ...user, Password: `Aa1!${randomUUID()}`, Permanent: false }),
        http,
      ),
    AdminResetUserPassword: (sdk, http) => sdk.send(new AdminResetUserPasswordCommand(user), http),
    AdminSetUserMFAPreference: (sdk, http) => sdk.send(new AdminSetUserMFAPreferenceCommand(user), http),
    AdminAddUserToGroup: (sdk, http) => sdk.send(new AdminAddUserToGroupCommand({ ...user, ...group }), http),
    AdminRemoveUserFromGroup: (sdk, http) =>
      sdk.send(new AdminRemoveUserFromGroupCommand({ ...user, ...group }), http),
    async CreateGroup(sdk, http) {
      const nameless = { UserPoolId, GroupName: "" };
      const answer = await sdk.send(new CreateGroupCommand(nameless), http);
      // AWS never gets here. Emulators take every name.
      await sdk.send(new DeleteGroupCommand(nameless), http);
      return answer;
    },
    UpdateGroup: (sdk, http) => sdk.send(new UpdateGroupCommand(group), http),
    DeleteGroup: (sdk, http) => sdk.send(new DeleteGroupCommand(group), http),
  };
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

/** AWS looked into the pool, so it had allowed the call. */
const AFTER_PERMISSION: ReadonlySet<ErrorReason | undefined> = new Set<ErrorReason>([
  "user-gone",
  "group-gone",
  "pool-missing",
  "user-state",
  "password-refused",
]);

/** The request was refused for what it is, and AWS may have checked the permission before. */
const REFUSED: ReadonlySet<ErrorReason | undefined> = new Set<ErrorReason>([
  "request-refused",
  "delivery-failed",
  "trigger-failed",
]);

/** The user of a probe cannot exist, so no probe may have changed anything, whatever the failure says of a real change. */
function permissionOf(error: GovernanceError): Pick<PermissionProbe, "allowed" | "detail"> {
  const { code, reason, message, notMadeMessage = message } = error;
  if (reason === "iam-denied") return { allowed: false, detail: message };
  if (reason === "feature-off") return { allowed: true, detail: message };
  if (AFTER_PERMISSION.has(reason)) return { allowed: true, detail: "" };
  if (code === "unimplemented") {
    return { allowed: "unsupported", detail: "the endpoint does not have this operation" };
  }
  // Without `iam-denied` it is Cognito's own NotAuthorizedException, which is about a user (mark 24).
  if (code === "invalid-argument" || code === "permission-denied" || REFUSED.has(reason)) {
    return {
      allowed: "likely",
      detail: "AWS refused the request of this check, which changes nothing, and did not deny it",
    };
  }
  return { allowed: "unknown", detail: notMadeMessage };
}
