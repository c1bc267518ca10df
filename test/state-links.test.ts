import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { machineBootClock } from "../cmd/connector/process/boot-clock.ts";
import { openAuditLog } from "../pkg/ops/audit/audit-log.ts";
import { streamLines } from "../pkg/ops/audit/stream-lines.ts";
import { lastAuditSeq } from "../pkg/ops/metrics/audit-seq.ts";
import { openJournal } from "../pkg/store/journal/journal.ts";
import { lockService } from "../pkg/store/service-lock.ts";
import { openSyncFile } from "../pkg/store/sync-file.ts";
import { runCliIn } from "./support/connector-cli.ts";

const POOL = "eu-west-1_Abc123";
const never = new AbortController().signal;

let root: string;
let state: string;
let victim: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "state-links-")));
  state = join(root, "state");
  mkdirSync(state);
  victim = join(root, "victim");
  writeFileSync(victim, "of somebody");
});
afterEach(() => rmSync(root, { recursive: true }));

/** Everything that somebody may have put under a name of ours. */
const PLANTED: Readonly<Record<string, (path: string) => void>> = {
  "a link to a file": (path) => symlinkSync(victim, path),
  "a link to nowhere": (path) => symlinkSync(join(root, "nowhere"), path),
  "a directory": (path) => mkdirSync(path),
  "a fifo": (path) => expect(spawnSync("mkfifo", [path]).status).toBe(0),
  "a hard link": (path) => linkSync(victim, path),
};

const sleep = (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal });

function useJournal(): void {
  openJournal({ dir: state, poolId: POOL, now: Date.now, bootClock: machineBootClock(), sleep }).end();
}

function useAudit(): void {
  openAuditLog({ path: join(state, `${POOL}.audit.jsonl`), now: Date.now });
}

async function useSync(): Promise<void> {
  const sync = await openSyncFile(
    {
      file: join(root, "pool.c1z"),
      stateDir: state,
      fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
      connectorVersion: "0",
      now: Date.now,
      acceptShrink: false,
    },
    never,
  );
  await sync.close();
}

/** The names that the sync of `pool.c1z` uses; the first sync shows what the mark of the target is. */
async function workName(): Promise<string> {
  const { syncPaths } = await import("../pkg/store/paths.ts");
  return syncPaths(join(root, "pool.c1z"), state).work;
}

const USES: readonly (readonly [string, () => string | Promise<string>, () => void | Promise<void>])[] = [
  ["the journal", () => join(state, `${POOL}.journal.db`), useJournal],
  ["the WAL of the journal", () => join(state, `${POOL}.journal.db-wal`), useJournal],
  ["the key of the journal", () => join(state, `${POOL}.journal.key`), useJournal],
  ["a lock of the journal", () => join(state, `${POOL}.journal.owner-0011223344556677`), useJournal],
  ["the audit log", () => join(state, `${POOL}.audit.jsonl`), useAudit],
  [
    "the lock of the service",
    () => join(state, `${POOL}.serve-lock`),
    () => lockService(state, POOL)?.release(),
  ],
  ["the lock of a sync", () => join(root, "pool.c1z.work-lock"), useSync],
  ["the packed file of a sync", () => join(root, "pool.c1z.tmp"), useSync],
  ["the run of a sync", workName, useSync],
  ["the WAL of a run", async () => `${await workName()}-wal`, useSync],
  ["the old file of a sync", async () => `${await workName()}-previous`, useSync],
  ["the new database of a sync", async () => `${await workName()}-next`, useSync],
];

describe("links and special files under the names of the state are refused, and what they lead to stays", () => {
  test.for(
    USES.flatMap(([name, path, use]) => Object.keys(PLANTED).map((kind) => [name, kind, path, use] as const)),
  )("%s is %s", async ([, kind, path, use]) => {
    const at = await path();
    PLANTED[kind]?.(at);
    const before = readdirSync(root);
    await expect((async () => use())()).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining(at),
    });
    expect(readFileSync(victim, "utf8")).toBe("of somebody");
    expect(existsSync(join(root, "nowhere"))).toBe(false);
    // Apart from the lock of the sync, which is gone again, nothing was made beside them.
    expect(readdirSync(root)).toEqual(before);
  });

  test.for(Object.keys(PLANTED))("%s in place of the audit log is not read either", async (kind) => {
    const path = join(state, `${POOL}.audit.jsonl`);
    PLANTED[kind]?.(path);
    const read = async () => {
      for await (const batch of streamLines(path, never)) expect(batch).toBeUndefined();
    };
    await expect(read()).rejects.toMatchObject({ code: "failed-precondition" });
    expect(() => lastAuditSeq(path)).toThrow(/ELOOP|is not a regular file|has a second name/);
  });

  test("a fifo in place of the audit log does not keep a command waiting", async () => {
    PLANTED["a fifo"]?.(join(state, `${POOL}.audit.jsonl`));
    const args = ["audit", "verify", `--user-pool-id=${POOL}`, `--state-dir=${state}`];
    expect(await runCliIn(root, args)).toMatchObject({
      code: 9,
      stderr: expect.stringContaining("is not a regular file"),
    });
  });

  test("a state directory that is a link itself is followed: systemd makes it one for a dynamic user", () => {
    symlinkSync(state, join(root, "link"));
    openJournal({
      dir: join(root, "link"),
      poolId: POOL,
      now: Date.now,
      bootClock: machineBootClock(),
      sleep,
    }).end();
    expect(readdirSync(state)).toContain(`${POOL}.journal.db`);
  });

  test("a draft that a killed process had linked already is no second name", () => {
    useJournal();
    linkSync(join(state, `${POOL}.journal.db`), join(state, `${POOL}.journal.db.new-0011aabbccdd`));
    linkSync(join(state, `${POOL}.journal.key`), join(state, `${POOL}.journal.key.new-0011aabbccdd`));
    useJournal();
    expect(readdirSync(state).filter((name) => name.includes(".new-"))).toEqual([]);
  });

  test("a key that every user may read is refused", () => {
    useJournal();
    chmodSync(join(state, `${POOL}.journal.key`), 0o644);
    expect(useJournal).toThrow(
      expect.objectContaining({
        code: "failed-precondition",
        message: expect.stringContaining("may be read or written by every user; run chmod o-rwx"),
      }),
    );
  });
});
