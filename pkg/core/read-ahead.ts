import type { Directory, UserPageRequest } from "./directory.ts";
import type { Page, PageRequest } from "./page.ts";
import type { Member } from "./user.ts";

type ListedPage = Pick<Directory, "listUsers" | "listGroups">;

/** A change in the pool, by what it makes old: the users, the groups, the members of one group or of all. */
export type Outdated =
  | { readonly kind: "users" | "groups" | "all-members" }
  | { readonly kind: "members"; readonly groupName: string };

/**
 * The three listings for callers that ask for one page after the other: the pages that come next are read before they are
 * asked for, in turns of the limiter that nobody else wants. Each caller has its own; the connector's own work has none
 * and reads directly. A page that could not be read ahead is forgotten and read again when it is asked for.
 */
export interface ReadAhead extends ListedPage {
  /** The caller begins a listing: what was read before is not served in it. */
  begin(kind: "users" | "groups"): void;
  /** The caller will ask for these pages of users too, in any order. */
  expectUsers(pages: readonly UserPageRequest[]): void;
  /** The caller goes through the groups in this order: it has asked something about this one. */
  visited(groupName: string): void;
  listMembers(groupName: string, page: PageRequest, signal: AbortSignal): Promise<Page<Member>>;
  /** An answer to the caller could have held one page more, which is not here. */
  lackedPage(): void;
  /** Whether a page is here, so that asking for it waits for nothing. */
  hasUsers(page: UserPageRequest): boolean;
  hasGroups(page: PageRequest): boolean;
  hasMembers(groupName: string, page: PageRequest): boolean;
}
