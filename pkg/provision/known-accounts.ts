import type { Directory } from "../core/directory.ts";
import type { Page } from "../core/page.ts";
import type { User } from "../core/user.ts";

/** What identifies an account: the `sub` is never used again, and the username never changes. */
export type Account = Pick<User, "sub" | "username">;

/** The usernames of accounts by their sub. An entry never becomes wrong, so only the number is bounded. */
export interface KnownAccounts {
  usernameOf(sub: string): string | undefined;
  /** Keeps an account that a change is about. */
  remember(account: Account): void;
  /** Keeps an account of a listing. It displaces no account that a change was about. */
  listed(account: Account): void;
  forget(sub: string): void;
}

/** Of accounts that changes are about; and as many of listings. */
const REMEMBERED = 10_000;

export function createKnownAccounts(): KnownAccounts {
  const changed = new Map<string, string>();
  const listed = new Map<string, string>();
  return {
    usernameOf: (sub) => changed.get(sub) ?? listed.get(sub),
    remember({ sub, username }) {
      keepNewest(changed, sub, username);
    },
    listed({ sub, username }) {
      if (!listed.has(sub)) keepNewest(listed, sub, username);
    },
    forget(sub) {
      changed.delete(sub);
      listed.delete(sub);
    },
  };
}

/** Adds an entry as the newest. The oldest gives way. */
export function keepNewest<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > REMEMBERED ? map.keys().next() : undefined;
  if (oldest?.value !== undefined) map.delete(oldest.value);
}

type Listings = Pick<Directory, "listUsers" | "listMembers">;

/** The directory, whose listings add to the known accounts: a change of a listed account searches for it no more. */
export function rememberListed<D extends Listings>(directory: D, known: Pick<KnownAccounts, "listed">): D {
  async function remembered<U extends Account>(reading: Promise<Page<U>>): Promise<Page<U>> {
    const page = await reading;
    for (const account of page.items) known.listed(account);
    return page;
  }
  return {
    ...directory,
    listUsers: (page, signal) => remembered(directory.listUsers(page, signal)),
    listMembers: (group, page, signal) => remembered(directory.listMembers(group, page, signal)),
  };
}
