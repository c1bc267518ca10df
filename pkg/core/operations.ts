/** The AWS operations that we call. The IAM action of each is `cognito-idp:` and the same name. */
export type Operation =
  | "DescribeUserPool"
  | "ListUsers"
  | "ListUsersInGroup"
  | "ListGroups"
  | "GetGroup"
  | "AdminGetUser"
  | "AdminListGroupsForUser"
  | "AdminListUserAuthEvents"
  | WriteOperation;

/** The operations that change the pool. */
export const WRITE_OPERATIONS = [
  "AdminCreateUser",
  "AdminDeleteUser",
  "AdminEnableUser",
  "AdminDisableUser",
  "AdminUserGlobalSignOut",
  "AdminUpdateUserAttributes",
  "AdminDeleteUserAttributes",
  "AdminSetUserPassword",
  "AdminResetUserPassword",
  "AdminConfirmSignUp",
  "AdminSetUserMFAPreference",
  "AdminAddUserToGroup",
  "AdminRemoveUserFromGroup",
  "CreateGroup",
  "UpdateGroup",
  "DeleteGroup",
] as const;

export type WriteOperation = (typeof WRITE_OPERATIONS)[number];

/** AWS counts calls per quota category over all pools of an account and Region. */
export type Category =
  | "UserList"
  | "UserRead"
  | "UserResourceRead"
  | "UserPoolRead"
  | "UserPoolResourceRead"
  | "UserCreation"
  | "UserUpdate"
  | "UserAccountRecovery"
  | "UserResourceUpdate"
  | "UserPoolResourceUpdate";

export interface Quota {
  /** Requests per second that AWS grants to the whole account and Region by default. */
  readonly accountPerSecond: number;
  /** Requests per second that AWS grants to one operation on one pool, where it caps that too. */
  readonly poolOperationPerSecond: number | undefined;
}

/** Source: "Quotas in Amazon Cognito", 2026. The cap of 5 per pool and operation is easy to miss beside the 20. */
export const QUOTAS: Readonly<Record<Category, Quota>> = {
  UserList: { accountPerSecond: 30, poolOperationPerSecond: undefined },
  UserRead: { accountPerSecond: 120, poolOperationPerSecond: undefined },
  UserResourceRead: { accountPerSecond: 50, poolOperationPerSecond: undefined },
  UserPoolRead: { accountPerSecond: 15, poolOperationPerSecond: undefined },
  UserPoolResourceRead: { accountPerSecond: 20, poolOperationPerSecond: 5 },
  UserCreation: { accountPerSecond: 50, poolOperationPerSecond: undefined },
  UserUpdate: { accountPerSecond: 25, poolOperationPerSecond: undefined },
  UserAccountRecovery: { accountPerSecond: 30, poolOperationPerSecond: undefined },
  UserResourceUpdate: { accountPerSecond: 25, poolOperationPerSecond: undefined },
  UserPoolResourceUpdate: { accountPerSecond: 15, poolOperationPerSecond: 5 },
};

export const CATEGORY_OF: Readonly<Record<Operation, Category>> = {
  DescribeUserPool: "UserPoolRead",
  ListUsers: "UserList",
  ListUsersInGroup: "UserList",
  ListGroups: "UserPoolResourceRead",
  GetGroup: "UserPoolResourceRead",
  AdminGetUser: "UserRead",
  AdminListGroupsForUser: "UserResourceRead",
  AdminListUserAuthEvents: "UserResourceRead",
  AdminCreateUser: "UserCreation",
  AdminConfirmSignUp: "UserCreation",
  AdminDeleteUser: "UserUpdate",
  AdminEnableUser: "UserUpdate",
  AdminDisableUser: "UserUpdate",
  AdminUserGlobalSignOut: "UserUpdate",
  AdminUpdateUserAttributes: "UserUpdate",
  AdminDeleteUserAttributes: "UserUpdate",
  AdminAddUserToGroup: "UserUpdate",
  AdminRemoveUserFromGroup: "UserUpdate",
  AdminSetUserPassword: "UserAccountRecovery",
  AdminResetUserPassword: "UserAccountRecovery",
  AdminSetUserMFAPreference: "UserResourceUpdate",
  CreateGroup: "UserPoolResourceUpdate",
  UpdateGroup: "UserPoolResourceUpdate",
  DeleteGroup: "UserPoolResourceUpdate",
};

/** Far below AWS's quotas, because the customer's own sign-ins use the same ones (D6). */
export const DEFAULT_PER_SECOND = 5;
