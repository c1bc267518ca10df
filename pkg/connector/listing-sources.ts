import type { Directory } from "../core/directory.ts";
import type { Group } from "../core/group.ts";
import type { Page, PageRequest } from "../core/page.ts";
import type { ReadAhead } from "../core/read-ahead.ts";
import type { Member, User } from "../core/user.ts";
import { membershipGrantBytes } from "./grants.ts";
import { groupResourceBytes } from "./groups.ts";
import type { ListingSource } from "./paged-listing.ts";
import { userResourceBytes } from "./users.ts";

/** The directory, or what reads ahead from it. */
type PageSource = Pick<Directory, "listUsers" | "listGroups"> &
  Partial<Pick<ReadAhead, "hasUsers" | "hasGroups" | "lackedPage">>;

interface MemberSource<M extends Member> extends Partial<Pick<ReadAhead, "hasMembers" | "lackedPage">> {
  listMembers(groupName: string, page: PageRequest, signal: AbortSignal): Promise<Page<M>>;
}

/** All users, or those whose `sub` begins so. */
export function usersFrom(from: PageSource, subPrefix = ""): ListingSource<User> {
  const search = { attribute: "sub", operator: "^=", value: subPrefix } as const;
  return {
    verb: "users",
    scope: subPrefix,
    read: (page, signal) => from.listUsers(subPrefix === "" ? page : { ...page, search }, signal),
    isHere: (page) => from.hasUsers?.(page) === true,
    lackedPage: () => from.lackedPage?.(),
    key: (user) => user.sub,
    bytes: userResourceBytes,
  };
}

export function groupsFrom(from: PageSource): ListingSource<Group> {
  return {
    verb: "groups",
    scope: "",
    read: (page, signal) => from.listGroups(page, signal),
    isHere: (page) => from.hasGroups?.(page) === true,
    lackedPage: () => from.lackedPage?.(),
    key: (group) => group.name,
    bytes: groupResourceBytes,
  };
}

/** The groups of one user, for a sync. */
export function groupsOfUserFrom(
  directory: Pick<Directory, "listGroupsOfUser">,
  username: string,
): ListingSource<Group> {
  return {
    verb: "groups of a user",
    scope: username,
    read: (page, signal) => directory.listGroupsOfUser(username, { ...page, isOfSync: true }, signal),
    key: (group) => group.name,
    bytes: groupResourceBytes,
  };
}

export function membersFrom<M extends Member>(from: MemberSource<M>, groupName: string): ListingSource<M> {
  return {
    verb: "grants",
    scope: groupName,
    read: (page, signal) => from.listMembers(groupName, page, signal),
    isHere: (page) => from.hasMembers?.(groupName, page) === true,
    lackedPage: () => from.lackedPage?.(),
    key: (member) => member.sub,
    bytes: () => membershipGrantBytes(groupName),
  };
}
