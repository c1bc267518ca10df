import { describe, expect, test } from "vitest";
import { GROUPS_LISTING, membersListing, USERS_LISTING } from "../core/sync-plan.ts";
import { createPagesLeft } from "./pages-left.ts";

describe("the pages that come after the next one", () => {
  test("of all users follow from their number, and of a part from its share of it", () => {
    const pagesLeft = createPagesLeft(61 * 256);
    expect(pagesLeft(USERS_LISTING, 0)).toBe(260);
    expect(pagesLeft({ ...USERS_LISTING, pages: 200 }, 0)).toBe(60);
    expect(pagesLeft({ ...USERS_LISTING, part: "a" }, 0)).toBe(16);
    expect(pagesLeft({ ...USERS_LISTING, part: "a7", pages: 1 }, 0)).toBe(0);
  });

  test("of users whose number nobody knows are more than of any group", () => {
    const pagesLeft = createPagesLeft(undefined);
    expect(pagesLeft({ ...USERS_LISTING, pages: 9 }, 0)).toBeGreaterThan(pagesLeft(membersListing("g"), 2e9));
  });

  test("of members follow from the run before", () => {
    const pagesLeft = createPagesLeft(1000);
    expect(pagesLeft(membersListing("g"), 61)).toBe(1);
    expect(pagesLeft({ ...membersListing("g"), pages: 1 }, 61)).toBe(0);
  });

  test("of a listing that nobody knows, or that is longer than expected, are as many as were read", () => {
    const pagesLeft = createPagesLeft(1000);
    expect(pagesLeft(membersListing("g"), 0)).toBe(0);
    expect(pagesLeft({ ...membersListing("g"), pages: 7 }, 0)).toBe(7);
    expect(pagesLeft({ ...membersListing("g"), pages: 7 }, 61)).toBe(7);
    expect(pagesLeft({ ...USERS_LISTING, pages: 40 }, 0)).toBe(40);
    expect(pagesLeft({ ...GROUPS_LISTING, pages: 2 }, 0)).toBe(2);
  });
});
