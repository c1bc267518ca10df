/** The AWS operations that we call; each is also the name of its IAM action behind `cognito-idp:`. */
export type Operation =
  | "DescribeUserPool"
  | "ListUsers"
  | "ListUsersInGroup"
  | "ListGroups"
  | "GetGroup"
  | "AdminGetUser"
  | "AdminListGroupsForUser";

/** AWS counts calls per quota category over all pools of an account and Region. */
export type Category = "UserList" | "UserRead" | "UserResourceRead" | "UserPoolRead" | "UserPoolResourceRead";

export interface Quota {
  /** Requests per second that AWS grants to the whole account and Region by default. */
  readonly accountPerSecond: number;
  /** Requests per second that AWS grants to one operation on one pool, where it caps that too. */
  readonly poolOperationPerSecond: number | undefined;
}

/** Source: "Quotas in Amazon Cognito", 2026. The cap of 5 per pool and operation trips who trusts the 20. */
export const QUOTAS: Readonly<Record<Category, Quota>> = {
  UserList: { accountPerSecond: 30, poolOperationPerSecond: undefined },
  UserRead: { accountPerSecond: 120, poolOperationPerSecond: undefined },
  UserResourceRead: { accountPerSecond: 50, poolOperationPerSecond: undefined },
  UserPoolRead: { accountPerSecond: 15, poolOperationPerSecond: undefined },
  UserPoolResourceRead: { accountPerSecond: 20, poolOperationPerSecond: 5 },
};

export const CATEGORY_OF: Readonly<Record<Operation, Category>> = {
  DescribeUserPool: "UserPoolRead",
  ListUsers: "UserList",
  ListUsersInGroup: "UserList",
  ListGroups: "UserPoolResourceRead",
  GetGroup: "UserPoolResourceRead",
  AdminGetUser: "UserRead",
  AdminListGroupsForUser: "UserResourceRead",
};

/** A polite share: AWS's quota is also the customer's own sign-in traffic (D6). */
export const DEFAULT_PER_SECOND = 5;
