import { setImmediate } from "node:timers/promises";
import { systemClocks } from "../../core/clock.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { queryTookTooLong } from "../query-failures.ts";
import type { InventoryReader, QueryOptions, SqlCell, SqlResult, SqlValue } from "../reader.ts";
import { type OpenStatement, openStatement } from "./open-statement.ts";
import { openWhenFree } from "./open-when-free.ts";

/**
 * Reads an inventory in SQLite, in this thread: for queries of this program. The database works without a pause until it
 * has the next rows, so only then can a query be stopped, and other work of the thread gets its turn.
 */
export async function openSqliteReader(name: string, opening: AbortSignal): Promise<InventoryReader> {
  const database = await openWhenFree(name, opening);
  const open = new Set<DatabaseSync>([database]);
  return {
    engine: "sqlite",
    name,
    query: (sql, parameters, options) => runQuery(database, sql, parameters, options),
    async snapshot(work, signal) {
      // A connection of its own: what is asked beside it sees newer runs.
      const own = await openWhenFree(name, signal);
      open.add(own);
      try {
        own.exec("BEGIN");
        return await work({
          query: (sql, parameters, options) => runQuery(own, sql, parameters, { signal, ...options }),
        });
      } finally {
        open.delete(own);
        if (own.isOpen) own.close();
      }
    },
    async close() {
      for (const one of open) if (one.isOpen) one.close();
      open.clear();
    },
  };
}

async function runQuery(
  database: DatabaseSync,
  sql: string,
  parameters: readonly SqlValue[] = [],
  { timeoutMs = Number.POSITIVE_INFINITY, signal }: QueryOptions = {},
): Promise<SqlResult> {
  signal?.throwIfAborted();
  const statement = openStatement(database, sql, parameters);
  return { columns: statement.columns, rows: rowsOf(statement, timeoutMs, signal) };
}

async function* rowsOf(
  statement: OpenStatement,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly SqlCell[]> {
  let leftMs = timeoutMs;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const from = systemClocks.monotonic();
      const { rows, isEnd } = statement.next();
      leftMs -= systemClocks.monotonic() - from;
      // In an asynchronous generator yield* takes several times as long.
      for (const row of rows) yield row;
      if (isEnd) return;
      if (leftMs <= 0) throw queryTookTooLong(timeoutMs);
      await setImmediate();
    }
  } finally {
    statement.close();
  }
}
