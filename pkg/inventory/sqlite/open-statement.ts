import type { DatabaseSync, SQLOutputValue, StatementSync } from "../../sqlite/database.ts";
import type { SqlCell, SqlValue } from "../reader.ts";
import { cellReader, sqliteValue } from "./cells.ts";
import { requireOneStatement } from "./one-statement.ts";
import { queryError } from "./query-error.ts";

/** A query that is read some rows at a time, in the thread of its database. */
export interface OpenStatement {
  readonly columns: readonly string[];
  /** The next rows; fewer than asked for once there are no more. */
  take(count: number): readonly (readonly SqlCell[])[];
  /** Ends the read, so that the database holds nothing for it. */
  close(): void;
}

export function openStatement(
  database: DatabaseSync,
  sql: string,
  parameters: readonly SqlValue[],
): OpenStatement {
  requireOneStatement(sql);
  return onQuery(() => {
    const statement = prepare(database, sql);
    const cells = cellReader(statement);
    const iterator: Iterator<unknown, unknown> = statement.iterate(...parameters.map(sqliteValue));
    return {
      columns: statement.columns().map(({ name }) => name),
      take: (count) => onQuery(() => takeRows(iterator, count).map(cells)),
      close: () => void iterator.return?.(),
    };
  });
}

function prepare(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  return statement;
}

function takeRows(iterator: Iterator<unknown, unknown>, count: number): SQLOutputValue[][] {
  const rows: SQLOutputValue[][] = [];
  while (rows.length < count) {
    const { done, value } = iterator.next();
    if (done === true) break;
    if (isRow(value)) rows.push(value);
  }
  return rows;
}

/** So with `setReturnArrays`, which the types of Node.js do not know. */
function isRow(value: unknown): value is SQLOutputValue[] {
  return Array.isArray(value);
}

function onQuery<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw queryError(error);
  }
}
