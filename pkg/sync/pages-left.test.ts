import { describe, expect, test } from "vitest";
import { GROUPS_LISTING, membersListing, USERS_LISTING } from "../core/sync-plan.ts";
import { createPagesLeft } from "./pages-left.ts";

describe("the pages that come after the next one", () => {
  test("of all users follow from their number, and of a part from its share of it", () => {
    const { after } = createPagesLeft(61 * 256);
    expect(after(USERS_LISTING, 0)).toBe(260);
    expect(after({ ...USERS_LISTING, pages: 200 }, 0)).toBe(60);
    expect(after({ ...USERS_LISTING, part: "a" }, 0)).toBe(16);
    expect(after({ ...USERS_LISTING, part: "a7", pages: 1 }, 0)).toBe(0);
  });

  test("of users whose number nobody knows are more than of any group", () => {
    const { after } = createPagesLeft(undefined);
    expect(after({ ...USERS_LISTING, pages: 9 }, 0)).toBeGreaterThan(after(membersListing("g"), 2e9));
  });

  test("of members follow from the run before", () => {
    const { after } = createPagesLeft(1000);
    expect(after(membersListing("g"), 61)).toBe(1);
    expect(after({ ...membersListing("g"), pages: 1 }, 61)).toBe(0);
  });

  test("of a group that nobody knows, or that has grown, are some times as many as were read, and never more than all users", () => {
    const { after } = createPagesLeft(60_000);
    expect(after({ ...membersListing("g"), pages: 7 }, 0)).toBe(56);
    expect(after({ ...membersListing("g"), pages: 7 }, 61)).toBe(56);
    expect(after({ ...membersListing("g"), pages: 900 }, 0)).toBe(1000);
    expect(after({ ...USERS_LISTING, pages: 1002 }, 0)).toBe(1000);
    expect(after({ ...GROUPS_LISTING, pages: 2 }, 0)).toBe(16);
  });

  test("of a group that nobody knows are a part of all users, until its first page is read", () => {
    const { after } = createPagesLeft(60_000);
    expect(after(membersListing("g"), 0)).toBe(62);
    expect(after(USERS_LISTING, 0)).toBeGreaterThan(62);
  });
});

test("what is left of a listing that nobody has begun is as far as it is known", () => {
  const { known } = createPagesLeft(61 * 256);
  expect(known(membersListing("g"), 0)).toBe(0);
  expect(known(membersListing("g"), 61)).toBe(2);
  expect(known({ ...USERS_LISTING, part: "a7" }, 0)).toBe(2);
  expect(known({ ...USERS_LISTING, part: "a7", pages: 5 }, 0)).toBe(0);
});
