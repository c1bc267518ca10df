import { expect, test } from "vitest";
import { GROUPS_LISTING, type ListingCursor, membersListing, USERS_LISTING } from "../core/sync-plan.ts";
import { createListingQueue } from "./listing-queue.ts";

const part = (prefix: string): ListingCursor => ({ ...USERS_LISTING, part: prefix });
const listing = (cursor: ListingCursor, pagesLeft = 0) => ({ cursor, expectedMembers: 0, pagesLeft });

/** Takes what can be read now, and leaves one taker waiting for the rest. */
function takeNow(queue: ReturnType<typeof createListingQueue>, takers = 10) {
  const taken: ListingCursor[] = [];
  const takeOne = async (): Promise<void> => {
    const one = await queue.take();
    if (one !== undefined) taken.push(one.cursor);
  };
  for (let n = 0; n < takers; n += 1) void takeOne();
  return taken;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const names = (cursors: readonly ListingCursor[]) => cursors.map(({ kind, part: of }) => `${kind} ${of}`);

test("users, groups, then members of the largest group", async () => {
  const queue = createListingQueue();
  queue.add([
    listing(membersListing("small"), 1),
    listing(GROUPS_LISTING),
    listing(membersListing("large"), 9),
    listing(USERS_LISTING),
  ]);
  const taken = takeNow(queue);
  await settled();
  expect(names(taken)).toEqual(["users ", "groups ", "members large", "members small"]);
});

test("no more parts of the users at once than asked, and members beside them: the longest first", async () => {
  const queue = createListingQueue(2);
  queue.add([
    listing(membersListing("small"), 5),
    listing(membersListing("large"), 9),
    listing(GROUPS_LISTING),
    ...["a", "b", "c"].map((p) => listing(part(p), 7)),
  ]);
  const taken = takeNow(queue, 4);
  await settled();
  expect(names(taken).toSorted()).toEqual(["groups ", "members large", "users a", "users b"]);
  const later = takeNow(queue, 2);
  await settled();
  expect(names(later)).toEqual(["members small"]);
  queue.finished(part("b"));
  await settled();
  expect(names(later)).toEqual(["members small", "users c"]);
});
