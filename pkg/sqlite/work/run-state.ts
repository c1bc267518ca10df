import type { EpochMs } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { RunFingerprint } from "../../core/run-fingerprint.ts";
import type { SyncCounts } from "../../core/sync-plan.ts";
import type { DatabaseSync } from "../database.ts";
import { numberIn, optionalTextIn, textIn } from "../rows.ts";

/** The run as the working database knows it. */
export interface RunState {
  readonly syncId: string;
  readonly fingerprint: RunFingerprint;
  /** What is read, as `scopeText` writes it. */
  readonly scope: string;
  /** Why memberships are read as they are (D31). */
  readonly membersReason: string | undefined;
  /** The newest run of the target with this scope when this one began. */
  readonly previousId: string | undefined;
  readonly startedAtMs: EpochMs;
  /** When its newest page was committed. */
  readonly progressAtMs: number;
  /** Set once it was read to the end. */
  readonly endedAtMs: EpochMs | undefined;
  /** The shrink guard has refused to publish it. */
  readonly held: boolean;
  readonly counts: SyncCounts;
}

/** Part of every working database. */
export const RUN_TABLE = `
  CREATE TABLE run (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sync_id TEXT NOT NULL,
    pool_id TEXT NOT NULL,
    user_id_kind TEXT NOT NULL,
    mapping_version INTEGER NOT NULL,
    scope TEXT NOT NULL,
    members_reason TEXT,
    previous_id TEXT,
    started_at INTEGER NOT NULL,
    progress_at INTEGER NOT NULL,
    ended_at INTEGER,
    held INTEGER NOT NULL DEFAULT 0,
    users INTEGER NOT NULL DEFAULT 0,
    "groups" INTEGER NOT NULL DEFAULT 0,
    memberships INTEGER NOT NULL DEFAULT 0
  );`;

export function readRun(database: DatabaseSync): RunState | undefined {
  const row = database.prepare("SELECT * FROM run").get();
  if (row === undefined) return undefined;
  const userIdKind = textIn(row, "user_id_kind");
  if (userIdKind !== "sub" && userIdKind !== "username") {
    throw new GovernanceError(
      "data-loss",
      "the working file is damaged: its run has user ids of an unknown kind",
    );
  }
  return {
    syncId: textIn(row, "sync_id"),
    fingerprint: {
      poolId: textIn(row, "pool_id"),
      userIdKind,
      mappingVersion: numberIn(row, "mapping_version"),
    },
    scope: textIn(row, "scope"),
    membersReason: optionalTextIn(row, "members_reason"),
    previousId: optionalTextIn(row, "previous_id"),
    startedAtMs: numberIn(row, "started_at"),
    progressAtMs: numberIn(row, "progress_at"),
    endedAtMs: row["ended_at"] === null ? undefined : numberIn(row, "ended_at"),
    held: numberIn(row, "held") === 1,
    counts: {
      users: numberIn(row, "users"),
      groups: numberIn(row, "groups"),
      memberships: numberIn(row, "memberships"),
    },
  };
}

export function insertRun(database: DatabaseSync, run: RunState): void {
  const { syncId, scope, membersReason = null, previousId = null, startedAtMs, progressAtMs } = run;
  const { poolId, userIdKind, mappingVersion } = run.fingerprint;
  database
    .prepare(`
      INSERT INTO run (
        id, sync_id, pool_id, user_id_kind, mapping_version, scope, members_reason, previous_id, started_at,
        progress_at)
      VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(
      syncId,
      poolId,
      userIdKind,
      mappingVersion,
      scope,
      membersReason,
      previousId,
      startedAtMs,
      progressAtMs,
    );
}

/**
 * Counts and progress move in the transaction of the rows. NULL is no progress: a process that goes on reads the groups again,
 * and would keep a run young that comes no further.
 */
export const MOVE_PROGRESS =
  'UPDATE run SET progress_at = coalesce(?, progress_at), users = ?, "groups" = ?, memberships = ?';

/** The run was read to the end; `held` when the shrink guard keeps it from being published. */
export function endRun(database: DatabaseSync, endedAtMs: EpochMs, held: boolean): void {
  database.prepare("UPDATE run SET ended_at = ?, held = ?").run(endedAtMs, Number(held));
}
