import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { DatabaseSync } from "../../../sqlite/database.ts";
import type { SqlCell } from "../../reader.ts";
import { createStatements } from "../../schema/ddl.ts";
import { OriginsTable } from "../../target/load-origins.ts";
import { type MergedRun, type MergeResult, mergeRun } from "../../target/merge.ts";
import type { MergeSession } from "../../target/merge-session.ts";
import { writeStatistics } from "../statistics.ts";

/** Pages of the inventory in memory during a merge: the inner pages of its indexes, and the leaves in use. */
const CACHE_KIB = 16 * 1024;
const ROWS_AT_ONCE = 256;
/** Another connection of this program may write a few rows at the same time. */
const MERGE_WAITS_MS = 30_000;

/**
 * The working database with the inventory attached, so that one statement reads the one and writes the other. Only for the
 * merge: otherwise each transaction of the working database would lock the inventory for others.
 */
export class MergeConnection {
  readonly origins: OriginsTable;
  readonly #database: DatabaseSync;
  readonly #session: MergeSession;

  private constructor(database: DatabaseSync, session: MergeSession, origins: OriginsTable) {
    this.#database = database;
    this.#session = session;
    this.origins = origins;
  }

  static async open(work: DatabaseSync, path: string): Promise<MergeConnection> {
    // The mode is for what is attached from now on. The working database keeps its own, since its WAL began with it.
    work.exec(`PRAGMA busy_timeout = ${MERGE_WAITS_MS}; PRAGMA locking_mode = NORMAL`);
    // SQLite would create an inventory that is not there, for all users to read.
    work.prepare("ATTACH DATABASE ? AS inventory").run(`${pathToFileURL(path).href}?mode=rw`);
    work.exec(`
      PRAGMA inventory.synchronous = FULL;
      PRAGMA inventory.cache_size = -${CACHE_KIB};`);
    const session = mergeSession(work);
    try {
      return new MergeConnection(work, session, await OriginsTable.create(session));
    } catch (error) {
      if (work.isOpen) work.exec("DETACH DATABASE inventory");
      throw error;
    }
  }

  async run(run: MergedRun, signal: AbortSignal): Promise<MergeResult> {
    const database = this.#database;
    database.exec("BEGIN IMMEDIATE");
    try {
      // Rows first, indexes after: it costs less.
      const isEmpty = database.prepare("SELECT 1 FROM inventory.users LIMIT 1").get() === undefined;
      if (isEmpty) for (const { drop } of LATER_INDEXES) database.exec(drop);
      const merged = await mergeRun(this.#session, run, signal);
      if (isEmpty) {
        for (const { create } of LATER_INDEXES) database.exec(create);
        writeStatistics(database, "inventory");
      }
      database.exec("COMMIT");
      return merged;
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  /**
   * Pages that readers still use stay in the WAL: they are not waited for. Nor does a disk without room for them fail: the run
   * is merged by then, or another failure is on its way, and a later checkpoint moves them.
   */
  close(): void {
    for (const statement of END_OF_MERGE) {
      try {
        this.#database.exec(statement);
      } catch {
        // The next statement all the same: attached, the inventory could not be attached again.
      }
    }
  }
}

const END_OF_MERGE = [
  "PRAGMA busy_timeout = 0",
  "PRAGMA inventory.wal_checkpoint(TRUNCATE)",
  "DETACH DATABASE inventory",
] as const;

interface LaterIndex {
  readonly drop: string;
  readonly create: string;
}

/** The indexes beside the keys of the large tables, as statements for the attached database. */
const LATER_INDEXES: readonly LaterIndex[] = createStatements("sqlite").flatMap((statement) => {
  const name = /^CREATE (?:UNIQUE )?INDEX (\w+) ON (?:users|memberships) /.exec(statement)?.[1];
  if (name === undefined) return [];
  return [{ drop: `DROP INDEX inventory.${name}`, create: statement.replace(name, `inventory.${name}`) }];
});

/** SQLite answers in this thread. After each statement other events have their turn, such as a signal that stops the sync. */
function mergeSession(database: DatabaseSync): MergeSession {
  return {
    async run(sql, parameters = []) {
      const { changes } = database.prepare(sql).run(...parameters);
      await setImmediate();
      return Number(changes);
    },
    async *read(sql, parameters = []) {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      let rows: (readonly SqlCell[])[] = [];
      const found: Iterable<unknown> = statement.iterate(...parameters);
      for (const row of found) {
        if (isCells(row)) rows.push(row);
        if (rows.length < ROWS_AT_ONCE) continue;
        yield rows;
        rows = [];
      }
      if (rows.length > 0) yield rows;
    },
  };
}

/** So with `setReturnArrays`, which the types of Node.js do not know. */
function isCells(row: unknown): row is readonly SqlCell[] {
  return Array.isArray(row);
}
