import type { Operation } from "../core/operations.ts";

/** What `connector iam-policy --with provisioning` means: all that changes the pool. */
export const PROVISIONING_FEATURES = ["provision", "sessions", "groups", "passwords", "attributes"] as const;

export const FEATURE_NAMES = ["read", ...PROVISIONING_FEATURES, "enrich"] as const;

/** A part of the connector that an IAM policy allows or not. */
export type FeatureName = (typeof FEATURE_NAMES)[number];

interface Feature {
  /** What people get with it. */
  readonly offers: string;
  /** Each of them is needed for something of it. */
  readonly needs: readonly Operation[];
  /** Without one of them the feature does less. */
  readonly uses: readonly Operation[];
}

/** By feature, in the order in which an operator adds them. An operation belongs to every feature that calls it. */
export const FEATURES: Readonly<Record<FeatureName, Feature>> = {
  read: {
    offers: "sync, and list users, groups and members",
    needs: ["ListUsers", "ListGroups", "ListUsersInGroup"],
    uses: ["DescribeUserPool", "GetGroup", "AdminListGroupsForUser"],
  },
  provision: {
    offers: "grant and revoke memberships; create, invite, delete, enable and disable accounts",
    needs: [
      "DescribeUserPool",
      "AdminGetUser",
      "AdminListGroupsForUser",
      "AdminAddUserToGroup",
      "AdminRemoveUserFromGroup",
      "AdminCreateUser",
      "AdminDeleteUser",
      "AdminEnableUser",
      "AdminDisableUser",
    ],
    uses: [],
  },
  sessions: {
    offers: "sign users out, also when an account is disabled",
    needs: ["AdminGetUser", "AdminUserGlobalSignOut"],
    uses: [],
  },
  groups: {
    offers: "create, change and delete groups",
    needs: ["ListGroups", "ListUsersInGroup", "CreateGroup", "UpdateGroup", "DeleteGroup"],
    uses: ["GetGroup"],
  },
  passwords: {
    offers: "set, rotate and reset passwords, reset second factors, confirm sign-ups",
    needs: [
      "DescribeUserPool",
      "AdminGetUser",
      "AdminSetUserPassword",
      "AdminResetUserPassword",
      "AdminSetUserMFAPreference",
      "AdminConfirmSignUp",
    ],
    uses: [],
  },
  attributes: {
    offers: "change and delete attributes of users",
    needs: ["DescribeUserPool", "AdminGetUser", "AdminUpdateUserAttributes", "AdminDeleteUserAttributes"],
    uses: [],
  },
  enrich: {
    offers: "read second factors and last sign-ins into the inventory",
    needs: ["AdminGetUser", "AdminListUserAuthEvents"],
    uses: [],
  },
};

/** What is gone without the operation. */
export const LOST_WITHOUT: Readonly<Record<Operation, string>> = {
  ListUsers: "no sync and no list of users; a person is not found by name, e-mail address or id",
  ListGroups: "no sync and no list of groups",
  ListUsersInGroup: "no sync of memberships; groups are not deleted",
  DescribeUserPool:
    "a sync leaves out the facts of the pool (login aliases, name, schema); no account is created, no password or attribute changed",
  GetGroup: "nothing: ListGroups is read up to the group instead",
  AdminGetUser: "no change of a user; no second factors in the inventory",
  AdminListGroupsForUser:
    "no grant and no revoke; no account is deleted; a sync reads memberships by group, also where by user takes less time",
  AdminListUserAuthEvents: "no last sign-in in the inventory",
  AdminAddUserToGroup: "no grant",
  AdminRemoveUserFromGroup: "no revoke",
  AdminCreateUser: "no account is created, no invitation sent again",
  AdminDeleteUser: "no account is deleted",
  AdminEnableUser: "no account is enabled",
  AdminDisableUser: "no account is disabled",
  AdminUserGlobalSignOut: "nobody is signed out; a disabled account keeps its sessions, with a warning",
  CreateGroup: "no group is created",
  UpdateGroup: "no group is changed",
  DeleteGroup: "no group is deleted",
  AdminSetUserPassword: "no password is set or rotated; a new account has no permanent password",
  AdminResetUserPassword: "no password is reset",
  AdminSetUserMFAPreference: "no second factor is reset",
  AdminConfirmSignUp: "no sign-up is confirmed",
  AdminUpdateUserAttributes: "no attribute is changed",
  AdminDeleteUserAttributes: "no attribute is deleted",
};

export function operationsOf(feature: FeatureName): readonly Operation[] {
  const { needs, uses } = FEATURES[feature];
  return [...needs, ...uses];
}

/** The features that call the operation. */
export function featuresOf(operation: Operation): readonly FeatureName[] {
  return FEATURE_NAMES.filter((name) => operationsOf(name).includes(operation));
}

/** What the service cannot do without: a sync needs the first three, and every change reads its user. */
export function neededToServe(provisioning: boolean): readonly Operation[] {
  return provisioning
    ? [...FEATURES.read.needs, "AdminGetUser", "AdminListGroupsForUser"]
    : FEATURES.read.needs;
}
