import { describe, expect, test, vi } from "vitest";
import { groupGone, someUser } from "../../test/support/fake-directory.ts";
import type { Directory, UserPageRequest } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import { NO_MARKERS } from "../core/marker-trail.ts";
import type { ReadAhead } from "../core/read-ahead.ts";
import type { User } from "../core/user.ts";
import { encodePageToken, firstPage } from "../protocol/page-token.ts";
import { encodePartsToken, isPartsToken } from "../protocol/parts-token.ts";
import { createDividedUsers } from "./user-parts.ts";

const never = new AbortController().signal;
const ALL = encodePageToken(firstPage("users", ""));
const HEX = "0123456789abcdef";

/** User number n; their first digits go round. */
function userAt(n: number): User {
  return someUser({
    sub: `${HEX[n % 16]}${HEX[Math.floor(n / 16) % 16]}${String(n).padStart(6, "0")}-0000-4000-8000-000000000000`,
  });
}

const users = (count: number): User[] => Array.from({ length: count }, (_, n) => userAt(n));

interface Scene {
  readonly people: readonly User[];
  readonly listings?: number;
  /** Which pages are here; none by default. */
  readonly isHere?: (page: UserPageRequest) => boolean;
  readonly fail?: (page: UserPageRequest) => Error | undefined;
}

/** What lists users by prefix, page by page, and says what it was asked. */
function scene({ people, listings = 16, isHere = () => false, fail = () => undefined }: Scene) {
  const asked: string[] = [];
  const begun: string[] = [];
  const expected: string[][] = [];
  const name = ({ search, marker }: UserPageRequest) => `${search?.value ?? "all"} ${marker ?? "0"}`;
  const listUsers: Directory["listUsers"] = async (page) => {
    const failure = fail(page);
    if (failure !== undefined) throw failure;
    asked.push(name(page));
    const found = people.filter(({ sub }) => sub.startsWith(page.search?.value ?? ""));
    const from = Number(page.marker ?? 0);
    const to = from + (page.limit ?? 60);
    return { items: found.slice(from, to), next: to < found.length ? String(to) : undefined };
  };
  const from: Pick<ReadAhead, "begin" | "listUsers" | "expectUsers" | "hasUsers" | "lackedPage"> = {
    listUsers,
    begin: (kind) => void begun.push(kind),
    expectUsers: (pages) => void expected.push(pages.map(name)),
    hasUsers: isHere,
    lackedPage() {},
  };
  const onRefused = vi.fn<(why: string) => void>();
  const parts = createDividedUsers({ from, listings: () => listings, bytes: () => 100, onRefused });

  async function list(estimate: number | undefined, more: { pageSize?: number; maxBytes?: number } = {}) {
    const subs: string[] = [];
    let pageToken = "";
    let answers = 0;
    do {
      const answer = await parts.list({ pageToken, pageSize: 0, ...more }, estimate, never);
      if (answer === undefined) return { subs, answers, end: "undivided" };
      subs.push(...answer.items.map(({ sub }) => sub));
      pageToken = answer.nextPageToken;
      answers += 1;
    } while (isPartsToken(pageToken));
    return { subs, answers, end: pageToken };
  }
  return { parts, list, asked, begun, expected, onRefused };
}

const subsOf = (people: readonly User[]) => people.map(({ sub }) => sub).toSorted();

describe("users in parts", () => {
  test.for([1, 2, 7, 16, 17, 64])("with %i side by side each user comes once", async (listings) => {
    const people = users(listings > 16 ? 16_000 : 1000);
    const { list, onRefused } = scene({ people, listings });
    const { subs, end } = await list(people.length);
    expect(listings === 1 ? end : subs.toSorted()).toEqual(listings === 1 ? "undivided" : subsOf(people));
    expect(end).toBe(listings === 1 ? "undivided" : "");
    expect(onRefused).not.toHaveBeenCalled();
  });

  test("all open parts are to be read ahead, no more than there are listings", async () => {
    const { list, expected } = scene({ people: users(1000), listings: 4 });
    await list(1000);
    expect(expected[0]).toEqual(["0 0", "1 0", "2 0", "3 0"]);
    expect(Math.max(...expected.map((pages) => pages.length))).toBe(4);
  });

  test("one answer has the pages that are here, each once", async () => {
    const people = users(1000);
    const { list } = scene({ people, isHere: () => true });
    const { subs, answers } = await list(1000);
    expect(subs.toSorted()).toEqual(subsOf(people));
    expect(answers).toBeLessThan(5);
  });

  test.for([
    [7, 143],
    [60, 17],
    [250, 4],
  ] as const)("a page size of %i is kept, also where every page is here", async ([pageSize, atLeast]) => {
    const people = users(1000);
    const { list } = scene({ people, isHere: () => true });
    const { subs, answers } = await list(1000, { pageSize });
    expect(subs.toSorted()).toEqual(subsOf(people));
    expect(answers).toBeGreaterThanOrEqual(atLeast);
  });

  test("LISTING-3: a page too large for one answer comes in several, whole", async () => {
    const people = users(1000);
    const { list } = scene({ people, listings: 3, isHere: () => true });
    const { subs } = await list(1000, { maxBytes: 750 });
    expect(subs.toSorted()).toEqual(subsOf(people));
  });

  test("PARTS-1: an id that no part selects ends it, here and in later listings", async () => {
    const odd = someUser({ sub: "0Zxx0000-0000-4000-8000-000000000001" });
    const { list, parts, onRefused, begun } = scene({ people: [...users(1000), odd] });
    const { end } = await list(1001);
    expect(end).toBe(ALL);
    expect(begun).toEqual(["users"]);
    expect(onRefused).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("sub"));
    expect(parts.list({ pageToken: "", pageSize: 0 }, 1001, never)).toBeUndefined();
  });

  test("PARTS-1: so does one that was met in a group, also in the middle of a listing", async () => {
    const { parts } = scene({ people: users(1000), listings: 2 });
    const first = await parts.list({ pageToken: "", pageSize: 0 }, 1000, never);
    parts.met([someUser({ sub: "G0000000-0000-4000-8000-000000000001" })]);
    const second = await parts.list({ pageToken: first?.nextPageToken ?? "", pageSize: 0 }, 1000, never);
    expect(second).toEqual({ items: [], nextPageToken: ALL });
  });

  test.for([
    [1000, ""],
    [1020, ""],
    [1021, ALL],
    [5000, ALL],
  ] as const)("PARTS-2: 1000 users where Cognito estimates %i end with %o", async ([estimate, end]) => {
    const { list } = scene({ people: users(1000) });
    expect((await list(estimate)).end).toBe(end);
  });

  test.for([undefined, 0, 999])(
    "PARTS-2: with an estimate of %o the users are not divided",
    async (estimate) => {
      const { list, asked } = scene({ people: users(999) });
      expect((await list(estimate)).end).toBe("undivided");
      expect(asked).toEqual([]);
    },
  );

  test("PARTS-2, mark 7: a refused marker goes on with all users, and later listings are divided again", async () => {
    const refused = new GovernanceError("invalid-argument", "Paging marker", { reason: "marker-refused" });
    const { list, parts, onRefused } = scene({
      people: users(3000),
      fail: ({ marker }) => (marker === undefined ? undefined : refused),
    });
    expect((await list(3000)).end).toBe(ALL);
    expect(onRefused).not.toHaveBeenCalled();
    expect(parts.list({ pageToken: "", pageSize: 0 }, 3000, never)).toBeDefined();
  });

  test("LISTING-1: a failed page is an error, and the token is as good as before", async () => {
    let isDown = true;
    const { list } = scene({ people: users(1000), fail: () => (isDown ? groupGone("x") : undefined) });
    await expect(list(1000)).rejects.toMatchObject({ code: "not-found" });
    isDown = false;
    expect((await list(1000)).subs).toHaveLength(1000);
  });

  test("the failure of a page that would be added is that of the next call", async () => {
    const down = new GovernanceError("unavailable", "not now");
    const { parts } = scene({
      people: users(1000),
      isHere: () => true,
      fail: ({ search }) => (search?.value === "1" ? down : undefined),
    });
    const answer = await parts.list({ pageToken: "", pageSize: 0 }, 1000, never);
    expect(answer?.items).toHaveLength(60);
    await expect(
      parts.list({ pageToken: answer?.nextPageToken ?? "", pageSize: 0 }, 1000, never),
    ).rejects.toMatchObject({ code: "unavailable" });
  });

  test("LISTING-4: a marker that leads to itself is an error", async () => {
    const parts = createDividedUsers({
      from: {
        listUsers: async (page) => ({ items: [userAt(0)], next: page.marker ?? "m" }),
        begin() {},
        expectUsers() {},
        hasUsers: () => false,
        lackedPage() {},
      },
      listings: () => 2,
      bytes: () => 1,
      onRefused() {},
    });
    const open = [{ prefix: "0", marker: "m", after: undefined, trail: NO_MARKERS }];
    const pageToken = encodePartsToken({ listings: 2, open, begun: 16, sent: 0 });
    await expect(parts.list({ pageToken, pageSize: 0 }, 1, never)).rejects.toMatchObject({
      code: "internal",
    });
  });

  /** Lists all parts, of which all but one end at once; that one has a next page behind each. */
  async function callsUntilError(page: (call: number) => { readonly items: User[]; readonly next: string }) {
    let calls = 0;
    const parts = createDividedUsers({
      from: {
        async listUsers({ search }) {
          calls += 1;
          if (calls > 2_000) throw new GovernanceError("data-loss", "asked without an end");
          return search?.value === "7" ? page(calls) : { items: [], next: undefined };
        },
        begin() {},
        expectUsers() {},
        hasUsers: () => false,
        lackedPage() {},
      },
      listings: () => 16,
      bytes: () => 1,
      onRefused() {},
    });
    const listed = async () => {
      let pageToken = "";
      do {
        const answer = await parts.list({ pageToken, pageSize: 0 }, 1_000, never);
        pageToken = answer?.nextPageToken ?? "";
      } while (pageToken !== "");
    };
    await expect(listed()).rejects.toMatchObject({ code: "internal" });
    return calls;
  }

  test.for([2, 3, 6])("PARTS-4, mark 4: markers in a circle of %i end it with an error", async (length) => {
    const calls = await callsUntilError((call) => ({ items: [userAt(7)], next: `m${call % length}` }));
    expect(calls).toBeLessThanOrEqual(15 + 3 * length);
  });

  test.for([
    ["pages without a row", [], 1_015],
    ["the same page", [userAt(7)], 40],
  ] as const)("PARTS-4, mark 4: ever new markers with %s end it with an error", async ([, items, most]) => {
    const calls = await callsUntilError((call) => ({ items: [...items], next: `m${call}` }));
    expect(calls).toBeLessThanOrEqual(most);
  });

  test("PARTS-3: the token is never longer than the protocol allows, however long the markers are", async () => {
    const onRefused = vi.fn<(why: string) => void>();
    const parts = createDividedUsers({
      from: {
        listUsers: async () => ({ items: [userAt(0)], next: "m".repeat(131_072) }),
        begin() {},
        expectUsers() {},
        hasUsers: () => false,
        lackedPage() {},
      },
      listings: () => 64,
      bytes: () => 1,
      onRefused,
    });
    let pageToken = "";
    const lengths: number[] = [];
    do {
      const answer = await parts.list({ pageToken, pageSize: 0 }, 100_000, never);
      pageToken = answer?.nextPageToken ?? "";
      lengths.push(pageToken.length);
    } while (isPartsToken(pageToken));
    expect(pageToken).toBe(ALL);
    expect(lengths.length).toBeGreaterThan(4);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_048_576);
    expect(onRefused).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("too long"));
  });

  test("mark 1: a part that is empty so far holds back nothing: its page is an answer", async () => {
    const read: string[] = [];
    const parts = createDividedUsers({
      from: {
        async listUsers({ search, marker }) {
          read.push(search?.value ?? "");
          return { items: [], next: marker === undefined ? "m" : undefined };
        },
        begin() {},
        expectUsers() {},
        hasUsers: () => false,
        lackedPage() {},
      },
      listings: () => 16,
      bytes: () => 1,
      onRefused() {},
    });
    const answer = await parts.list({ pageToken: "", pageSize: 0 }, 100_000, never);
    expect(answer?.items).toEqual([]);
    expect(isPartsToken(answer?.nextPageToken ?? "")).toBe(true);
    expect(read).toEqual(["0"]);
  });
});
