// One run becomes the newest state of its pool: rows end and begin, and what changed is recorded. All of it is in one
// transaction of the caller, so that readers see the run before or this one, whole (INVENTORY-1).

import type { SyncCounts } from "../../core/sync-plan.ts";
import type { SqlCell } from "../reader.ts";
import type { RecordedKind } from "../schema/recorded-kinds.ts";
import { groupChanges, userChanges } from "./changed-fields.ts";
import { stateColumnNames } from "./columns.ts";
import { type MergeSession, type MergeValue, numberFrom } from "./merge-session.ts";
import * as sql from "./merge-sql.ts";
import { type PoolFacts, poolCells } from "./pool-facts.ts";

/** A run that was read to the end. */
export interface MergedRun {
  readonly poolId: string;
  readonly syncId: string;
  readonly beganAt: Date;
  readonly endedAt: Date;
  readonly counts: SyncCounts;
  readonly pool: PoolFacts;
  /** `loadOrigins` has read everything: a change without an origin was made outside the connector. */
  readonly originsKnown: boolean;
}

export interface MergeResult {
  readonly runNumber: number;
  /** How many were recorded. */
  readonly changes: number;
}

/**
 * The caller has created an `OriginsTable` and begun the transaction. It takes that back when this rejects, also because of
 * the signal.
 */
export async function mergeRun(
  session: MergeSession,
  run: MergedRun,
  signal: AbortSignal,
): Promise<MergeResult> {
  const { poolId } = run;
  const runNumber = (await numberFrom(session, sql.NEWEST_RUN, [poolId])) + 1;
  const merge = new Merge(session, { poolId, runNumber, signal });
  const changes = runNumber === 1 ? await merge.insertAll() : await merge.replaceRows();
  const { users, groups, memberships } = run.counts;
  const times = [run.beganAt.toISOString(), run.endedAt.toISOString()];
  const originsKnown = Number(runNumber === 1 || run.originsKnown);
  await session.run(sql.INSERT_RUN, [
    poolId,
    runNumber,
    run.syncId,
    ...times,
    users,
    groups,
    memberships,
    changes,
    originsKnown,
  ]);
  await session.run(sql.PUT_POOL, [poolId, ...poolCells(run.pool)]);
  signal.throwIfAborted();
  return { runNumber, changes };
}

interface MergePlace {
  readonly poolId: string;
  readonly runNumber: number;
  readonly signal: AbortSignal;
}

interface ComputedChange {
  readonly kind: RecordedKind;
  readonly sub: string | null;
  readonly group: string | null;
  readonly groupCreatedAt: string | null;
  readonly field: string | null;
}

const USER_WIDTH = stateColumnNames("users").length;
const GROUP_WIDTH = stateColumnNames("groups").length;
const GROUP_CREATED_AT = stateColumnNames("groups").indexOf("created_at");

class Merge {
  readonly #session: MergeSession;
  readonly #place: MergePlace;
  /** The number of the newest change. */
  #newest = 0;

  constructor(session: MergeSession, place: MergePlace) {
    this.#session = session;
    this.#place = place;
  }

  async insertAll(): Promise<number> {
    await this.#insert(sql.INSERT_ALL);
    return 0;
  }

  async replaceRows(): Promise<number> {
    const { poolId, runNumber } = this.#place;
    const before = await numberFrom(this.#session, sql.NEWEST_CHANGE, [poolId]);
    this.#newest = before;
    await this.#findTouched();
    await this.#record(sql.RECORD_ENDED);
    await this.#record(sql.RECORD_BEGUN);
    await this.#compute(sql.CHANGED_USERS, userChangesOf);
    await this.#compute(sql.CHANGED_GROUPS, groupChangesOf);
    await this.#record(sql.RECORD_ADDED);
    const changes = this.#newest - before;
    const hasOrigins = (await numberFrom(this.#session, sql.COUNT_ORIGINS, [])) > 0;
    if (changes > 0 && hasOrigins) await this.#run(sql.MATCH_ORIGINS, [poolId, runNumber]);
    for (const end of sql.END_ROWS) await this.#run(end, [runNumber, poolId]);
    await this.#insert(sql.INSERT_TOUCHED);
    for (const table of TOUCHED_TABLES) await this.#run(`DROP TABLE ${table}`);
    return changes;
  }

  async #findTouched(): Promise<void> {
    for (const table of TOUCHED_TABLES) {
      await this.#run(sql.CREATE_TOUCHED[table]);
      for (const touch of sql.TOUCH[table]) await this.#run(touch, [this.#place.poolId]);
      await this.#session.filled?.(table);
    }
  }

  async #record(statements: readonly string[]): Promise<void> {
    const { poolId, runNumber } = this.#place;
    for (const statement of statements) {
      this.#newest += await this.#run(statement, [poolId, this.#newest, runNumber]);
    }
  }

  /** Changes that need the values before and after. A batch of them is in memory. */
  async #compute(
    pairs: string,
    changesOf: (row: readonly SqlCell[]) => readonly ComputedChange[],
  ): Promise<void> {
    for await (const rows of this.#session.read(pairs, [this.#place.poolId])) {
      const changes = rows.flatMap(changesOf);
      for (let from = 0; from < changes.length; from += ROWS_AT_ONCE) {
        const some = changes.slice(from, from + ROWS_AT_ONCE);
        await this.#run(
          sql.insertChanges(some.length),
          some.flatMap((change) => this.#cellsOf(change)),
        );
      }
    }
  }

  #cellsOf({ kind, sub, group, groupCreatedAt, field }: ComputedChange): readonly MergeValue[] {
    const { poolId, runNumber } = this.#place;
    this.#newest += 1;
    return [poolId, this.#newest, runNumber, kind, sub, group, groupCreatedAt, field];
  }

  async #insert(statements: readonly string[]): Promise<void> {
    const { poolId, runNumber } = this.#place;
    for (const statement of statements) await this.#run(statement, [poolId, runNumber]);
  }

  /** A statement may take a minute: the signal is looked at between them. */
  async #run(statement: string, parameters: readonly MergeValue[] = []): Promise<number> {
    this.#place.signal.throwIfAborted();
    return await this.#session.run(statement, parameters);
  }
}

const TOUCHED_TABLES = ["touched_users", "touched_groups", "touched_memberships"] as const;

/** So many rows of 8 values are one statement. */
const ROWS_AT_ONCE = 50;

function userChangesOf(row: readonly SqlCell[]): readonly ComputedChange[] {
  const sub = String(row[0]);
  const changes = userChanges(row.slice(0, USER_WIDTH), row.slice(USER_WIDTH));
  return changes.map(({ kind, field }) => ({ kind, sub, group: null, groupCreatedAt: null, field }));
}

function groupChangesOf(row: readonly SqlCell[]): readonly ComputedChange[] {
  const after = row.slice(GROUP_WIDTH);
  const group = String(row[0]);
  const groupCreatedAt = String(after[GROUP_CREATED_AT]);
  const changes = groupChanges(row.slice(0, GROUP_WIDTH), after);
  return changes.map(({ kind, field }) => ({ kind, sub: null, group, groupCreatedAt, field }));
}
