import type { CallOrigins } from "../core/call-origin.ts";
import type { MonotonicClock } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import type { AheadOutcome } from "../core/events.ts";
import type { Page, PageRequest } from "../core/page.ts";
import type { Outdated, ReadAhead } from "../core/read-ahead.ts";
import type { Member } from "../core/user.ts";
import { HeldPages } from "./held-pages.ts";
import type { PageReaders } from "./listings.ts";
import { MAX_AGE_MS, Shelf, USUAL_PAGE_BYTES } from "./shelf.ts";

interface ReadAheadOptions {
  readonly directory: Pick<Directory, "listUsers" | "listGroups" | "listMembers">;
  readonly origins: CallOrigins;
  readonly monotonic: MonotonicClock;
  /** A page that was read ahead was served, or was read for nothing. Must not throw. */
  readonly onPage?: (outcome: AheadOutcome) => void;
}

export interface ServedReadAhead extends ReadAhead {
  /** A change was made, or may have been: what it makes old is served to nobody. */
  outdated(what: Outdated): void;
  /** Pages of all callers that are here or under way. */
  held(): number;
  /** About what they take in memory, those under way as expected. */
  heldBytes(): number;
  /** Listings of all callers that are followed. */
  listings(): number;
  /** Aborts what is under way. Later calls read directly. */
  close(): void;
}

/** A caller that comes beyond these reads directly, unless one of them can lose its place. */
const MOST_CALLERS = 64;
const MOST_PAGES = 16_384;
const MOST_BYTES = 48 * 1024 * 1024;
const SWEEP_MS = 5_000;

/** Reads ahead for each caller that `origins` names. DESIGN.md has the rules. */
export function createReadAhead({
  directory,
  origins,
  monotonic,
  onPage = () => {},
}: ReadAheadOptions): ServedReadAhead {
  const shelves = new Map<string, Shelf>();
  const expected = { pageBytes: USUAL_PAGE_BYTES };
  const held = new HeldPages();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** Thousands of pages are held, and a membership needs nothing more. */
  async function bareMembers(name: string, page: PageRequest, signal: AbortSignal): Promise<Page<Member>> {
    const { items, next } = await directory.listMembers(name, page, signal);
    return { items: items.map(({ sub, username }) => ({ sub, username })), next };
  }

  const unasked = <T>({ ahead }: PageRequest, read: () => Promise<T>): Promise<T> =>
    ahead === undefined ? read() : origins.apart(read);
  const readers: PageReaders = {
    users: (page, signal) => unasked(page, () => directory.listUsers(page, signal)),
    groups: (page, signal) => unasked(page, () => directory.listGroups(page, signal)),
    members: (name, page, signal) => unasked(page, () => bareMembers(name, page, signal)),
  };

  const hasRoom = (): boolean => held.pages < MOST_PAGES && held.bytes + expected.pageBytes <= MOST_BYTES;

  function knownShelf(): Shelf | undefined {
    const caller = origins.current()?.caller;
    return caller === undefined ? undefined : shelves.get(caller);
  }

  /** Undefined for the connector's own work, which reads what it needs by itself, and where there is no place. */
  function ownShelf(): Shelf | undefined {
    const caller = origins.current()?.caller;
    if (caller === undefined || isClosed) return undefined;
    const known = shelves.get(caller);
    if (known === undefined && !hasPlace()) return undefined;
    const own = known ?? new Shelf({ readers, monotonic, expected, held, hasRoom, onPage });
    // The map keeps the order in which the callers came last.
    shelves.delete(caller);
    shelves.set(caller, own);
    timer ??= sweepLater();
    return own;
  }

  /** Makes one, where nothing is here for a caller: of these, the one that has been away longest goes. */
  function hasPlace(): boolean {
    if (shelves.size < MOST_CALLERS) return true;
    for (const [caller, each] of shelves) {
      if (!each.isSpare) continue;
      // A reading that ends later must not begin another one.
      each.drop();
      return shelves.delete(caller);
    }
    return false;
  }

  function sweepLater(): NodeJS.Timeout {
    return setTimeout(sweep, SWEEP_MS).unref();
  }

  function sweep(): void {
    for (const [caller, each] of shelves) {
      each.expire();
      if (monotonic() - each.askedAt < MAX_AGE_MS) continue;
      shelves.delete(caller);
      each.drop();
    }
    timer = shelves.size === 0 ? undefined : sweepLater();
  }

  return {
    listUsers: (page, signal) => ownShelf()?.users(page, signal) ?? directory.listUsers(page, signal),
    listGroups: (page, signal) => ownShelf()?.groups(page, signal) ?? directory.listGroups(page, signal),
    listMembers: (name, page, signal) =>
      ownShelf()?.members(name, page, signal) ?? bareMembers(name, page, signal),
    begin: (kind) => ownShelf()?.begin(kind),
    expectUsers: (pages) => ownShelf()?.expectUsers(pages),
    visited: (groupName) => ownShelf()?.visited(groupName),
    lackedPage: () => knownShelf()?.lackedPage(),
    hasUsers: (page) => knownShelf()?.hasUsers(page) === true,
    hasGroups: (page) => knownShelf()?.hasGroups(page) === true,
    hasMembers: (name, page) => knownShelf()?.hasMembers(name, page) === true,
    outdated(what) {
      for (const each of shelves.values()) {
        if (what.kind === "users") each.forgetUsers();
        else if (what.kind === "groups") each.forgetGroups();
        else each.forgetMembers(what.kind === "members" ? what.groupName : undefined);
      }
    },
    held: () => held.pages,
    listings: () => [...shelves.values()].reduce((sum, { listings }) => sum + listings, 0),
    heldBytes: () => held.bytes,
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const each of shelves.values()) each.drop();
      shelves.clear();
    },
  };
}
