import type { UserPageRequest } from "../core/directory.ts";
import type { Group } from "../core/group.ts";
import type { Page, PageRequest } from "../core/page.ts";
import type { Member, User } from "../core/user.ts";
import type { Chain } from "./chain.ts";
import { groupBytes, memberBytes, userBytes } from "./row-bytes.ts";

/** How pages are read from AWS; without an origin where nobody has asked for them. */
export interface PageReaders {
  users(page: UserPageRequest, signal: AbortSignal): Promise<Page<User>>;
  groups(page: PageRequest, signal: AbortSignal): Promise<Page<Group>>;
  members(groupName: string, page: PageRequest, signal: AbortSignal): Promise<Page<Member>>;
}

export interface ListingOf<T> {
  readonly chains: Map<string, Chain<T>>;
  readonly key: string;
  readonly read: (page: PageRequest, signal: AbortSignal) => Promise<Page<T>>;
  readonly bytes: (row: T) => number;
}

export type AnyChain = Chain<User> | Chain<Group> | Chain<Member>;

/** The listings that one caller is in or will come to, each with the size of its pages. */
export class CallerListings {
  readonly users = new Map<string, Chain<User>>();
  readonly groups = new Map<string, Chain<Group>>();
  readonly members = new Map<string, Chain<Member>>();
  readonly #readers: PageReaders;

  constructor(readers: PageReaders) {
    this.#readers = readers;
  }

  get size(): number {
    return this.users.size + this.groups.size + this.members.size;
  }

  all(): AnyChain[] {
    return [...this.users.values(), ...this.groups.values(), ...this.members.values()];
  }

  /** The members of the group in pages of every size; of all groups without a name. */
  ofGroup(groupName?: string): AnyChain[] {
    const prefix = groupName === undefined ? "" : memberKey(groupName);
    return [...this.members].filter(([key]) => key.startsWith(prefix)).map(([, chain]) => chain);
  }

  ofUsers(page: UserPageRequest): ListingOf<User> {
    const { search, limit } = page;
    return {
      chains: this.users,
      key: JSON.stringify([search?.attribute, search?.operator, search?.value, limit]),
      read: (one, signal) => this.#readers.users({ ...one, search }, signal),
      bytes: userBytes,
    };
  }

  ofGroups({ limit }: PageRequest): ListingOf<Group> {
    return {
      chains: this.groups,
      key: String(limit),
      read: (one, signal) => this.#readers.groups(one, signal),
      bytes: groupBytes,
    };
  }

  ofMembers(groupName: string, { limit }: PageRequest): ListingOf<Member> {
    return {
      chains: this.members,
      key: memberKey(groupName) + String(limit),
      read: (one, signal) => this.#readers.members(groupName, one, signal),
      bytes: memberBytes,
    };
  }
}

/** The name ends with the quotation mark, so no key begins with that of another group. */
function memberKey(groupName: string): string {
  return `${JSON.stringify(groupName)} `;
}
