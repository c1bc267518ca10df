/** The actions that ConductorOne's page on its Cognito connector asks for: the read-only five, and all twelve. */
export const VENDOR_READS = [
  "ListUsers",
  "AdminGetUser",
  "ListGroups",
  "ListUsersInGroup",
  "AdminListGroupsForUser",
] as const;

export const VENDOR_ALL = [
  ...VENDOR_READS,
  "DescribeUserPool",
  "AdminAddUserToGroup",
  "AdminRemoveUserFromGroup",
  "AdminCreateUser",
  "AdminDeleteUser",
  "AdminEnableUser",
  "AdminDisableUser",
] as const;
