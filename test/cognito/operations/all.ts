import { adminDeleteUserAttributes, adminUpdateUserAttributes } from "./attributes.ts";
import { adminCreateUser } from "./create-user.ts";
import type { Operation } from "./operation.ts";
import { adminResetUserPassword, adminSetUserMfaPreference, adminSetUserPassword } from "./passwords.ts";
import { describeUserPool, getGroup, listGroups } from "./read-pool.ts";
import {
  adminGetUser,
  adminListGroupsForUser,
  adminListUserAuthEvents,
  listUsers,
  listUsersInGroup,
} from "./read-users.ts";
import {
  adminAddUserToGroup,
  adminRemoveUserFromGroup,
  createGroup,
  deleteGroup,
  updateGroup,
} from "./write-groups.ts";
import {
  adminConfirmSignUp,
  adminDeleteUser,
  adminDisableUser,
  adminEnableUser,
  adminUserGlobalSignOut,
} from "./write-users.ts";

/** Every operation that the server knows, by its name on the wire. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [
    listUsers,
    listUsersInGroup,
    listGroups,
    getGroup,
    adminListGroupsForUser,
    adminListUserAuthEvents,
    adminGetUser,
    describeUserPool,
    adminCreateUser,
    adminDeleteUser,
    adminEnableUser,
    adminDisableUser,
    adminUserGlobalSignOut,
    adminConfirmSignUp,
    adminUpdateUserAttributes,
    adminDeleteUserAttributes,
    adminSetUserPassword,
    adminResetUserPassword,
    adminSetUserMfaPreference,
    createGroup,
    updateGroup,
    deleteGroup,
    adminAddUserToGroup,
    adminRemoveUserFromGroup,
  ].map((operation) => [operation.name, operation]),
);
