import { describe, expect, test, vi } from "vitest";
import { GovernanceError } from "../core/errors.ts";
import { type MarkerTrail, NO_MARKERS, trailAfter } from "../core/marker-trail.ts";
import type { Page, PageRequest } from "../core/page.ts";
import { encodePageToken } from "../protocol/page-token.ts";
import { type ListingSource, listPage } from "./paged-listing.ts";

const never = new AbortController().signal;

function source(read: (page: PageRequest) => Page<string>): ListingSource<string> {
  return {
    verb: "users",
    scope: "",
    read: async (page) => read(page),
    key: (item) => item,
    bytes: () => 100,
  };
}

function markerRefused(): never {
  throw new GovernanceError("invalid-argument", "Paging marker is invalid", { reason: "marker-refused" });
}

/** A token as earlier versions gave it: it says nothing of the markers so far. */
const token = (marker: string, restarts = 0, trail: MarkerTrail = NO_MARKERS) =>
  encodePageToken({ verb: "users", scope: "", marker, restarts, after: undefined, trail });

/** The first row of a page, and the marker of the page after it. */
type Passed = readonly [firstKey: string, next: string];

/** The token that an answer has after these pages. */
const tokenAfter = (...pages: readonly Passed[]) => token(pages.at(-1)?.[1] ?? "", 0, trailOver(pages));

const trailOver = (pages: readonly Passed[]): MarkerTrail =>
  pages.reduce(
    (trail, [firstKey, next]) => trailAfter(trail, { next, isEmpty: false, firstKey }, "users"),
    NO_MARKERS,
  );

async function readAll(of: ListingSource<string>, maxBytes?: number) {
  const items: string[] = [];
  let pageToken = "";
  let answers = 0;
  do {
    const page = await listPage(of, { pageToken, pageSize: 0, maxBytes }, never);
    items.push(...page.items);
    pageToken = page.nextPageToken;
    answers += 1;
  } while (pageToken !== "");
  return { items, answers };
}

describe("one page of a listing", () => {
  test.for([
    [0, 60],
    [1, 1],
    [60, 60],
    [250, 60],
  ] as const)("mark 5: a page size of %i asks Cognito for %i", async ([pageSize, limit]) => {
    let asked: number | undefined;
    const of = source((page) => {
      asked = page.limit;
      return { items: [], next: undefined };
    });
    await listPage(of, { pageToken: "", pageSize }, never);
    expect(asked).toBe(limit);
  });

  test("LISTING-1: a failed page is an error, never an empty page", async () => {
    const of = source(() => {
      throw new GovernanceError("throttled", "too fast");
    });
    await expect(listPage(of, { pageToken: "", pageSize: 0 }, never)).rejects.toMatchObject({
      code: "throttled",
    });
  });

  test("LISTING-2, mark 7: a refused marker begins again from the first page and counts it", async () => {
    const of = source((page) => (page.marker === "old" ? markerRefused() : { items: ["a"], next: "fresh" }));
    const page = await listPage(of, { pageToken: token("old"), pageSize: 0 }, never);
    expect(page).toEqual({ items: ["a"], nextPageToken: token("fresh", 1, trailOver([["a", "fresh"]])) });
  });

  test("LISTING-2: gives up after two restarts, with a cure", async () => {
    const of = source((page) => (page.marker === undefined ? { items: [], next: "x" } : markerRefused()));
    await expect(listPage(of, { pageToken: token("old", 2), pageSize: 0 }, never)).rejects.toMatchObject({
      code: "aborted",
      message: expect.stringContaining("--rate"),
    });
  });

  test("LISTING-2: another bad parameter is no reason to begin again", async () => {
    const of = source(() => {
      throw new GovernanceError("invalid-argument", "Limit");
    });
    await expect(listPage(of, { pageToken: token("m"), pageSize: 0 }, never)).rejects.toThrow("Limit");
  });

  test("LISTING-3: a page too large for one answer comes in several, whole and in order", async () => {
    const letters = "abcdefghij".split("");
    const of = source((page) =>
      page.marker === undefined ? { items: letters, next: "2" } : { items: ["k", "l"], next: undefined },
    );
    expect(await readAll(of, 350)).toEqual({ items: [...letters, "k", "l"], answers: 5 });
  });

  test("LISTING-3: a deletion between two answers of one page skips no user", async () => {
    let items = "abcdef".split("");
    const of = source(() => ({ items, next: undefined }));
    const first = await listPage(of, { pageToken: "", pageSize: 0, maxBytes: 300 }, never);
    expect(first.items).toEqual(["a", "b", "c"]);
    items = ["b", "c", "d", "e", "f"];
    const second = await listPage(of, { pageToken: first.nextPageToken, pageSize: 0, maxBytes: 300 }, never);
    expect(second.items).toEqual(["d", "e", "f"]);
    items = ["d", "e", "f"];
    const again = await listPage(of, { pageToken: first.nextPageToken, pageSize: 0, maxBytes: 300 }, never);
    expect(again.items).toEqual(["d", "e", "f"]);
  });

  test("LISTING-3: an item heavier than the answer still goes, alone", async () => {
    const of = source(() => ({ items: ["a", "b"], next: undefined }));
    expect(await readAll(of, 10)).toEqual({ items: ["a", "b"], answers: 2 });
  });

  describe("LISTING-5: pages that are here already", () => {
    const PAGES = 40;

    /** Pages of sixty rows, those up to `here` read ahead. Says which were read. */
    function pagesHere(here: number, failing?: number) {
      const read: number[] = [];
      const of: ListingSource<string> = {
        ...source((page) => {
          const at = Number(page.marker ?? 0);
          if (at === failing) throw new GovernanceError("unavailable", "not now");
          read.push(at);
          const items = Array.from({ length: page.limit ?? 60 }, (_, row) => `${at}.${row}`);
          return { items, next: at + 1 < PAGES ? String(at + 1) : undefined };
        }),
        isHere: ({ marker }) => Number(marker ?? 0) <= here,
      };
      return { of, read };
    }

    test.for([
      ["all of them, up to eight, where the caller leaves the size to us", 40, 0, undefined, 8],
      ["those that are here, and not the one behind them", 3, 0, undefined, 4],
      ["one, where no other is here", 0, 0, undefined, 1],
      ["as many whole pages as the caller asked for", 40, 250, undefined, 4],
      ["one, for a caller that asks for a page", 40, 60, undefined, 1],
      ["one, for a caller that asks for less", 40, 7, undefined, 1],
      ["only those that fit into the answer as a whole", 40, 0, 30_000, 4],
    ] as const)("are in one answer: %s", async ([, here, pageSize, maxBytes, pages]) => {
      const { of, read } = pagesHere(here);
      const answer = await listPage(of, { pageToken: "", pageSize, maxBytes }, never);
      expect(read).toHaveLength(pages);
      expect(answer.items).toHaveLength(pages * (pageSize === 0 ? 60 : Math.min(60, pageSize)));
      const passed = Array.from({ length: pages }, (_, at): Passed => [`${at}.0`, String(at + 1)]);
      expect(answer.nextPageToken).toBe(tokenAfter(...passed));
    });

    test.for([
      ["a page more is reported as missing, where the answer could have held it", "", 3, 0, 1],
      ["also where no other page is here", "", 0, 0, 1],
      ["not where the answer is full", "", 40, 0, 0],
      ["nor where the caller asked for one page", "", 0, 60, 0],
      ["nor behind the last page", token("38"), 40, 0, 0],
    ] as const)("%s", async ([, pageToken, here, pageSize, times]) => {
      const { of } = pagesHere(here);
      const lackedPage = vi.fn<() => void>();
      await listPage({ ...of, lackedPage }, { pageToken, pageSize }, never);
      expect(lackedPage).toHaveBeenCalledTimes(times);
    });

    test("the end of the listing ends the answer", async () => {
      const { of } = pagesHere(PAGES);
      const answer = await listPage(of, { pageToken: token("38"), pageSize: 0 }, never);
      expect(answer).toMatchObject({ nextPageToken: "" });
      expect(answer.items).toHaveLength(120);
    });

    test("each row comes once, whatever was here when it was asked for", async () => {
      let here = 0;
      const { of } = pagesHere(PAGES);
      const items: string[] = [];
      let pageToken = "";
      do {
        here += 3;
        const upTo = here;
        const some = { ...of, isHere: ({ marker }: PageRequest) => Number(marker ?? 0) <= upTo };
        const answer = await listPage(some, { pageToken, pageSize: 0, maxBytes: 40_000 }, never);
        items.push(...answer.items);
        pageToken = answer.nextPageToken;
      } while (pageToken !== "");
      expect(items).toHaveLength(PAGES * 60);
      expect(new Set(items).size).toBe(PAGES * 60);
    });

    test("one that is gone after all and fails is the failure of the next call, not of this one", async () => {
      const { of } = pagesHere(PAGES, 2);
      const answer = await listPage(of, { pageToken: "", pageSize: 0 }, never);
      expect(answer.items).toHaveLength(120);
      expect(answer.nextPageToken).toBe(tokenAfter(["0.0", "1"], ["1.0", "2"]));
      await expect(listPage(of, { pageToken: token("2"), pageSize: 0 }, never)).rejects.toMatchObject({
        code: "unavailable",
      });
    });
  });

  describe("LISTING-4, mark 4: markers that lead in a circle", () => {
    /** The first `tail` markers are not in the circle. */
    function circle(tail: number, length: number) {
      let calls = 0;
      const of = source(({ marker }) => {
        calls += 1;
        if (calls > 1_000) throw new GovernanceError("data-loss", "asked without an end");
        const at = Number(marker ?? 0) + 1;
        return { items: [String(at)], next: String(at < tail + length ? at : tail) };
      });
      return { of, calls: () => calls };
    }

    test.for([
      [1, 1],
      [1, 2],
      [1, 3],
      [1, 7],
      [20, 5],
    ] as const)("behind %i others, of a length of %i, end it with an error", async ([tail, length]) => {
      const { of, calls } = circle(tail, length);
      await expect(readAll(of)).rejects.toMatchObject({ code: "internal" });
      expect(calls()).toBeLessThanOrEqual(3 * (tail + length));
    });

    test("end it also where pages that are here are skipped in the tokens", async () => {
      const { of, calls } = circle(1, 4);
      await expect(readAll({ ...of, isHere: () => true })).rejects.toMatchObject({ code: "internal" });
      expect(calls()).toBeLessThanOrEqual(15);
    });

    test("end it also for a caller that begins with a token of an earlier version", async () => {
      const { of } = circle(1, 2);
      let pageToken = token("1");
      const listed = async () => {
        for (let answers = 0; answers < 100; answers += 1) {
          pageToken = (await listPage(of, { pageToken, pageSize: 0 }, never)).nextPageToken;
        }
      };
      await expect(listed()).rejects.toMatchObject({
        code: "internal",
        message: expect.stringContaining("never end"),
      });
    });

    describe.for([
      ["pages without a row", () => [], 1_000, "empty"],
      ["one row", () => ["a"], 25, "circle"],
      ["three pages of rows", (at: number) => [`${at % 3}`, "b"], 100, "circle"],
    ] as const)("end it where every marker is another one: %s", ([, items, most, why]) => {
      test.for([
        ["one by one", false],
        ["that are here", true],
      ] as const)("%s", async ([, isHere]) => {
        let calls = 0;
        const of = source(() => {
          calls += 1;
          if (calls > 2_000) throw new GovernanceError("data-loss", "asked without an end");
          return { items: [...items(calls)], next: `m${calls}` };
        });
        await expect(readAll({ ...of, isHere: () => isHere })).rejects.toMatchObject({
          code: "internal",
          message: expect.stringContaining(why),
        });
        expect(calls).toBeLessThanOrEqual(most);
      });
    });

    test("are not seen where a caller asks for one page again", async () => {
      const of = source(({ marker }) => ({ items: ["a"], next: marker === undefined ? "1" : "2" }));
      const { nextPageToken } = await listPage(of, { pageToken: "", pageSize: 0 }, never);
      const asked = { pageToken: nextPageToken, pageSize: 0 };
      const once = await listPage(of, asked, never);
      expect(await listPage(of, asked, never)).toEqual(once);
    });

    test("are not seen where a listing that began again comes by the same markers", async () => {
      let refused = 0;
      const of = source(({ marker }) => {
        const at = Number(marker ?? 0);
        if (at === 3 && refused < 2) {
          refused += 1;
          return markerRefused();
        }
        return { items: [String(at)], next: at < 6 ? String(at + 1) : undefined };
      });
      expect((await readAll(of)).items.slice(-7)).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
    });
  });

  test("LISTING-4, mark 4: a token that leads to itself is an error", async () => {
    const of = source(() => ({ items: ["a"], next: "same" }));
    await expect(listPage(of, { pageToken: token("same"), pageSize: 0 }, never)).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining("repeated"),
    });
  });
});
