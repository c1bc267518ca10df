import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { numberIn } from "../../sqlite/rows.ts";
import { NamedRow } from "../named-row.ts";
import type { PreparedQuery, PreparedReader } from "../prepared-reader.ts";
import type { SqlCell } from "../reader.ts";
import { booleanColumns } from "./cells.ts";
import { openWhenFree } from "./open-when-free.ts";
import { queryError } from "./query-error.ts";

/** The inner pages of the indexes of a million people, and some of their rows. */
const CACHE_KIB = 32 * 1024;

/** Opens an inventory in SQLite for queries of this program. `failed-precondition` as `openInventoryReader`. */
export async function openPreparedReader(name: string, signal: AbortSignal): Promise<PreparedReader> {
  const path = resolve(name);
  const place = placeOf(path);
  const database = await openWhenFree(name, signal);
  database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  const version = database.prepare("PRAGMA data_version");
  return {
    prepare: (sql) => prepareQuery(database, sql),
    version: () => onInventory("", () => numberIn(version.get(), "data_version")),
    isCurrent: () => place !== undefined && placeOf(path) === place,
    close() {
      if (database.isOpen) database.close();
    },
  };
}

function placeOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

function prepareQuery(database: DatabaseSync, sql: string): PreparedQuery {
  return onInventory(sql, () => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    const columns = new Map(statement.columns().map(({ name }, at) => [name, at]));
    const booleans = booleanColumns(statement).flatMap((isTruth, at) => (isTruth ? [at] : []));
    const cells = (parameters: readonly (string | number)[]): readonly (readonly SqlCell[])[] =>
      onInventory(sql, () => {
        const rows = rowsOf(statement.all(...parameters));
        for (const row of rows) for (const at of booleans) if (row[at] !== null) row[at] = row[at] !== 0;
        return rows;
      });
    return {
      all: (...parameters) => cells(parameters).map((row) => new NamedRow(columns, row)),
      cells: (...parameters) => cells(parameters),
    };
  });
}

/** As arrays with `setReturnArrays`, which the types of Node.js do not know. No table of an inventory has bytes. */
function rowsOf(rows: readonly unknown[]): readonly SqlCell[][] {
  return rows.filter((row): row is SqlCell[] => Array.isArray(row));
}

function onInventory<T>(sql: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw queryError(error, sql);
  }
}
