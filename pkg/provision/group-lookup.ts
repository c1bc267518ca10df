// What is known of a group before a change.
//
// Invariants:
//   LOOKUP-1. GetGroup is asked where IAM allows it, else ListGroups is read up to the group. Denied both, the lookup
//       rejects with `permission-denied`; it never answers that there is no such group.
//   LOOKUP-2. A group is `recent` for a minute, and one reading serves everybody who asks for it. That a group does not
//       exist is never remembered: it is only the answer of a reading that began after the question.
import type { CallOrigins } from "../core/call-origin.ts";
import type { EpochClock, EpochMs } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import { createListingGuard, everyPage, type ListingGuard, MOST_GROUP_ROWS } from "../core/every-page.ts";
import type { Group } from "../core/group.ts";
import { createSingleFlight } from "../core/single-flight.ts";

export interface GroupLookup {
  /** The group as it is now; undefined when the pool has no group of that name. */
  current(name: string, signal: AbortSignal): Promise<Group | undefined>;
  /** The same, at most a minute old, so that many grants at once do not wait for GetGroup's five calls a second. */
  recent(name: string, signal: AbortSignal): Promise<Group | undefined>;
  /** After a change of the group, and after AWS has said that it is gone. */
  forget(name: string): void;
}

type GroupReader = Pick<Directory, "getGroup" | "listGroups">;

/** A listing that everybody who waits reads on, page by page, as far as somebody needs it. */
interface SharedListing {
  readonly number: number;
  next: string | undefined;
  isRead: boolean;
  pageAtMs: EpochMs;
  readonly guard: ListingGuard;
}

const KEPT_MS = 60_000;

const GROUPS_OF_POOL = { operation: "ListGroups", mostRows: MOST_GROUP_ROWS };

/** With more groups asked for at once than GetGroup answers in two seconds, pages of 60 are the faster way. */
const ASKED_ONE_BY_ONE = 10;

/** `forAll` runs a reading that several callers may wait for. */
export function createGroupLookup(
  directory: GroupReader,
  now: EpochClock,
  forAll: CallOrigins["forAll"] = (work) => work(),
): GroupLookup {
  const kept = new Map<string, { readonly group: Group; readonly atMs: EpochMs }>();
  const asking = createSingleFlight<Group | undefined>();
  const paging = createSingleFlight<void>();
  let generation = 0;
  let deniedAtMs: EpochMs | undefined;
  let listings = 0;
  let listing: SharedListing | undefined;

  // A clock that was set back makes nothing newer than it is.
  const isFresh = (atMs: EpochMs): boolean => now() >= atMs && now() - atMs < KEPT_MS;

  function keep(groups: readonly Group[], since: number): void {
    if (since !== generation) return;
    for (const [name, { atMs }] of kept) if (!isFresh(atMs)) kept.delete(name);
    for (const group of groups) kept.set(group.name, { group, atMs: now() });
  }

  function recentlyRead(name: string): Group | undefined {
    const one = kept.get(name);
    return one !== undefined && isFresh(one.atMs) ? one.group : undefined;
  }

  async function ask(name: string, signal: AbortSignal): Promise<Group | undefined> {
    const since = generation;
    try {
      const group = await directory.getGroup(name, signal);
      keep([group], since);
      return group;
    } catch (error) {
      if (error instanceof GovernanceError && error.reason === "group-gone") return undefined;
      throw error;
    }
  }

  /** `list` replaces GetGroup where that is denied, which is asked again after a minute. */
  async function askOr(
    list: (name: string, signal: AbortSignal) => Promise<Group | undefined>,
    name: string,
    signal: AbortSignal,
  ): Promise<Group | undefined> {
    let denied: GovernanceError | undefined;
    if (deniedAtMs === undefined || !isFresh(deniedAtMs)) {
      try {
        return await ask(name, signal);
      } catch (error) {
        if (!isDenied(error)) throw error;
        deniedAtMs = now();
        denied = error;
      }
    }
    try {
      return await list(name, signal);
    } catch (error) {
      if (!isDenied(error)) throw error;
      deniedAtMs = undefined;
      throw bothDenied(denied ?? error);
    }
  }

  async function askSoon(name: string, signal: AbortSignal): Promise<Group | undefined> {
    if (asking.size > ASKED_ONE_BY_ONE) {
      try {
        return await fromSharedListing(name, signal);
      } catch (error) {
        if (!isDenied(error)) throw error;
      }
    }
    return await askOr(fromSharedListing, name, signal);
  }

  async function fromSharedListing(name: string, signal: AbortSignal): Promise<Group | undefined> {
    const earlier = listings;
    for (;;) {
      const known = recentlyRead(name);
      if (known !== undefined) return known;
      if (listing?.isRead === true && listing.number > earlier) return undefined;
      if (listing === undefined || listing.isRead || !isFresh(listing.pageAtMs)) {
        listings += 1;
        listing = {
          number: listings,
          next: undefined,
          isRead: false,
          pageAtMs: now(),
          guard: createListingGuard(GROUPS_OF_POOL),
        };
      }
      const open = listing;
      await paging.run(String(open.number), (inner) => readOn(open, inner), signal);
    }
  }

  async function readOn(open: SharedListing, signal: AbortSignal): Promise<void> {
    const since = generation;
    try {
      const page = await directory.listGroups({ marker: open.next }, signal);
      open.guard.check(page);
      keep(page.items, since);
      open.next = page.next;
      open.isRead = page.next === undefined;
      open.pageAtMs = now();
    } catch (error) {
      if (listing === open) listing = undefined;
      throw error;
    }
  }

  /** A listing of its own, from the first page. */
  async function fromOwnListing(name: string, signal: AbortSignal): Promise<Group | undefined> {
    const pages = everyPage(GROUPS_OF_POOL, (marker) => directory.listGroups({ marker }, signal));
    for await (const page of pages) {
      const found = page.find((group) => group.name === name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return {
    current: (name, signal) => askOr(fromOwnListing, name, signal),
    async recent(name, signal) {
      const known = recentlyRead(name);
      return known ?? (await asking.run(name, (inner) => forAll(() => askSoon(name, inner)), signal));
    },
    forget(name) {
      generation += 1;
      kept.delete(name);
      asking.forget(name);
      listing = undefined;
    },
  };
}

function isDenied(error: unknown): error is GovernanceError {
  return error instanceof GovernanceError && error.code === "permission-denied";
}

function bothDenied(denied: GovernanceError): GovernanceError {
  return denied.with({
    message: `${denied.message}; a group is read by cognito-idp:GetGroup or cognito-idp:ListGroups, and neither is allowed`,
  });
}
