import type { CallOrigins } from "../core/call-origin.ts";
import type { MonotonicClock } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import type { AheadOutcome } from "../core/events.ts";
import type { Page, PageRequest } from "../core/page.ts";
import type { Outdated, ReadAhead } from "../core/read-ahead.ts";
import type { Member } from "../core/user.ts";
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

/** A caller that comes beyond these takes the place of the one that has been away longest. */
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

  const sum = (of: (shelf: Shelf) => number): number =>
    [...shelves.values()].reduce((total, each) => total + of(each), 0);

  function hasRoom(): boolean {
    const bytesWith = sum(({ bytes }) => bytes) + expected.pageBytes;
    return sum(({ pages }) => pages) < MOST_PAGES && bytesWith <= MOST_BYTES;
  }

  /** Undefined for the connector's own work, which reads what it needs by itself. */
  function ownShelf(): Shelf | undefined {
    const caller = origins.current()?.caller;
    if (caller === undefined || isClosed) return undefined;
    // The map keeps the order in which the callers came last.
    const known = shelves.get(caller);
    shelves.delete(caller);
    if (known === undefined) makePlace();
    const own = known ?? new Shelf({ readers, monotonic, expected, hasRoom, onPage });
    shelves.set(caller, own);
    timer ??= sweepLater();
    return own;
  }

  function makePlace(): void {
    const [longest] = shelves.entries();
    if (shelves.size < MOST_CALLERS || longest === undefined) return;
    shelves.delete(longest[0]);
    longest[1].drop();
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
    hasUsers: (page) => ownShelf()?.hasUsers(page) === true,
    hasGroups: (page) => ownShelf()?.hasGroups(page) === true,
    hasMembers: (name, page) => ownShelf()?.hasMembers(name, page) === true,
    outdated(what) {
      for (const each of shelves.values()) {
        if (what.kind === "users") each.forgetUsers();
        else if (what.kind === "groups") each.forgetGroups();
        else each.forgetMembers(what.kind === "members" ? what.groupName : undefined);
      }
    },
    held: () => sum(({ pages }) => pages),
    listings: () => sum(({ listings }) => listings),
    heldBytes: () => sum(({ bytes }) => bytes),
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const each of shelves.values()) each.drop();
      shelves.clear();
    },
  };
}
