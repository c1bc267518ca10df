import type { Group } from "./group.ts";
import type { Operation } from "./operations.ts";
import type { Page, PageRequest } from "./page.ts";
import type { Pool } from "./pool.ts";
import type { User, UserDetails } from "./user.ts";
import type { UserSearch } from "./user-search.ts";

/** The attributes that Cognito can search users by: one in each call, exact match. */
export type SearchableAttribute =
  | "sub"
  | "username"
  | "email"
  | "phone_number"
  | "name"
  | "given_name"
  | "family_name"
  | "preferred_username";

/** Whether IAM lets us call an operation. */
export interface PermissionProbe {
  readonly operation: Operation;
  /**
   * `likely`: AWS refused the request of the probe for another reason, perhaps before it checked the permission.
   * `unsupported`: the endpoint does not have the operation.
   */
  readonly allowed: boolean | "likely" | "unsupported" | "unknown";
  /** One line: why it is not allowed or not known. When it is allowed: "", or why it brings nothing. */
  readonly detail: string;
}

/** A page of all users, or of those that a search selects. A marker belongs to its search. */
export interface UserPageRequest extends PageRequest {
  readonly search?: UserSearch | undefined;
}

export interface UserGroupsRequest extends PageRequest {
  /** The call waits for those of callers. */
  readonly isOfSync?: boolean;
}

/**
 * The port for reading the pool. A method resolves with what Cognito answered or rejects with a GovernanceError; a page that
 * could not be read is never an empty page.
 */
export interface Directory {
  /** Rejects with reason `pool-missing` when there is no such pool in this account and Region. */
  describePool(signal: AbortSignal): Promise<Pool>;
  /** Rejects with reason `marker-refused` when AWS refuses the marker (markers expire after one hour). */
  listUsers(page: UserPageRequest, signal: AbortSignal): Promise<Page<User>>;
  listGroups(page: PageRequest, signal: AbortSignal): Promise<Page<Group>>;
  /** Rejects with `not-found`, reason `group-gone`, only when the pool exists and the group does not. */
  listMembers(groupName: string, page: PageRequest, signal: AbortSignal): Promise<Page<User>>;
  /**
   * All users whose attribute equals the value exactly (an e-mail address in any case), every page. The caller decides what
   * more than one user means. Rejects with reason `not-searchable` before any call when no filter can contain the value.
   */
  findUsers(attribute: SearchableAttribute, value: string, signal: AbortSignal): Promise<readonly User[]>;
  /**
   * The account that AWS finds by the name: a username, the `sub` of a local user, an alias, or the username of a federated
   * profile, which answers the local user that it is linked to. So the caller must check whose account came back. AWS bills
   * the user as active in this month: not for listings. `not-found`, reason `user-gone`.
   */
  getUser(username: string, signal: AbortSignal): Promise<UserDetails>;
  getGroup(name: string, signal: AbortSignal): Promise<Group>;
  /** One page of the groups of one user, by username, not by alias. `not-found`, reason `user-gone`. */
  listGroupsOfUser(username: string, page: UserGroupsRequest, signal: AbortSignal): Promise<Page<Group>>;
  /** Asks IAM about each of the operations, by one call each that changes nothing and bills no user. */
  probePermissions(
    operations: readonly Operation[],
    signal: AbortSignal,
  ): Promise<readonly PermissionProbe[]>;
}
