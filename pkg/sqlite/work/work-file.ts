import { existsSync, lstatSync } from "node:fs";
import type { EpochMs } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { type RunFingerprint, sameFingerprint } from "../../core/run-fingerprint.ts";
import { DatabaseSync } from "../database.ts";
import { isDamage, refusedFile, SQLITE, sqliteOf } from "../errors.ts";
import { removeDatabase, touchPrivate } from "../paths.ts";
import { numberIn, textIn } from "../rows.ts";
import { tuneWork } from "../tuning.ts";
import { LISTINGS_TABLE } from "./listings.ts";
import { RUN_TABLE, type RunState, readRun } from "./run-state.ts";
import { UNLISTED_TABLE } from "./unlisted-users.ts";

/** The working database, and the run in it that continues. */
export interface WorkFile {
  readonly database: DatabaseSync;
  /** The unfinished or unpublished run of an earlier process, if it may continue (STORE-5). */
  readonly run: RunState | undefined;
  /** One line for the log: the reason why an earlier run does not continue. */
  readonly discarded: string | undefined;
}

/** What tells the working databases of one kind of target from any other file, and what they hold beside the run. */
export interface WorkFormat {
  /** Four ASCII letters. */
  readonly applicationId: number;
  /** Raised with every change of the tables. A run of another version is not read: another one begins (STORE-5). */
  readonly version: number;
  /** SQL that creates the tables of the rows. */
  readonly tables: string;
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
  /** The newest of them with this scope. */
  readonly newest: string | undefined;
}

/** Opens or creates the working database; the caller holds the lock. A file there that is not ours is refused. */
export function openWorkFile(path: string, format: WorkFormat, wanted: Resumption): WorkFile {
  const earlier = existsSync(path) ? openEarlier(path, format, wanted) : undefined;
  if (typeof earlier === "object") return earlier;
  return { database: createWorkFile(path, format), run: undefined, discarded: earlier };
}

/** Creates an empty working database, and replaces an existing one. */
export function createWorkFile(path: string, format: WorkFormat): DatabaseSync {
  removeDatabase(path);
  touchPrivate(path);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    tuneWork(database);
    createWorkTables(database, format);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

export function createWorkTables(
  database: DatabaseSync,
  { applicationId, version, tables }: WorkFormat,
): void {
  database.exec(`
    BEGIN IMMEDIATE;
    PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${version};
    ${RUN_TABLE}
    ${LISTINGS_TABLE}
    ${UNLISTED_TABLE}
    ${tables}
    COMMIT;`);
}

/**
 * Removes what an earlier version, or another --state-dir, left beside the target: nothing would ever go on with it or
 * remove it, and it holds personal data. A file of that name that is not ours stays.
 */
export function removeEarlierWork(path: string, format: WorkFormat): void {
  for (const file of [`${path}-previous`, `${path}-next`]) removeDatabase(file);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === true && isWorkOfOurs(path, format)) removeDatabase(path);
}

function isWorkOfOurs(path: string, format: WorkFormat): boolean {
  const database = new DatabaseSync(path, { timeout: 0, readOnly: true });
  try {
    return (
      numberIn(database.prepare("PRAGMA application_id").get(), "application_id") === format.applicationId
    );
  } catch {
    return false;
  } finally {
    database.close();
  }
}

/** Returns the file if its run continues, the reason if it does not, and undefined if the file has no run. */
function openEarlier(path: string, format: WorkFormat, wanted: Resumption): WorkFile | string | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  let kept: WorkFile | undefined;
  try {
    // Before the first read: otherwise SQLite makes a file for the index of the WAL, which a full disk has no room for.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    if (!isOurs(path, database, format)) return undefined;
    const { user_version: version } = database.prepare("PRAGMA user_version").get() ?? {};
    if (version !== format.version) return "another version of the connector left it";
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
function isOurs(path: string, database: DatabaseSync, format: WorkFormat): boolean {
  try {
    const id = numberIn(database.prepare("PRAGMA application_id").get(), "application_id");
    if (id === format.applicationId) return true;
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
  // A sync with another state directory published it: what this run read before would take the readers back.
  if (wanted.newest !== undefined && wanted.newest !== run.previousId)
    return "the target has another newest run than when it began";
  const idleMs = wanted.nowMs - run.progressAtMs;
  if (idleMs > wanted.maxIdleMs) return `it made no progress for ${Math.floor(idleMs / 60_000)} minutes`;
  if (-idleMs > wanted.maxIdleMs) return "its last progress has a time that is still to come";
  if (run.held && !wanted.acceptShrink)
    return "the shrink guard had held it back, and --accept-shrink was not given";
  const [verdict] = database.prepare("PRAGMA quick_check(1)").all();
  if (verdict === undefined || textIn(verdict, "quick_check") !== "ok") return "it was damaged";
  return undefined;
}
