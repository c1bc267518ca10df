import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeDirectory, POOL, someGroup, userNumber } from "../../test/support/fake-directory.ts";
import { emptyRun, memoryTarget } from "../../test/support/memory-target.ts";
import { never, storeOptions, temporaryFolder } from "../../test/support/store-run.ts";
import { createConnector } from "../connector/create-connector.ts";
import { GovernanceError } from "../core/errors.ts";
import { WHOLE_POOL } from "../core/sync-scope.ts";
import { storeError } from "../sqlite/errors.ts";
import type { PublishedFile } from "../store/publish/publish.ts";
import { readSyncFile } from "../store/read-sync-file.ts";
import { openSyncFile } from "../store/sync-file.ts";
import { type SyncEvents, type SyncOnceOptions, syncOnce } from "./sync-once.ts";
import type { OpenTarget, PublishedRun } from "./target.ts";

const NAMES = ["one", "two"] as const;
const COUNTS = { users: 130, groups: 2, memberships: 140 };
const CALLS = 3 + 1 + 3 + 1;

let folder: { readonly path: string; remove(): void };
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

function world() {
  const users = Array.from({ length: 130 }, (_, n) => userNumber(n));
  return {
    users,
    groups: [someGroup("all"), someGroup("ten")],
    members: new Map([
      ["all", users],
      ["ten", users.slice(0, 10)],
    ]),
  };
}

function pathOf(name: string): string {
  return join(folder.path, `${name}.c1z`);
}

/** The one run of a file, as its rows are stored. */
async function runIn(path: string) {
  const stored = await readSyncFile({ file: path }, never);
  try {
    const [run, ...more] = stored.runs();
    if (run === undefined || more.length > 0) throw new Error(`${path} does not hold one run`);
    const { syncId } = run;
    return {
      syncId,
      types: [...stored.resourceTypes(syncId)],
      resources: [...stored.resources(syncId)],
      entitlements: [...stored.entitlements(syncId)],
      grants: [...stored.grants(syncId)],
    };
  } finally {
    stored.close();
  }
}

function file(name: string): OpenTarget<PublishedFile> {
  const fingerprint = { poolId: POOL, userIdKind: "sub" as const, mappingVersion: 1 };
  return (signal) => openSyncFile(storeOptions(folder.path, { file: pathOf(name), fingerprint }), signal);
}

function stage<P extends PublishedRun>(targets: readonly OpenTarget<P>[], events: SyncEvents = {}) {
  const { directory, calls } = fakeDirectory(world());
  let nowMs = Date.UTC(2026, 10, 28);
  const options: SyncOnceOptions<P> = {
    connector: createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 }),
    targets,
    listingsAtOnce: 2,
    scope: WHOLE_POOL,
    publishing: { acceptShrink: false },
    clocks: { now: () => (nowMs += 1000), monotonic: () => 0 },
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
    callTotals: () => ({ calls: calls.length, throttles: 0 }),
    resumedBy: "the same command",
    events,
  };
  return { options, calls };
}

describe("one sync into two files", () => {
  test("reads once, and both hold the same run", async () => {
    const { options, calls } = stage(NAMES.map(file));
    const { published, ...rest } = await syncOnce(options, never);
    expect(rest).toMatchObject({ resumed: false, droppedGroups: 0, pages: CALLS, calls: calls.length });
    expect(published.map(({ file: path }) => path)).toEqual(NAMES.map(pathOf));
    expect(published.map(({ counts }) => counts)).toEqual([COUNTS, COUNTS]);
    const [one, two] = await Promise.all(NAMES.map((name) => runIn(pathOf(name))));
    expect(one).toEqual(two);
  });

  test.for([
    ["ENOSPC", /the disk is full; .*, then sync again: a sync that stopped goes on from there$/],
    ["ENOENT", /it was removed, or cannot be opened; leave .* alone, then sync again$/],
  ] as const)("whose own file fails with %s says once what is kept of it", async ([code, says]) => {
    const failing: OpenTarget<PublishedFile> = async (signal) => {
      const target = await file("one")(signal);
      vi.spyOn(target, "commit").mockImplementation(() => {
        throw storeError(Object.assign(new Error(code), { code }), "store a page");
      });
      return target;
    };
    await expect(syncOnce(stage([failing]).options, never)).rejects.toMatchObject({
      message: expect.stringMatching(says),
    });
  });

  test("that is cut says so, and goes on in both", async () => {
    const stop = new AbortController();
    const said: string[] = [];
    const events: SyncEvents = {
      onReading: () => ({
        onPool: () => {},
        onPage: ({ kind, pages }) => {
          if (kind === "users" && pages === 2) stop.abort();
        },
        close: () => void said.push("closed"),
      }),
      onResumed: (target, { users }) => void said.push(`${target} goes on with ${users}`),
      onDiscarded: (target, reason) => void said.push(`${target}: ${reason}`),
    };
    const cut = syncOnce(stage(NAMES.map(file), events).options, stop.signal);
    await expect(cut).rejects.toMatchObject({
      code: "canceled",
      message: expect.stringMatching(/; what was read is kept, the same command goes on from there$/),
    });
    const again = stage(NAMES.map(file), events);
    const result = await syncOnce(again.options, never);
    expect(result).toMatchObject({ resumed: true, published: [{ counts: COUNTS }, { counts: COUNTS }] });
    expect(result.pages).toBeLessThan(CALLS);
    expect(said).toEqual(["closed", ...NAMES.map((name) => `${pathOf(name)} goes on with 120`), "closed"]);
  });

  test("begins again in both where one is new, and says which run is discarded", async () => {
    const stop = new AbortController();
    const events: SyncEvents = {
      onReading: () => ({ onPool: () => {}, onPage: () => stop.abort(), close: () => {} }),
    };
    await expect(syncOnce(stage([file("one")], events).options, stop.signal)).rejects.toThrow("is kept");
    const discarded: string[] = [];
    const again = stage(NAMES.map(file), {
      onDiscarded: (target, reason) => void discarded.push(`${target}: ${reason}`),
    });
    expect(await syncOnce(again.options, never)).toMatchObject({ resumed: false, pages: CALLS });
    expect(discarded).toEqual([`${pathOf("one")}: another target of the sync does not hold it`]);
  });

  test("whose second file cannot be published names both, and the next sync publishes it without reading", async () => {
    const first = stage(NAMES.map(file), { onRead: () => writeFileSync(pathOf("two"), "somebody else's") });
    await expect(syncOnce(first.options, never)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(
        /two\.c1z was changed .*; the run is in .*one\.c1z, and the next sync publishes the rest without reading again$/,
      ),
    });
    const one = await runIn(pathOf("one"));
    rmSync(pathOf("two"));
    const next = stage(NAMES.map(file));
    const { published, pages } = await syncOnce(next.options, never);
    expect({ pages, calls: next.calls }).toEqual({ pages: 0, calls: [] });
    expect(published.map(({ file: path, id }) => [path, id])).toEqual([[pathOf("two"), one.syncId]]);
    expect(await runIn(pathOf("two"))).toEqual(one);
  });
});

describe("opening the targets", () => {
  test("comes before the first call, and one that fails closes those before it", async () => {
    writeFileSync(pathOf("two"), "no sync file");
    const { options, calls } = stage(NAMES.map(file));
    await expect(syncOnce(options, never)).rejects.toMatchObject({ code: "failed-precondition" });
    expect(calls).toEqual([]);
    expect(existsSync(`${pathOf("one")}.work-lock`)).toBe(false);
  });

  test("of a target that cannot be closed is reported, and hides nothing", async () => {
    const failed: string[] = [];
    const broken: OpenTarget = async () => ({
      ...memoryTarget(emptyRun(), { name: "broken" }),
      begin: () => Promise.reject(new GovernanceError("unavailable", "the server is gone")),
      close: () => Promise.reject(new Error("already gone")),
    });
    const { options } = stage([broken], {
      onCloseFailed: (target, error) => void failed.push(`${target}: ${String(error)}`),
    });
    await expect(syncOnce(options, never)).rejects.toThrow("the server is gone");
    expect(failed).toEqual(["broken: Error: already gone"]);
  });
});
