import { GROUPS_LISTING, type ListingCursor, listingKey } from "../core/sync-plan.ts";

/** What one target does so that it has every listing where the others have it. */
export interface Alignment {
  readonly drop: readonly ListingCursor[];
  readonly rewind: readonly ListingCursor[];
}

/** For one listing: leave it, drop its group wherever it is open, or set it back to a cursor. */
type Step = "leave" | "drop" | ListingCursor;

/**
 * How several targets come to the same place in one run, or undefined when they cannot. A page is committed in all of
 * them before its listing moves on, so a process that died left them at most one page apart in each listing: that page is
 * taken back and read again, or the listing, where one of them had begun it again. Anything else is not the same reading.
 */
export function align(plans: readonly (readonly ListingCursor[])[]): readonly Alignment[] | undefined {
  const byKey = plans.map((plan) => new Map(plan.map((cursor) => [listingKey(cursor), cursor])));
  const cursorsOf = (key: string) => byKey.map((plan) => plan.get(key));
  const groupsAreReadAgain = typeof stepFor(cursorsOf(listingKey(GROUPS_LISTING)), false) === "object";
  const all = plans.map(() => ({ drop: new Array<ListingCursor>(), rewind: new Array<ListingCursor>() }));
  for (const key of new Set(byKey.flatMap((plan) => [...plan.keys()]))) {
    const cursors = cursorsOf(key);
    const step = stepFor(cursors, groupsAreReadAgain);
    if (step === undefined) return undefined;
    for (const [index, cursor] of cursors.entries()) {
      if (cursor === undefined || step === "leave") continue;
      if (step !== "drop") {
        if (!sameCursor(cursor, step)) all[index]?.rewind.push(step);
      } else if (cursor.state === "open") all[index]?.drop.push(cursor);
    }
  }
  return all;
}

function stepFor(
  cursors: readonly (ListingCursor | undefined)[],
  groupsAreReadAgain: boolean,
): Step | undefined {
  const known = cursors.filter((cursor) => cursor !== undefined);
  const [first] = known;
  if (first === undefined) return undefined;
  if (known.length < cursors.length) {
    if (known.every(({ state }) => state === "dropped")) return "leave"; // by an alignment that was cut
    // Nothing is to be read of it: a page that one target lacks notes it there when it is read again (D31).
    if (known.every(({ kind, pages, state }) => kind === "members" && pages === 0 && state === "done"))
      return "leave";
    // A group on a page that one target lacks. That page is read again, and opens the listing again in all of them.
    const unread = known.every(
      ({ kind, pages, state }) => kind === "members" && pages === 0 && state !== "done",
    );
    return unread && groupsAreReadAgain ? "drop" : undefined;
  }
  if (known.every((cursor) => sameCursor(cursor, first))) return "leave";
  const dropped = known.find(({ state }) => state === "dropped");
  if (dropped !== undefined) {
    if (dropped.kind === "users") return dropped; // a part that was given up (SYNC-12)
    return known.some(({ state }) => state === "done") ? undefined : "drop";
  }
  const least = known.reduce((a, b) => (isEarlier(b, a) ? b : a));
  if (isBegunAgain(least)) return least;
  const onePageApart = known.every((cursor) =>
    cursor.pages === least.pages ? cursor.token === least.token : cursor.pages === least.pages + 1,
  );
  return onePageApart && least.state === "open" ? least : undefined;
}

/**
 * The groups are read again by each process that goes on, and the members of a group that was made again: another target may
 * have had every page. Users never are.
 */
function isBegunAgain({ kind, state, pages }: ListingCursor): boolean {
  return (kind === "groups" || kind === "members") && state === "open" && pages === 0;
}

/** A listing that was closed or opened without a page, in some of the targets: it is read in all of them (D30). */
function isEarlier(one: ListingCursor, other: ListingCursor): boolean {
  return (
    one.pages < other.pages || (one.pages === other.pages && one.state === "open" && other.state === "done")
  );
}

function sameCursor(a: ListingCursor, b: ListingCursor): boolean {
  return a.state === b.state && a.pages === b.pages && a.token === b.token;
}
