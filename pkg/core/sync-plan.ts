import type { ScopeSelection, SyncScope } from "./sync-scope.ts";

export type ListingKind = "users" | "groups" | "members" | "users-with-groups";

/**
 * One listing read page by page, in order: users, groups, the members of one group, or users with the groups of each. Of
 * chosen ones each is a page.
 */
export interface ListingCursor {
  readonly kind: ListingKind;
  /** The group of a `members` listing. Of `users` that are read in parts: how their `sub` begins. "": all of them. */
  readonly part: string;
  /** The connector's page token of the next page; "" is the first page. */
  readonly token: string;
  readonly state: ListingState;
  /** Pages committed so far. */
  readonly pages: number;
}

/**
 * `dropped`: the group vanished while it was read, so its rows were removed from the run. Of a part of the users: it was given
 * up, and all users are read by one listing; its rows stay.
 */
export type ListingState = "open" | "done" | "dropped";

export const USERS_LISTING: ListingCursor = { kind: "users", part: "", token: "", state: "open", pages: 0 };
/** In place of `USERS_LISTING`, in a run that reads memberships by user (D31). */
export const USERS_WITH_GROUPS_LISTING: ListingCursor = { ...USERS_LISTING, kind: "users-with-groups" };
export const GROUPS_LISTING: ListingCursor = {
  kind: "groups",
  part: "",
  token: "",
  state: "open",
  pages: 0,
};

/**
 * A run begins with these; each group found may add a listing of its members (D5). With prefixes the users are read in
 * parts. The listing of all users stays open until the parts are proved to be complete, and is read where they are not (D30).
 * By user there are no parts, since nobody who is met in a group alone would show that they are not all users (D31).
 */
export function firstListings(
  { users, groups }: SyncScope,
  prefixes: readonly string[] = [],
  membersRead: MembersRead = "by group",
): readonly ListingCursor[] {
  if (membersRead === "by user") return [USERS_WITH_GROUPS_LISTING, GROUPS_LISTING];
  const parts = users === "all" ? prefixes.map((part) => ({ ...USERS_LISTING, part })) : [];
  return [...(hasAny(users) ? [USERS_LISTING, ...parts] : []), ...(hasAny(groups) ? [GROUPS_LISTING] : [])];
}

/** How the users of a run were read: by one listing, in parts that were proved complete, or in both ways (D30). */
export type UsersRead = "whole" | "in parts" | "again";

/** How memberships are read: as the members of each group, or as the groups of each user (D31). */
export type MembersRead = "by group" | "by user";

/** What is asked for; `auto`: the way that takes less time. */
export type ReadMembers = "auto" | "by-group" | "by-user";

export function membersReadBy(listings: readonly ListingCursor[]): MembersRead {
  return listings.some(({ kind }) => kind === "users-with-groups") ? "by user" : "by group";
}

/** Of a run whose listings are all read to their ends. */
export function usersReadBy(listings: readonly ListingCursor[]): UsersRead {
  if (!listings.some(isUserPart)) return "whole";
  return listings.some(({ kind, part, pages }) => kind === "users" && part === "" && pages > 0)
    ? "again"
    : "in parts";
}

/** Whether it reads a part of the users. */
export function isUserPart({ kind, part }: ListingCursor): boolean {
  return kind === "users" && part !== "";
}

function hasAny(selection: ScopeSelection): boolean {
  return selection === "all" || selection.length > 0;
}

export function membersListing(group: string): ListingCursor {
  return { kind: "members", part: group, token: "", state: "open", pages: 0 };
}

/** The cursor after a page: at the next token, or done when there is none. */
export function advance(cursor: ListingCursor, nextToken: string): ListingCursor {
  return { ...cursor, token: nextToken, state: nextToken === "" ? "done" : "open", pages: cursor.pages + 1 };
}

/** The cursor of a group that vanished while it was read. */
export function drop(cursor: ListingCursor): ListingCursor {
  return { ...cursor, token: "", state: "dropped" };
}

/** Tells the listings of a run apart. */
export function listingKey({ kind, part }: ListingCursor): string {
  return `${kind}:${part}`;
}

/** Rows of one run, exact. */
export interface SyncCounts {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
}

export const NO_ROWS: SyncCounts = { users: 0, groups: 0, memberships: 0 };
