import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../core/errors.ts";
import type { InventoryReader, SqlCell } from "../reader.ts";
import { createFactFinder } from "./fact-finder.ts";

const never = new AbortController().signal;
const MINUTE = 60_000;
const readAt = "2026-11-20T12:00:00.000Z";

/** An inventory that knows one account. */
function rig() {
  let nowMs = 0;
  let isDown = false;
  let opened = 0;
  let closed = 0;
  const failures: string[] = [];
  const finder = createFactFinder({
    poolId: "p",
    facts: ["mfa"],
    monotonic: () => nowMs,
    onFailure: ({ message }) => failures.push(message),
    async open() {
      if (isDown) throw new GovernanceError("unavailable", "the inventory is down");
      opened += 1;
      return readerOf(opened);
    },
  });
  const cut = new Set<number>();

  function readerOf(number: number): InventoryReader {
    return {
      engine: "sqlite",
      name: "pool.db",
      async query(_sql, _parameters, { signal } = {}) {
        signal?.throwIfAborted();
        if (isDown || cut.has(number)) throw new GovernanceError("unavailable", "the connection was cut");
        return { columns: [], rows: only(["ann", '["SMS_MFA"]', null, readAt]) };
      },
      snapshot: (work) => work(readerOf(number)),
      async close() {
        closed += 1;
      },
    };
  }

  return {
    find: (signal = never) => finder.find(["ann", "bob"], signal),
    close: () => finder.close(),
    failures,
    cutConnection: () => void cut.add(opened),
    setDown: (value: boolean) => void (isDown = value),
    advance: (ms: number) => void (nowMs += ms),
    counts: () => ({ opened, closed }),
  };
}

async function* only(row: readonly SqlCell[]): AsyncGenerator<readonly SqlCell[]> {
  yield row;
}

const found = new Map([
  ["ann", { secondFactors: { factors: ["SMS_MFA"], preferred: undefined, readAt: new Date(readAt) } }],
]);

describe("what is known of the users of a page", () => {
  test("is asked over one connection, which is opened again after ten minutes", async () => {
    const { find, advance, counts, close } = rig();
    expect(await find()).toEqual(found);
    advance(10 * MINUTE - 1);
    await find();
    expect(counts()).toEqual({ opened: 1, closed: 0 });
    advance(1);
    await find();
    expect(counts()).toEqual({ opened: 2, closed: 1 });
    await close();
    expect(counts()).toEqual({ opened: 2, closed: 2 });
  });

  test("is not lost with a connection that has ended", async () => {
    const { find, cutConnection, failures } = rig();
    await find();
    cutConnection();
    expect(await find()).toEqual(found);
    expect(failures).toEqual([]);
  });

  test("is asked over one connection by pages that are read at the same time", async () => {
    const { find, advance, counts, close } = rig();
    expect(await Promise.all([find(), find(), find()])).toEqual([found, found, found]);
    expect(counts()).toEqual({ opened: 1, closed: 0 });
    advance(10 * MINUTE);
    expect(await Promise.all([find(), find()])).toEqual([found, found]);
    expect(counts()).toEqual({ opened: 2, closed: 1 });
    await close();
    expect(counts()).toEqual({ opened: 2, closed: 2 });
  });

  test("is asked over one new connection by pages whose connection has ended", async () => {
    const { find, cutConnection, counts, failures } = rig();
    await find();
    cutConnection();
    expect(await Promise.all([find(), find(), find()])).toEqual([found, found, found]);
    expect(counts()).toEqual({ opened: 2, closed: 1 });
    expect(failures).toEqual([]);
  });

  test("is found although the page that opened the connection was stopped", async () => {
    const { find, failures, counts, close } = rig();
    const caller = new AbortController();
    const first = find(caller.signal);
    const second = find();
    caller.abort(new Error("stopped"));
    await expect(first).rejects.toThrow("stopped");
    expect(await second).toEqual(found);
    expect(failures).toEqual([]);
    await close();
    const { opened, closed } = counts();
    expect(closed).toBe(opened);
  });

  test("is unknown while the inventory cannot be read, which is tried once a minute", async () => {
    const { find, setDown, advance, failures } = rig();
    await find();
    setDown(true);
    expect((await find()).size).toBe(0);
    expect((await find()).size).toBe(0);
    expect(failures).toEqual(["the inventory is down"]);
    setDown(false);
    advance(MINUTE - 1);
    expect((await find()).size).toBe(0);
    advance(1);
    expect(await find()).toEqual(found);
  });

  test("is never taken for unknown when the caller has stopped", async () => {
    const { find, failures } = rig();
    const stopped = AbortSignal.abort(new Error("stopped"));
    await expect(find(stopped)).rejects.toThrow("stopped");
    await find();
    await expect(find(stopped)).rejects.toThrow("stopped");
    expect(failures).toEqual([]);
  });
});
