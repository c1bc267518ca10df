import { describe, expect, test } from "vitest";
import { everyPage } from "./every-page.ts";
import type { Page } from "./page.ts";

const BOUND = { operation: "ListUsersInGroup", mostRows: 5_000 };

/** Answers a page for the number of the call, from 1. */
async function readAll(page: (call: number) => Page<number>, bound = BOUND) {
  const asked: (string | undefined)[] = [];
  const rows: number[] = [];
  try {
    for await (const items of everyPage(bound, async (marker) => {
      asked.push(marker);
      return page(asked.length);
    })) {
      rows.push(...items);
    }
  } catch (error) {
    return { asked, rows, error };
  }
  return { asked, rows, error: undefined };
}

describe("every page of a listing", () => {
  test("mark 1: goes on over empty pages until there is no marker", async () => {
    const { rows, asked, error } = await readAll((call) => ({
      items: call === 1 || call === 1000 ? [call] : [],
      next: call < 1000 ? `m${call}` : undefined,
    }));
    expect(error).toBeUndefined();
    expect(rows).toEqual([1, 1000]);
    expect(asked.slice(0, 3)).toEqual([undefined, "m1", "m2"]);
  });

  test.for([1, 2, 3, 7])("mark 4: markers in a circle of %i end it", async (length) => {
    const { asked, error } = await readAll((call) => ({ items: [], next: `m${call % length}` }));
    expect(error).toMatchObject({ code: "internal", message: expect.stringContaining("ListUsersInGroup") });
    expect(asked.length).toBeLessThanOrEqual(3 * length);
  });

  test("mark 4: empty pages with ever new markers end it", async () => {
    const { asked, error } = await readAll((call) => ({ items: [], next: `m${call}` }));
    expect(error).toMatchObject({ code: "internal", message: expect.stringContaining("were empty") });
    expect(asked).toHaveLength(1_000);
  });

  test("mark 4: rows without an end, with ever new markers, end it", async () => {
    const { rows, error } = await readAll((call) => ({ items: [call, -call], next: `m${call}` }));
    expect(error).toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("more than 5000 rows"),
    });
    expect(rows).toHaveLength(5_002);
  });

  test("as many rows as allowed are no error", async () => {
    const { rows, error } = await readAll((call) => ({
      items: [call],
      next: call < 5_000 ? `m${call}` : undefined,
    }));
    expect(error).toBeUndefined();
    expect(rows).toHaveLength(5_000);
  });
});
