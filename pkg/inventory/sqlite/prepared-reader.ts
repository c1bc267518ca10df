import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { DatabaseSync, SQLOutputValue } from "../../sqlite/database.ts";
import { numberIn } from "../../sqlite/rows.ts";
import { NamedRow } from "../named-row.ts";
import type { PreparedQuery, PreparedReader } from "../prepared-reader.ts";
import { cellReader } from "./cells.ts";
import { openWhenFree } from "./open-when-free.ts";
import { queryError } from "./query-error.ts";

/** The inner pages of the indexes of a million people, and some of their rows. */
const CACHE_KIB = 64 * 1024;

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
    statement.setReadBigInts(true);
    const columns = new Map(statement.columns().map(({ name }, at) => [name, at]));
    const cells = cellReader(statement);
    return {
      all: (...parameters) =>
        onInventory(sql, () => {
          const rows: readonly unknown[] = statement.all(...parameters);
          return rows.filter(isRow).map((row) => new NamedRow(columns, cells(row)));
        }),
    };
  });
}

/** So with `setReturnArrays`, which the types of Node.js do not know. */
function isRow(value: unknown): value is readonly SQLOutputValue[] {
  return Array.isArray(value);
}

function onInventory<T>(sql: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw queryError(error, sql);
  }
}
