import { chmodSync, closeSync, openSync, renameSync, rmSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import type { EpochMs } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { isWholePool, type SyncScope, syncTypeOf } from "../../core/sync-scope.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { refusedFile, storeError } from "../../sqlite/errors.ts";
import { removeDatabase, syncOpenFolder } from "../../sqlite/paths.ts";
import { emptyWal } from "../../sqlite/tuning.ts";
import { endRun, type RunState } from "../../sqlite/work/run-state.ts";
import { shrinkRefusal } from "../../sync/shrink-guard.ts";
import type { PublishedRun } from "../../sync/target.ts";
import type { SyncPaths } from "../paths.ts";
import { buildDatabase } from "./build-database.ts";
import { pack } from "./envelope.ts";
import type { PreviousFile } from "./previous-file.ts";

/** A published run, and the file that it is in. Its id is the `sync_id` of the file's rows. */
export interface PublishedFile extends PublishedRun {
  /** Tells it from what other targets publish. */
  readonly kind: "c1z";
  readonly file: string;
  /** Runs in the file now. Fewer than are kept (STORE-8) when all would be more than Baton's readers unpack. */
  readonly runs: number;
  /** Groups that were deleted and made again under their names since the previous run in the file. */
  readonly recreatedGroups: readonly string[];
  /** Size of the file. */
  readonly bytes: number;
  /** Size of the database in it. */
  readonly databaseBytes: number;
}

export interface PublishDeps {
  readonly paths: SyncPaths;
  readonly work: DatabaseSync;
  readonly run: RunState;
  /** What the run reads. */
  readonly scope: SyncScope;
  readonly previous: PreviousFile | undefined;
  /** The state of the target file when it was checked. */
  readonly target: Stats | undefined;
  readonly connectorVersion: string;
  readonly recreatedGroups: readonly string[];
  readonly acceptShrink: boolean;
  readonly nowMs: EpochMs;
  readonly maxDatabaseBytes?: number;
}

/** Baton's readers unpack no more than this, unless they are set to. */
const READERS_LIMIT_BYTES = 10 * 2 ** 30;

/**
 * Turns a run that was read to the end into the new target (STORE-1). Rejects with `refused-by-guard` when it lost too
 * much (STORE-7); after that and any other failure the old target is unchanged and the run is kept, unless the message
 * says that the target holds it.
 */
export async function publishRun(deps: PublishDeps, signal: AbortSignal): Promise<PublishedFile> {
  const { paths, run, scope, previous } = deps;
  const endedAtMs = endOrHold(deps);
  emptyWal(deps.work);
  const built = await build(deps, endedAtMs, signal);
  await pack(paths.next, paths.packing, signal);
  removeDatabase(paths.next);
  signal.throwIfAborted(); // after a close() another process may hold the target
  const bytes = statSync(paths.packing).size;
  replaceTarget(paths, deps.target);
  return {
    kind: "c1z",
    file: paths.target,
    id: run.syncId,
    counts: run.counts,
    previous: previous?.comparable?.counts,
    scope,
    startedAt: new Date(run.startedAtMs),
    endedAt: new Date(endedAtMs),
    recreatedGroups: deps.recreatedGroups,
    ...built,
    bytes,
  };
}

/** When the run ended. Throws `refused-by-guard`, and keeps the run as held, when it lost too much (STORE-7). */
export function endOrHold(
  deps: Omit<PublishDeps, "connectorVersion" | "target" | "recreatedGroups">,
): EpochMs {
  const { paths, work, run, scope, previous } = deps;
  const before = syncTypeOf(scope) === "full" ? previous?.comparable : undefined;
  const refusal = before === undefined ? undefined : shrinkRefusal(paths.target, before.counts, run.counts);
  const held = refusal !== undefined && !deps.acceptShrink;
  // Readers take the run that ended last for the newest, so neither a clock that was set back nor a run of another scope that
  // was published since this one was read must make this one the older (STORE-8).
  const readAtMs = run.endedAtMs ?? Math.max(deps.nowMs, run.startedAtMs);
  const endedAtMs = Math.max(readAtMs, (previous?.runs[0].endedAtMs ?? 0) + 1);
  endRun(work, endedAtMs, held);
  if (held) throw refusal;
  return endedAtMs;
}

async function build(
  {
    paths,
    work,
    run,
    scope,
    previous,
    connectorVersion,
    maxDatabaseBytes = READERS_LIMIT_BYTES,
  }: PublishDeps,
  endedAtMs: EpochMs,
  signal: AbortSignal,
): Promise<{ readonly runs: number; readonly databaseBytes: number }> {
  const plan = { into: paths.next, run, scope, endedAtMs, connectorVersion };
  const whole = previous?.runs.filter((before) => before.scope === "") ?? [];
  const isPartial = !isWholePool(scope);
  // A run of the whole pool replaces partial ones. A partial one never replaces the newest of the whole pool.
  const least = isPartial ? Math.min(1, whole.length) : 0;
  for (let count = Math.min(isPartial ? 2 : 1, whole.length); ; count -= 1) {
    const syncIds = whole.slice(0, count).map(({ syncId }) => syncId);
    const kept = previous === undefined ? undefined : { database: previous.database, syncIds };
    const databaseBytes = await buildDatabase(work, { ...plan, kept }, signal);
    if (databaseBytes <= maxDatabaseBytes || count <= least) return { runs: count + 1, databaseBytes };
  }
}

function replaceTarget(paths: SyncPaths, judged: Stats | undefined): void {
  const found = statSync(paths.target, { throwIfNoEntry: false });
  if (!sameFile(judged, found)) {
    const cure = "sync again: the run is kept, and the file will be judged again";
    throw refusedFile(paths.target, "was changed by another program while the sync ran", cure); // STORE-2
  }
  if (judged !== undefined) chmodSync(paths.packing, judged.mode & 0o777);
  // Opened before the rename: a folder that may not be read, or too many open files, would fail after it, with the file replaced.
  const folder = openSync(dirname(paths.target), "r");
  try {
    renameSync(paths.packing, paths.target);
    syncName(folder, paths.target);
  } finally {
    closeSync(folder);
  }
}

/** Readers see the new run by then, whatever this comes to. */
function syncName(folder: number, target: string): void {
  try {
    syncOpenFolder(folder);
  } catch (error) {
    const { message } = storeError(error, "put its name on the disk");
    throw new GovernanceError(
      "internal",
      `${target} holds the new run, which may be gone after a power cut (${message.split(";")[0]}); see the system log, then sync again`,
      { cause: error, reason: "own-files" },
    );
  }
}

function sameFile(a: Stats | undefined, b: Stats | undefined): boolean {
  return a?.dev === b?.dev && a?.ino === b?.ino && a?.size === b?.size && a?.mtimeMs === b?.mtimeMs;
}

/** Removes what a publication left that was cut short. */
export function removeLeftovers(paths: SyncPaths): void {
  removeDatabase(paths.next);
  removeDatabase(paths.previous);
  rmSync(paths.packing, { force: true });
}

/** A run may be published only when nothing of it is left to read (STORE-5). */
export function refuseUnread(open: number): void {
  if (open === 0) return;
  throw new GovernanceError("internal", `the run has ${open} listings left to read, so it is not published`);
}
