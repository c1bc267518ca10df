import { systemClocks } from "../../core/clock.ts";
import type { DatabaseSync, SQLOutputValue, StatementSync } from "../../sqlite/database.ts";
import type { SqlCell, SqlValue } from "../reader.ts";
import { cellReader, sqliteValue } from "./cells.ts";
import { requireOneStatement } from "./one-statement.ts";
import { queryError } from "./query-error.ts";

export interface RowBatch {
  readonly rows: readonly (readonly SqlCell[])[];
  /** There are no more. */
  readonly isEnd: boolean;
}

/** A query that is read batch by batch, in the thread of its database. */
export interface OpenStatement {
  readonly columns: readonly string[];
  next(): RowBatch;
  /** Ends the read, so that the database holds nothing for it. */
  close(): void;
}

/** A batch ends with whichever of these comes first. */
const BATCH = { rows: 256, characters: 1024 * 1024, ms: 200 } as const;

export function openStatement(
  database: DatabaseSync,
  sql: string,
  parameters: readonly SqlValue[],
): OpenStatement {
  requireOneStatement(sql);
  return onQuery(sql, () => {
    const statement = prepare(database, sql);
    const cells = cellReader(statement);
    const iterator: Iterator<unknown, unknown> = statement.iterate(...parameters.map(sqliteValue));
    return {
      columns: statement.columns().map(({ name }) => name),
      next: () => onQuery(sql, () => nextBatch(iterator, cells)),
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

function nextBatch(
  iterator: Iterator<unknown, unknown>,
  cells: (row: readonly SQLOutputValue[]) => SqlCell[],
): RowBatch {
  const rows: SqlCell[][] = [];
  const from = systemClocks.monotonic();
  let characters = 0;
  while (rows.length < BATCH.rows && characters < BATCH.characters) {
    const { done, value } = iterator.next();
    if (done === true) return { rows, isEnd: true };
    if (!isRow(value)) continue;
    const row = cells(value);
    rows.push(row);
    for (const cell of row) if (typeof cell === "string") characters += cell.length;
    if (systemClocks.monotonic() - from > BATCH.ms) break;
  }
  return { rows, isEnd: false };
}

/** So with `setReturnArrays`, which the types of Node.js do not know. */
function isRow(value: unknown): value is SQLOutputValue[] {
  return Array.isArray(value);
}

function onQuery<T>(sql: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw queryError(error, sql);
  }
}
