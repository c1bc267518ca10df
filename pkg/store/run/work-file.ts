import { existsSync, lstatSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { EpochMs } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { isDamage, refusedFile, SQLITE, sqliteOf } from "../errors.ts";
import { removeDatabase, touchPrivate } from "../paths.ts";
import { numberIn, textIn } from "../rows.ts";
import { type RunFingerprint, sameFingerprint } from "./fingerprint.ts";
import { type RunState, readRun } from "./run-state.ts";
import { createWorkSchema, tuneWork, WORK_APPLICATION_ID, WORK_VERSION } from "./work-schema.ts";

/** The working database, and the run in it that continues. */
export interface WorkFile {
  readonly database: DatabaseSync;
  /** The unfinished or unpublished run of an earlier process, if it may continue (STORE-5). */
  readonly run: RunState | undefined;
  /** One line for the log: the reason why an earlier run does not continue. */
  readonly discarded: string | undefined;
}

export interface Resumption {
  readonly fingerprint: RunFingerprint;
  /** What is to be read, as `scopeText` writes it. */
  readonly scope: string;
  readonly nowMs: EpochMs;
  readonly maxIdleMs: number;
  /** Continues a run that the shrink guard has refused to publish. */
  readonly acceptShrink: boolean;
  /** Ids of the runs in the target. */
  readonly published: ReadonlySet<string>;
}

/** Opens or creates the working database; the caller holds the lock. A file there that is not ours is refused. */
export function openWorkFile(path: string, wanted: Resumption): WorkFile {
  const earlier = existsSync(path) ? openEarlier(path, wanted) : undefined;
  if (typeof earlier === "object") return earlier;
  return { database: createWorkFile(path), run: undefined, discarded: earlier };
}

/** Creates an empty working database, and replaces an existing one. */
export function createWorkFile(path: string): DatabaseSync {
  removeDatabase(path);
  touchPrivate(path);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    tuneWork(database);
    createWorkSchema(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/**
 * Removes what an earlier version, or another --state-dir, left beside the target: nothing would ever go on with it or
 * remove it, and it holds personal data. A file of that name that is not ours stays.
 */
export function removeEarlierWork(path: string): void {
  for (const file of [`${path}-previous`, `${path}-next`]) removeDatabase(file);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === true && isWorkOfOurs(path)) removeDatabase(path);
}

function isWorkOfOurs(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 0, readOnly: true });
  try {
    return (
      numberIn(database.prepare("PRAGMA application_id").get(), "application_id") === WORK_APPLICATION_ID
    );
  } catch {
    return false;
  } finally {
    database.close();
  }
}

/** Returns the file if its run continues, the reason if it does not, and undefined if the file has no run. */
function openEarlier(path: string, wanted: Resumption): WorkFile | string | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  let kept: WorkFile | undefined;
  try {
    // Before the first read: otherwise SQLite makes a file for the index of the WAL, which a full disk has no room for.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    if (!isOurs(path, database)) return undefined;
    const { user_version: version } = database.prepare("PRAGMA user_version").get() ?? {};
    if (version !== WORK_VERSION) return "another version of the connector left it";
    tuneWork(database);
    const run = readRun(database);
    if (run === undefined) return undefined;
    const unfit = unfitness(run, wanted, database);
    if (unfit !== undefined) return unfit;
    kept = { database, run, discarded: undefined };
    return kept;
  } catch (error) {
    if (isDamage(error) || isDataLoss(error)) return "it was damaged";
    throw error;
  } finally {
    if (kept === undefined) database.close();
  }
}

function isDataLoss(error: unknown): boolean {
  return error instanceof GovernanceError && error.code === "data-loss";
}

/** False for a file that was created and never filled. */
function isOurs(path: string, database: DatabaseSync): boolean {
  try {
    const id = numberIn(database.prepare("PRAGMA application_id").get(), "application_id");
    if (id === WORK_APPLICATION_ID) return true;
    if (numberIn(database.prepare("SELECT count(*) AS n FROM sqlite_schema").get(), "n") === 0) return false;
  } catch (error) {
    if (sqliteOf(error) !== SQLITE.notADatabase) throw error;
  }
  throw refusedFile(path, "is in the way: it is not a working database of this connector", "move it away");
}

/** The reason why a run cannot continue; undefined if it can. The cheapest check comes first. */
function unfitness(run: RunState, wanted: Resumption, database: DatabaseSync): string | undefined {
  if (wanted.published.has(run.syncId)) return "it was published already";
  if (!sameFingerprint(run.fingerprint, wanted.fingerprint)) return "it was read with other settings";
  if (run.scope !== wanted.scope) return "it was to read something else";
  const idleMs = wanted.nowMs - run.progressAtMs;
  if (idleMs > wanted.maxIdleMs) return `it made no progress for ${Math.floor(idleMs / 60_000)} minutes`;
  if (run.held && !wanted.acceptShrink)
    return "the shrink guard had held it back, and --accept-shrink was not given";
  const [verdict] = database.prepare("PRAGMA quick_check(1)").all();
  if (verdict === undefined || textIn(verdict, "quick_check") !== "ok") return "it was damaged";
  return undefined;
}
