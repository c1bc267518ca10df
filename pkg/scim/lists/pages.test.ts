import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { someUser, userNumber } from "../../../test/support/fake-directory.ts";
import {
  compare,
  idsIn,
  type ListStage,
  listStage,
  people,
  refusal,
} from "../../../test/support/list-stage.ts";

let stage: ListStage;

beforeEach(() => {
  stage = listStage();
});

afterEach(async () => {
  await stage.remove();
});

describe("the pages of one caller and query", () => {
  async function changeMuch(page: number): Promise<void> {
    const records = await stage.writer();
    const before = userNumber(page);
    await records.wrote([
      { kind: "user-deleted", sub: before.sub },
      {
        kind: "user",
        user: someUser({ sub: `00000000-0000-4000-8000-00000000${page}fff`, username: "new" }),
      },
    ]);
  }

  test.for([
    ["by index", "byIndex"],
    ["by cursor", "byCursor"],
  ] as const)("are of one state, whatever is created and deleted meanwhile: %s", async ([, pagesOf]) => {
    const all = people(150);
    await stage.publish({ users: all });
    const { ids } = await stage[pagesOf]({ count: 40 }, changeMuch);
    expect(ids).toEqual(all.map(({ sub }) => sub));
    expect(await stage.list()).toMatchObject({ totalResults: 150 });
  });

  test.for([
    ["by index", "byIndex"],
    ["by cursor", "byCursor"],
  ] as const)("are of one run while other runs are published: %s", async ([, pagesOf]) => {
    const all = people(150);
    await stage.publish({ users: all });
    const { ids } = await stage[pagesOf]({ count: 40 }, async (page) => {
      stage.later();
      await stage.publish({ users: all.filter((_, n) => n % (page + 1) !== 0) });
      // Another caller sees the newest run.
      await stage.list({ caller: "entra" });
    });
    expect(ids).toEqual(all.map(({ sub }) => sub));
  });

  test("of two jobs with one token stay apart", async () => {
    const all = people(90);
    await stage.publish({ users: all });
    const first = await stage.list({ count: 30 });
    await changeMuch(1);
    const second = await stage.list({ count: 30 });
    const at = (startIndex: number) => stage.list({ count: 30, start: { by: "index", startIndex } });
    // The job that is further is told apart by where it goes on.
    const last = [await at(31), await at(61)];
    expect(second.totalResults).toBe(90);
    expect(idsIn(first)).not.toEqual(idsIn(second));
    const total = new Set(last.flatMap(idsIn));
    expect(total.size).toBe(60);
  });

  test("are of one state while the same caller asks for the first page again and again", async () => {
    const all = people(90);
    await stage.publish({ users: all });
    const { ids } = await stage.byIndex({ count: 30 }, async () => {
      for (let n = 0; n < 20; n += 1) {
        await changeMuch(n % 10);
        await stage.list({ count: 2 });
      }
    });
    expect(ids).toEqual(all.map(({ sub }) => sub));
  });

  test("by cursor go on after a restart", async () => {
    const all = people(150);
    await stage.publish({ users: all });
    const { ids } = await stage.byCursor({ count: 40 }, async (page) => {
      await changeMuch(page);
      await stage.restart();
    });
    expect(ids).toEqual(all.map(({ sub }) => sub));
  });

  test("by startIndex go on after a restart in the state of that moment", async () => {
    await stage.publish({ users: people(30) });
    const before = await stage.list({ count: 10 });
    expect(before.totalResults).toBe(30);
    await stage.publish({ users: people(20) });
    expect((await stage.list({ count: 10, start: { by: "index", startIndex: 11 } })).totalResults).toBe(30);
    await stage.restart();
    const after = await stage.list({ count: 10, start: { by: "index", startIndex: 11 } });
    expect(after).toMatchObject({ totalResults: 20, itemsPerPage: 10 });
  });

  test("by cursor belong to their query and caller, and have unreserved characters only", async () => {
    await stage.publish({ users: people(20) });
    const { nextCursor = "" } = await stage.list({ count: 5, start: { by: "cursor", cursor: "" } });
    expect(nextCursor).toMatch(/^[A-Za-z0-9._~-]+$/);
    const start = { by: "cursor", cursor: nextCursor } as const;
    expect((await stage.list({ count: 7, start })).itemsPerPage).toBe(7);
    for (const other of [
      { start, caller: "entra" },
      { start, filter: compare("active", "eq", true) },
      { start, kinds: ["Group"] as const },
      { start: { by: "cursor", cursor: `${nextCursor}0` } as const },
      { start: { by: "cursor", cursor: nextCursor.replace(/^\d/, "9") } as const },
      { start: { by: "cursor", cursor: "x".repeat(10_000) } as const },
    ]) {
      expect(await refusal(stage.list(other))).toMatchObject({ status: 400, scimType: "invalidCursor" });
    }
  });

  test("by cursor end when what they were read of is dropped", async () => {
    await stage.publish({ users: people(20) });
    const { nextCursor = "" } = await stage.list({ count: 5, start: { by: "cursor", cursor: "" } });
    stage.later();
    await (await stage.writer()).settle(stage.clock.nowMs);
    expect(await refusal(stage.list({ start: { by: "cursor", cursor: nextCursor } }))).toMatchObject({
      status: 400,
      scimType: "expiredCursor",
    });
  });
});
