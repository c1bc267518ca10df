import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  contentOf,
  never,
  newRun,
  openListingsIn,
  publishPool,
  readPool,
  type SmallPool,
  storeOptions,
  syncPage,
  TYPES,
  temporaryFolder,
} from "../../test/support/store-run.ts";
import { advance, firstListings, GROUPS_LISTING, membersListing, USERS_LISTING } from "../core/sync-plan.ts";
import { type SyncScope, WHOLE_POOL } from "../core/sync-scope.ts";
import { openSyncFile, type SyncFile, type SyncFileOptions } from "./sync-file.ts";

const POOL: SmallPool = {
  users: ["u1", "u2", "u3", "u4", "u5"],
  groups: { all: ["u1", "u2", "u3", "u4", "u5"], few: ["u2", "u9"], none: [], "a:b": ["u1"] },
};
const COUNTS = { users: 6, groups: 4, memberships: 8 };
const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 10, 21, 12);

let folder: { readonly path: string; remove(): void };
let file: string;
let work: string;
let options: SyncFileOptions;
const open: SyncFile[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  options = storeOptions(folder.path);
  ({ file } = options);
  work = `${file}.work`;
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  folder.remove();
});

async function opened(changes: Partial<SyncFileOptions> = {}): Promise<SyncFile> {
  const one = await openSyncFile({ ...options, ...changes }, never);
  open.push(one);
  return one;
}

/** Reads as far as so many commits, and is closed as a process that gives up would. */
async function cutAt(commits: number, changes: Partial<SyncFileOptions> = {}): Promise<string> {
  const cut = await opened(changes);
  await readPool(cut, POOL, { afterCommit: (done) => done < commits });
  await cut.close();
  return cut.run?.id ?? "";
}

describe("a sync from nothing", () => {
  test("becomes one file that holds every row, and nothing is left beside it", async () => {
    const sync = await opened();
    expect(sync).toMatchObject({ resumed: false, discarded: undefined, name: file, run: undefined });

    expect(sync.complete?.counts).toBeUndefined();
    expect(await sync.previousMembers(["all"])).toEqual([0]);
    await readPool(sync, POOL);
    expect(sync.counts).toEqual(COUNTS);
    const published = await sync.publish({ acceptShrink: false }, never);
    await sync.close();
    expect(published).toMatchObject({
      file,
      id: sync.run?.id,
      counts: COUNTS,
      previous: undefined,
      runs: 1,
    });
    expect(published.bytes).toBe(statSync(file).size);
    expect(readdirSync(folder.path)).toEqual(["pool.c1z"]);
    const [run] = await contentOf(file);
    expect(run).toMatchObject({ syncId: sync.run?.id, types: [{ id: "user" }, { id: "group" }] });
    expect([run?.resources.length, run?.entitlements.length, run?.grants.length]).toEqual([10, 4, 8]);
  });

  test("all its files are for us alone, while it runs and after (STORE-10)", async () => {
    await publishPool(options, POOL);
    const sync = await opened();
    await readPool(sync, POOL, { afterCommit: (done) => done < 4 });
    const names = readdirSync(folder.path).toSorted();
    expect(names).toEqual([
      "pool.c1z",
      "pool.c1z.work",
      "pool.c1z.work-lock",
      "pool.c1z.work-previous",
      "pool.c1z.work-wal",
    ]);
    const modes = names.map((name) => statSync(join(folder.path, name)).mode & 0o777);
    expect(modes).toEqual(names.map(() => 0o600));
  });

  test("a mode and a link that the operator gave the target stay", async () => {
    const [real, link] = [join(folder.path, "real.c1z"), join(folder.path, "link.c1z")];
    await publishPool({ ...options, file: real }, POOL);
    chmodSync(real, 0o640);
    symlinkSync(real, link);
    await publishPool({ ...options, file: link }, POOL);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(await contentOf(link)).toHaveLength(2);
  });

  test("that never began leaves nothing behind", async () => {
    await (await opened()).close();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("with a state directory elsewhere keeps only target, lock and rename beside the target", async () => {
    const stateDir = join(folder.path, "state");
    const sync = await opened({ stateDir });
    await readPool(sync, POOL);
    expect(readdirSync(folder.path).toSorted()).toEqual(["pool.c1z.work-lock", "state"]);
    await sync.publish({ acceptShrink: false }, never);
    await sync.close();
    expect(readdirSync(folder.path).toSorted()).toEqual(["pool.c1z", "state"]);
    expect(readdirSync(stateDir)).toEqual([]);
  });

  test("removes the runs that an earlier version left beside the target, and no file that is not ours", async () => {
    const cut = await opened();
    await readPool(cut, POOL);
    await cut.close();
    const scope: SyncScope = { users: ["u1"], groups: [], depth: "grants" };
    const part = await opened({ scope });
    await readPool(part, POOL, { scope });
    await part.close();
    writeFileSync(join(folder.path, "other.c1z.work"), "of somebody");
    expect(readdirSync(folder.path).toSorted()).toEqual([
      "other.c1z.work",
      "pool.c1z.work",
      "pool.c1z.work-partial",
    ]);
    const stateDir = join(folder.path, "state");
    await (await opened({ stateDir })).close();
    await (await opened({ stateDir, file: join(folder.path, "other.c1z") })).close();
    expect(readdirSync(folder.path).toSorted()).toEqual(["other.c1z.work", "state"]);
  });
});

describe("a sync that was cut", () => {
  test("goes on after every commit to the same rows as one that was not (STORE-4)", async () => {
    await publishPool(options, POOL);
    const [whole] = await contentOf(file);
    const copies: string[] = [];
    const source = storeOptions(join(folder.path, "source"), {
      file: join(folder.path, "source", "pool.c1z"),
    });
    mkdirSync(source.stateDir);
    const sync = await openSyncFile(source, never);
    open.push(sync);
    await readPool(sync, POOL, {
      // What SIGKILL leaves: the files as they are on disk at that moment.
      afterCommit(done) {
        const to = join(folder.path, `cut-${done}`);
        mkdirSync(to);
        for (const name of ["pool.c1z.work", "pool.c1z.work-wal"]) {
          copyFileSync(join(source.stateDir, name), join(to, name));
        }
        copies.push(to);
        return true;
      },
    });
    expect(copies.length).toBe(12);
    for (const to of copies) {
      const resumed = await openSyncFile(storeOptions(to, { file: join(to, "pool.c1z") }), never);
      expect(resumed).toMatchObject({ resumed: true, run: { id: sync.run?.id }, discarded: undefined });
      await readPool(resumed, POOL);
      expect(resumed.counts).toEqual(COUNTS);
      await resumed.publish({ acceptShrink: false }, never);
      await resumed.close();
      const [run] = await contentOf(join(to, "pool.c1z"));
      expect(run).toEqual({ ...whole, syncId: sync.run?.id });
    }
  });

  test("re-reads at most one page of each open listing", async () => {
    for (const cut of [1, 4, 8, 11]) {
      const syncId = await cutAt(cut);
      const resumed = await opened();
      expect(resumed.run?.id).toBe(syncId);
      let more = 0;
      await readPool(resumed, POOL, { afterCommit: () => (more += 1) > 0 });
      expect(cut + more).toBe(12);
      await resumed.publish({ acceptShrink: false }, never);
      await resumed.close();
    }
  });

  test("after it was read to the end is published without reading (STORE-5)", async () => {
    const syncId = await cutAt(99);
    const resumed = await opened();
    expect(resumed).toMatchObject({ resumed: true, run: { id: syncId } });
    expect(await openListingsIn(resumed)).toEqual([]);
    expect(await resumed.publish({ acceptShrink: false }, never)).toMatchObject({ counts: COUNTS });
  });
});

describe("a run goes on only where it may (STORE-5)", () => {
  test.for([
    ["another pool", { poolId: "eu-west-1_Other", userIdKind: "sub", mappingVersion: 1 }],
    [
      "another kind of ids",
      { poolId: storeOptions("").fingerprint.poolId, userIdKind: "username", mappingVersion: 1 },
    ],
    [
      "another mapping",
      { poolId: storeOptions("").fingerprint.poolId, userIdKind: "sub", mappingVersion: 2 },
    ],
  ] as const)("not with %s", async ([, fingerprint]) => {
    await cutAt(4);
    const next = await opened({ fingerprint });
    expect(next).toMatchObject({ resumed: false, discarded: "it was read with other settings" });
    expect(next.run).toBeUndefined();
    expect(next.counts).toEqual({ users: 0, groups: 0, memberships: 0 });
  });

  test("not after a day without progress, or as long as was said", async () => {
    await cutAt(4, { now: () => NOON });
    const justInTime = await opened({ now: () => NOON + 24 * HOUR_MS });
    expect(justInTime.resumed).toBe(true);
    await justInTime.close();
    const late = await opened({ now: () => NOON + 24 * HOUR_MS + 60_000 });
    expect(late).toMatchObject({ resumed: false, discarded: "it made no progress for 1441 minutes" });
    await late.close();
    await cutAt(4, { now: () => NOON });
    const hasty = await opened({ now: () => NOON + 6 * 60_000, maxIdleMs: 5 * 60_000 });
    expect(hasty).toMatchObject({ resumed: false, discarded: "it made no progress for 6 minutes" });
  });

  test("to read the groups again is no progress (SYNC-10)", async () => {
    await cutAt(4, { now: () => NOON });
    const again = await opened({ now: () => NOON + 20 * HOUR_MS });
    await again.rewind([GROUPS_LISTING]);
    await again.commit({ ...syncPage(advance(GROUPS_LISTING, "")), membersAreIdle: true });
    await again.close();
    const late = await opened({ now: () => NOON + 25 * HOUR_MS });
    expect(late).toMatchObject({ resumed: false, discarded: "it made no progress for 1500 minutes" });
  });

  test("not where a clock that was more than a day ahead wrote it: how old it is, is not known", async () => {
    await cutAt(4, { now: () => NOON });
    const ahead = await opened({ now: () => NOON - 24 * HOUR_MS });
    expect(ahead.resumed).toBe(true);
    await ahead.close();
    const far = await opened({ now: () => NOON - 24 * HOUR_MS - 60_000 });
    expect(far).toMatchObject({
      resumed: false,
      discarded: "its last progress has a time that is still to come",
    });
  });

  test("each commit is progress", async () => {
    let nowMs = NOON;
    const slow = await opened({ now: () => nowMs });
    await readPool(slow, POOL, {
      afterCommit(done) {
        nowMs += 20 * HOUR_MS;
        return done < 4;
      },
    });
    await slow.close();
    const next = await opened({ now: () => nowMs });
    expect(next).toMatchObject({ resumed: true, run: { startedAt: new Date(NOON) } });
  });

  test.for([1, 99])("not when it is of version %i of the working file", async (version) => {
    await cutAt(4);
    const database = new DatabaseSync(work);
    database.exec(`PRAGMA user_version = ${version}`);
    database.close();
    expect(await opened()).toMatchObject({
      resumed: false,
      discarded: "another version of the connector left it",
    });
  });

  test("a working file that cannot be opened whole is closed again", async () => {
    await cutAt(3);
    const other = new DatabaseSync(work);
    other.exec("DROP TABLE names");
    other.close();
    await expect(openSyncFile(options, never)).rejects.toMatchObject({ code: "internal" });
    // SQLite removes it with the last connection.
    expect(existsSync(`${work}-wal`)).toBe(false);
  });

  test("not when it is damaged", async () => {
    await cutAt(99);
    const bytes = readFileSync(work);
    bytes.fill(0xab, 3 * 4096, 5 * 4096);
    writeFileSync(work, bytes);
    expect(await opened()).toMatchObject({ resumed: false, discarded: "it was damaged" });
  });

  test("not when it is in the target already: killed between the rename and the cleaning up", async () => {
    await cutAt(99);
    const [kept, saved] = [join(folder.path, "kept"), join(folder.path, "saved")];
    copyFileSync(work, saved);
    const sync = await opened();
    await sync.publish({ acceptShrink: false }, never);
    await sync.close();
    copyFileSync(saved, work);
    copyFileSync(file, kept);
    const next = await opened();
    expect(next).toMatchObject({ resumed: false, discarded: "it was published already" });
    expect(readFileSync(file)).toEqual(readFileSync(kept));
  });

  test("not when a sync with another state directory has published since", async () => {
    const publish = async (stateDir: string): Promise<void> => {
      const whole = await opened({ stateDir });
      await readPool(whole, POOL);
      await whole.publish({ acceptShrink: false }, never);
      await whole.close();
    };
    const [one, another] = [join(folder.path, "one"), join(folder.path, "another")];
    const reason = "the target has another newest run than when it began";
    for (const earlier of ["no run", "one run"]) {
      await cutAt(4, { stateDir: one });
      await publish(another);
      const next = await opened({ stateDir: one });
      const { resumed, discarded } = next;
      expect({ earlier, resumed, discarded }).toEqual({ earlier, resumed: false, discarded: reason });
      await next.close();
    }
    const syncId = await cutAt(4, { stateDir: one });
    const next = await opened({ stateDir: one });
    expect(next).toMatchObject({ run: { id: syncId }, resumed: true, discarded: undefined });
  });

  test("an empty working file is one that was just created", async () => {
    writeFileSync(work, "");
    expect(await opened()).toMatchObject({ resumed: false, discarded: undefined });
  });

  test.for([
    ["text", () => Buffer.from("my own notes about work\n".repeat(50))],
    [
      "somebody's database",
      () => {
        const path = join(folder.path, "somebody.db");
        const database = new DatabaseSync(path);
        database.exec("CREATE TABLE precious (a); INSERT INTO precious VALUES (1)");
        database.close();
        return readFileSync(path);
      },
    ],
  ] as const)("%s under its name is refused and left alone", async ([, content]) => {
    const bytes = content();
    writeFileSync(work, bytes);
    await expect(openSyncFile(options, never)).rejects.toMatchObject({
      code: "failed-precondition",
      message: `${work} is in the way: it is not a working database of this connector; move it away`,
    });
    expect(readFileSync(work)).toEqual(bytes);
    expect(existsSync(`${file}.work-lock`)).toBe(false);
  });
});

describe("the runs in the file (STORE-8)", () => {
  test("are the newest two, each whole, the newest first", async () => {
    const syncIds: string[] = [];
    for (let day = 0; day < 4; day += 1) {
      const users = [...POOL.users, ...Array.from({ length: day }, (_, at) => `new${at}`)];
      const published = await publishPool(
        { ...options, now: () => NOON + day * HOUR_MS },
        { ...POOL, users },
      );
      expect(published.runs).toBe(day === 0 ? 1 : 2);
      expect(published.previous?.users).toBe(day === 0 ? undefined : 5 + day);
      syncIds.push(published.id);
      const runs = await contentOf(file);
      expect(runs.map(({ syncId }) => syncId)).toEqual(syncIds.slice(-2).toReversed());
      expect(runs.map(({ resources }) => resources.length)).toEqual(
        [10 + day, 9 + day].slice(0, runs.length),
      );
      expect(runs.map(({ grants }) => grants.length)).toEqual([8, 8].slice(0, runs.length));
    }
  });

  test("end one after the other, whatever the clock does", async () => {
    const first = await publishPool({ ...options, now: () => NOON }, POOL);
    const second = await publishPool({ ...options, now: () => NOON - 5 * HOUR_MS }, POOL);
    expect(second.endedAt.getTime()).toBe(first.endedAt.getTime() + 1);
    expect((await contentOf(file)).map(({ syncId }) => syncId)).toEqual([second.id, first.id]);
  });

  test("tell the next run what to expect", async () => {
    await publishPool(options, POOL);
    const next = await opened();
    expect(next.complete?.counts).toEqual(COUNTS);
    expect(await next.previousMembers(["all", "few", "none", "a:b", "new"])).toEqual([5, 2, 0, 1, 0]);
  });
});

describe("the shrink guard (STORE-7)", () => {
  const SMALL: SmallPool = { users: ["u1", "u2", "u3"], groups: { all: ["u1", "u2", "u3"] } };

  async function refused(pool: SmallPool): Promise<string> {
    const sync = await opened();
    await readPool(sync, pool);
    await expect(sync.publish({ acceptShrink: false }, never)).rejects.toMatchObject({
      code: "refused-by-guard",
      message: expect.stringContaining("(groups 4 -> 1, memberships 8 -> 3)"),
    });
    await sync.close();
    return sync.run?.id ?? "";
  }

  test("leaves the old file as it was, and the run is published later without reading", async () => {
    await publishPool(options, POOL);
    const before = readFileSync(file);
    const held = await refused(SMALL);
    expect(readFileSync(file)).toEqual(before);
    const accepted = await opened({ acceptShrink: true });
    expect(accepted).toMatchObject({ resumed: true, run: { id: held }, discarded: undefined });
    expect(await openListingsIn(accepted)).toEqual([]);
    expect(accepted.counts).toEqual({ users: 3, groups: 1, memberships: 3 });
    const published = await accepted.publish({ acceptShrink: true }, never);
    expect(published).toMatchObject({ id: held, runs: 2, previous: COUNTS });
    await accepted.close();
    expect((await contentOf(file)).map(({ grants }) => grants.length)).toEqual([3, 8]);
  });

  test("without the flag the next sync reads everything again", async () => {
    await publishPool(options, POOL);
    await refused(SMALL);
    const next = await opened();
    expect(next.resumed).toBe(false);
    expect(next.discarded).toContain("--accept-shrink was not given");
    expect(next.run).toBeUndefined();
    await readPool(next, POOL);
    expect(await next.publish({ acceptShrink: false }, never)).toMatchObject({ counts: COUNTS });
  });

  test("with the flag from the start nothing is held", async () => {
    await publishPool(options, POOL);
    expect(await publishPool({ ...options, acceptShrink: true }, SMALL)).toMatchObject({ runs: 2 });
  });

  test("in the process that was refused, it can be accepted at once", async () => {
    await publishPool(options, POOL);
    const sync = await opened();
    await readPool(sync, SMALL);
    await expect(sync.publish({ acceptShrink: false }, never)).rejects.toMatchObject({
      code: "refused-by-guard",
    });
    expect(await sync.publish({ acceptShrink: true }, never)).toMatchObject({ id: sync.run?.id });
  });

  test("a pool that is really empty is published when it was empty", async () => {
    const none: SmallPool = { users: [], groups: {} };
    await publishPool(options, none);
    expect(await publishPool(options, none)).toMatchObject({
      counts: { users: 0, groups: 0, memberships: 0 },
    });
  });
});

describe("a publication that fails leaves the old file, byte for byte, and the run (STORE-1)", () => {
  test("aborted before it began, or while it runs", async () => {
    await publishPool(options, POOL);
    const before = readFileSync(file);
    const sync = await opened();
    await readPool(sync, POOL);
    await expect(sync.publish({ acceptShrink: false }, AbortSignal.abort())).rejects.toMatchObject({
      code: "canceled",
    });
    const abort = new AbortController();
    const publication = sync.publish({ acceptShrink: false }, abort.signal);
    setImmediate(() => abort.abort());
    await expect(publication).rejects.toMatchObject({ code: "canceled" });
    expect(readFileSync(file)).toEqual(before);
    expect(await sync.publish({ acceptShrink: false }, never)).toMatchObject({ runs: 2 });
  });

  test("closed while it runs", async () => {
    await publishPool(options, POOL);
    const before = readFileSync(file);
    const sync = await opened();
    await readPool(sync, POOL);
    const publication = sync.publish({ acceptShrink: false }, never);
    await sync.close();
    await expect(publication).rejects.toMatchObject({ code: "canceled" });
    expect(readFileSync(file)).toEqual(before);
    expect(await opened()).toMatchObject({ resumed: true, run: { id: sync.run?.id } });
  });

  test("when somebody else changed the target meanwhile (STORE-2)", async () => {
    await publishPool(options, POOL);
    const sync = await opened();
    await readPool(sync, POOL);
    writeFileSync(file, "somebody else's");
    await expect(sync.publish({ acceptShrink: false }, never)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("was changed by another program while the sync ran"),
    });
    expect(readFileSync(file, "utf8")).toBe("somebody else's");
  });

  test("when somebody put a file where there was none (STORE-2)", async () => {
    const sync = await opened();
    await readPool(sync, POOL);
    writeFileSync(file, "");
    await expect(sync.publish({ acceptShrink: false }, never)).rejects.toMatchObject({
      code: "failed-precondition",
    });
  });

  test("while anything is left to read", async () => {
    const sync = await opened();
    await readPool(sync, POOL, { afterCommit: (done) => done < 4 });
    await expect(sync.publish({ acceptShrink: false }, never)).rejects.toMatchObject({ code: "internal" });
    expect(existsSync(file)).toBe(false);
  });
});

describe("what is left of a process that died", () => {
  test("is removed by the next one", async () => {
    await publishPool(options, POOL);
    for (const name of [
      "pool.c1z.tmp",
      "pool.c1z.work-previous",
      "pool.c1z.work-next",
      "pool.c1z.work-next-journal",
    ]) {
      writeFileSync(join(folder.path, name), "left over");
    }
    await (await opened()).close();
    expect(readdirSync(folder.path)).toEqual(["pool.c1z"]);
  });
});

describe("use out of order is an error, not a surprise", () => {
  test("a page before the beginning, a second beginning, a page after the end", async () => {
    const sync = await opened();
    const page = syncPage(advance(USERS_LISTING, ""));
    await expect(sync.commit(page)).rejects.toThrow("is fresh");
    await expect(sync.publish({ acceptShrink: false }, never)).rejects.toMatchObject({ code: "internal" });
    await sync.begin(newRun(), TYPES, firstListings(WHOLE_POOL));
    await expect(sync.begin(newRun(), TYPES, firstListings(WHOLE_POOL))).rejects.toThrow("is reading");
    await readPool(sync, POOL);
    await sync.publish({ acceptShrink: false }, never);
    await expect(sync.commit(page)).rejects.toThrow("is published");
    expect(sync.counts).toEqual(COUNTS);
    await expect(sync.publish({ acceptShrink: false }, never)).rejects.toMatchObject({ code: "internal" });
    await sync.close();
    await sync.close();
    await expect(sync.commit(page)).rejects.toThrow("is closed");
  });
});

describe("beside other targets of the sync", () => {
  test("a run is discarded when the others do not have it, and another one begins", async () => {
    const cut = await cutAt(8);
    const sync = await opened();
    expect(sync.run?.id).toBe(cut);
    await sync.discard();
    expect(sync).toMatchObject({ run: undefined, resumed: false, counts: { users: 0, groups: 0 } });
    await sync.discard();
    await readPool(sync, POOL);
    expect(await sync.publish({ acceptShrink: false }, never)).toMatchObject({ counts: COUNTS });
    expect((await contentOf(file))[0]?.syncId).not.toBe(cut);
  });

  test("a listing is set back and read again, to the same rows", async () => {
    const sync = await opened();
    await readPool(sync, POOL);
    const first = { ...membersListing("all"), token: "2", pages: 1 };
    await sync.rewind([first, { ...USERS_LISTING, token: "4", pages: 2 }]);
    expect(await openListingsIn(sync)).toHaveLength(2);
    await expect(sync.publish({ acceptShrink: false }, never)).rejects.toMatchObject({ code: "internal" });
    await readPool(sync, POOL);
    expect(sync.counts).toEqual(COUNTS);
  });

  test("a members listing that begins again forgets its memberships, which may be of a deleted group", async () => {
    const sync = await opened();
    await readPool(sync, POOL);
    await sync.rewind([membersListing("all")]);
    expect(sync.counts).toEqual({ ...COUNTS, memberships: 3 });
    await readPool(sync, { ...POOL, groups: { ...POOL.groups, all: ["u1"] } });
    expect(sync.counts).toEqual({ ...COUNTS, memberships: 4 });
    expect(await sync.publish({ acceptShrink: false }, never)).toMatchObject({ runs: 1 });
  });

  test("the shrink guard refuses before anything is published (STORE-7)", async () => {
    const first = await publishPool(options, POOL);
    const sync = await opened();
    expect(sync.complete).toEqual({
      id: first.id,
      startedAt: first.startedAt,
      scope: WHOLE_POOL,
      endedAt: first.endedAt,
      counts: COUNTS,
    });
    await expect(sync.check({ acceptShrink: false })).rejects.toMatchObject({ code: "internal" });
    await readPool(sync, { users: ["u1"], groups: {} });
    await expect(sync.check({ acceptShrink: false })).rejects.toMatchObject({ code: "refused-by-guard" });
    await sync.check({ acceptShrink: true });
    expect(await sync.publish({ acceptShrink: true }, never)).toMatchObject({ runs: 2 });
  });
});
