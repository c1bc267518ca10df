export type ChainKind = "users" | "groups" | "members";

/** One listing read page by page, in order: all users, all groups, or the members of one group. */
export interface Chain {
  readonly kind: ChainKind;
  /** The group of a `members` chain; "" for the other two. */
  readonly group: string;
  /** The connector's page token of the next page; "" is the first page. */
  readonly token: string;
  readonly state: ChainState;
  /** Pages committed so far. */
  readonly pages: number;
}

/** `dropped`: the group vanished while it was read, so its rows are gone from the run. */
export type ChainState = "open" | "done" | "dropped";

export const USERS_CHAIN: Chain = { kind: "users", group: "", token: "", state: "open", pages: 0 };
export const GROUPS_CHAIN: Chain = { kind: "groups", group: "", token: "", state: "open", pages: 0 };

/** A full sync begins with these two; each group found adds a chain of its members (D5). */
export const FIRST_PLAN: readonly Chain[] = [USERS_CHAIN, GROUPS_CHAIN];

export function membersChain(group: string): Chain {
  return { kind: "members", group, token: "", state: "open", pages: 0 };
}

/** The chain after one of its pages: the next token, or done when there is none. */
export function advance(chain: Chain, nextToken: string): Chain {
  return { ...chain, token: nextToken, state: nextToken === "" ? "done" : "open", pages: chain.pages + 1 };
}

/** The chain of a group that vanished while it was read. */
export function drop(chain: Chain): Chain {
  return { ...chain, token: "", state: "dropped" };
}
