import { expect, test } from "vitest";
import {
  GROUPS_LISTING,
  type ListingCursor,
  membersListing,
  USERS_LISTING,
  USERS_WITH_GROUPS_LISTING,
} from "../core/sync-plan.ts";
import { align } from "./align.ts";

const closed = (cursor: ListingCursor): ListingCursor => ({ ...cursor, state: "done" });
const part: ListingCursor = { ...USERS_LISTING, part: "a", token: "t", pages: 3 };

test.each([
  ["the proof of the parts was noted", USERS_LISTING],
  ["a part was closed", part],
])("a kill after %s in one target alone: it is open in all of them again", (_, cursor) => {
  const leave = { drop: [], rewind: [] };
  const back = { drop: [], rewind: [cursor] };
  expect(align([[closed(cursor)], [cursor]])).toEqual([back, leave]);
  expect(align([[cursor], [closed(cursor)]])).toEqual([leave, back]);
});

test("a part that was given up in one target is given up in all: it is no group", () => {
  const dropped: ListingCursor = { ...part, state: "dropped" };
  const leave = { drop: [], rewind: [] };
  const giveUp = { drop: [], rewind: [dropped] };
  expect(align([[dropped], [part]])).toEqual([leave, giveUp]);
  expect(align([[part], [dropped]])).toEqual([giveUp, leave]);
});

test("a group without members to read, of a page that one target lacks, is no other reading", () => {
  const users = { ...USERS_WITH_GROUPS_LISTING, token: "t", pages: 1 };
  const noMembers = closed(membersListing("g"));
  const leave = { drop: [], rewind: [] };
  const behind = { ...USERS_WITH_GROUPS_LISTING };
  expect(align([[users, noMembers], [behind]])).toEqual([{ drop: [], rewind: [behind] }, leave]);
});

test("another token after as many pages is another reading", () => {
  expect(align([[part], [{ ...part, token: "other" }]])).toBeUndefined();
});

test.each([
  ["the groups, before its first page was read again", { ...GROUPS_LISTING, token: "t", pages: 3 }],
  ["the groups, which had been read to the end", closed({ ...GROUPS_LISTING, pages: 3 })],
  ["the members of a group that was made again", { ...membersListing("g"), token: "t", pages: 3 }],
  ["the members of one, which had been read to the end", closed({ ...membersListing("g"), pages: 3 })],
])("a listing that one target alone began again is begun again in all: %s", (_, before) => {
  const first = { ...before, token: "", pages: 0, state: "open" as const };
  const leave = { drop: [], rewind: [] };
  const back = { drop: [], rewind: [first] };
  expect(align([[first], [before]])).toEqual([leave, back]);
  expect(align([[before], [first]])).toEqual([back, leave]);
});

test("users are never begun again, so those at the beginning in one target alone are another reading", () => {
  expect(align([[USERS_LISTING], [{ ...USERS_LISTING, token: "t", pages: 3 }]])).toBeUndefined();
});
