import { describe, expect, test, vi } from "vitest";
import { GovernanceError } from "../core/errors.ts";
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

const token = (marker: string, restarts = 0) =>
  encodePageToken({ verb: "users", scope: "", marker, restarts, after: undefined });

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
    expect(page).toEqual({ items: ["a"], nextPageToken: token("fresh", 1) });
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
      expect(answer.nextPageToken).toBe(token(String(pages)));
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
      expect(answer.nextPageToken).toBe(token("2"));
      await expect(listPage(of, { pageToken: token("2"), pageSize: 0 }, never)).rejects.toMatchObject({
        code: "unavailable",
      });
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
