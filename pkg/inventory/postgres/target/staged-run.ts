import type { EpochMs } from "../../../core/clock.ts";
import { type RunFingerprint, sameFingerprint } from "../../../core/run-fingerprint.ts";
import type { ListingCursor, ListingKind, ListingState, SyncCounts } from "../../../core/sync-plan.ts";
import { isRecord } from "../../../core/unknown.ts";
import type { PoolFacts } from "../../target/pool-facts.ts";
import type { PostgresSession, StatementOptions } from "../session.ts";
import type { StagingTables } from "./staging-tables.ts";

/** The run as its staging tables know it. */
export interface StagedRun {
  readonly syncId: string;
  readonly fingerprint: RunFingerprint;
  readonly beganAtMs: EpochMs;
  readonly progressAtMs: EpochMs;
  /** Set once it was read to the end. */
  readonly endedAtMs: EpochMs | undefined;
  /** The shrink guard has refused to publish it. */
  readonly held: boolean;
  readonly pool: PoolFacts;
  /** Why memberships are read as they are (D31). */
  readonly membersReason: string | undefined;
  readonly counts: SyncCounts;
}

/** Undefined: there is none, also after a crash of the server. */
export async function readStagedRun(
  session: PostgresSession,
  { run }: StagingTables,
  options: StatementOptions,
): Promise<StagedRun | undefined> {
  const { rows } = await session.run(
    `SELECT sync_id, fingerprint, began_at, progress_at, ended_at, held, pool, users, groups, memberships,
       members_reason FROM ${run}`,
    [],
    options,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const [syncId, fingerprint, began, progress, ended, held, pool, users, groups, memberships, reason] = row;
  const read: unknown = JSON.parse(String(fingerprint));
  const facts: unknown = JSON.parse(String(pool));
  if (!isFingerprint(read) || !isPoolFacts(facts))
    throw session.failure("data-loss", "its run has no settings; empty its staging tables");
  return {
    syncId: String(syncId),
    fingerprint: read,
    beganAtMs: Number(began),
    progressAtMs: Number(progress),
    endedAtMs: ended === null ? undefined : Number(ended),
    held: held === true,
    pool: facts,
    membersReason: typeof reason === "string" ? reason : undefined,
    counts: { users: Number(users), groups: Number(groups), memberships: Number(memberships) },
  };
}

function isFingerprint(value: unknown): value is RunFingerprint {
  if (!isRecord(value)) return false;
  const { poolId, userIdKind, mappingVersion } = value;
  return typeof poolId === "string" && typeof userIdKind === "string" && typeof mappingVersion === "number";
}

function isPoolFacts(value: unknown): value is PoolFacts {
  return isRecord(value) && typeof value["region"] === "string" && typeof value["readAt"] === "string";
}

export async function insertStagedRun(
  session: PostgresSession,
  { run }: StagingTables,
  staged: Pick<StagedRun, "syncId" | "fingerprint" | "beganAtMs" | "pool" | "membersReason">,
  options: StatementOptions,
): Promise<void> {
  const { syncId, fingerprint, beganAtMs, pool, membersReason = null } = staged;
  await session.run(
    `INSERT INTO ${run} (id, sync_id, fingerprint, began_at, progress_at, pool, members_reason)
     VALUES (1, $1, $2, $3, $3, $4, $5)`,
    [syncId, JSON.stringify(fingerprint), beganAtMs, JSON.stringify(pool), membersReason],
    options,
  );
}

export interface WantedContinuation {
  readonly fingerprint: RunFingerprint;
  readonly acceptShrink: boolean;
  readonly maxIdleMs: number;
  readonly nowMs: EpochMs;
  /** The id of the newest published run. */
  readonly published: string | undefined;
}

/** The reason why a run cannot continue; undefined if it can. */
export function whyNotContinued(run: StagedRun, wanted: WantedContinuation): string | undefined {
  if (run.syncId === wanted.published) return "it was published already";
  if (!sameFingerprint(run.fingerprint, wanted.fingerprint)) return "it was read with other settings";
  const idleMs = wanted.nowMs - run.progressAtMs;
  if (idleMs > wanted.maxIdleMs) return `it made no progress for ${Math.floor(idleMs / 60_000)} minutes`;
  if (-idleMs > wanted.maxIdleMs) return "its last progress has a time that is still to come";
  if (run.held && !wanted.acceptShrink)
    return "the shrink guard had held it back, and --accept-shrink was not given";
  return undefined;
}

const KINDS: readonly ListingKind[] = ["users", "groups", "members", "users-with-groups"];
const STATES: readonly ListingState[] = ["open", "done", "dropped"];

export async function readListings(
  session: PostgresSession,
  { listings }: StagingTables,
  options: StatementOptions,
): Promise<readonly ListingCursor[]> {
  const sql = `SELECT kind, group_name, token, state, pages FROM ${listings}`;
  const { rows } = await session.run(sql, [], options);
  return rows.map(([kindText, group, token, stateText, pages]) => {
    const kind = KINDS.find((known) => known === kindText);
    const state = STATES.find((known) => known === stateText);
    if (kind === undefined || state === undefined) {
      throw session.failure(
        "data-loss",
        "its run holds a listing of an unknown kind; empty its staging tables",
      );
    }
    return { kind, part: String(group), token: String(token), state, pages: Number(pages) };
  });
}

/** The columns of cursors, for unnest(). */
export function cursorColumns(cursors: readonly ListingCursor[]): readonly (readonly (string | number)[])[] {
  return [
    cursors.map(({ kind }) => kind),
    cursors.map(({ part }) => part),
    cursors.map(({ token }) => token),
    cursors.map(({ state }) => state),
    cursors.map(({ pages }) => pages),
  ];
}

/** `$1` to `$5`, as `cursorColumns` gives them. */
export const CURSORS =
  "unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS c(kind, group_name, token, state, pages)";

export async function insertListings(
  session: PostgresSession,
  { listings }: StagingTables,
  cursors: readonly ListingCursor[],
): Promise<void> {
  await session.run(
    `INSERT INTO ${listings} (kind, group_name, token, state, pages)
     SELECT c.kind, c.group_name, c.token, c.state, c.pages FROM ${CURSORS}`,
    cursorColumns(cursors),
    { doing: "begin the run in" },
  );
}
