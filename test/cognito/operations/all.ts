import type { Operation } from "./operation.ts";
import { describeUserPool, getGroup, listGroups } from "./read-pool.ts";
import { adminGetUser, adminListGroupsForUser, listUsers, listUsersInGroup } from "./read-users.ts";

/** Every operation that the server knows, by its name on the wire. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [
    listUsers,
    listUsersInGroup,
    listGroups,
    getGroup,
    adminListGroupsForUser,
    adminGetUser,
    describeUserPool,
  ].map((operation) => [operation.name, operation]),
);
