import type { SQLInputValue, SQLOutputValue, StatementSync } from "../../sqlite/database.ts";
import type { SqlCell, SqlValue } from "../reader.ts";
import { INVENTORY_TABLES } from "../schema/tables.ts";

export function sqliteValue(value: SqlValue): SQLInputValue {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "boolean" ? Number(value) : value;
}

/** Makes the cells of a statement's rows, the same as those of PostgreSQL. */
export function cellReader(statement: StatementSync): (row: readonly SQLOutputValue[]) => SqlCell[] {
  const booleans = booleanColumns(statement);
  return (row) => row.map((value, i) => cellOf(value, booleans[i] === true));
}

/** SQLite has no booleans. It knows which column of a table a result column is, also through a view. */
export function booleanColumns(statement: StatementSync): readonly boolean[] {
  return statement.columns().map(({ table, column }) => isBoolean(table, column));
}

function isBoolean(table: string | null, column: string | null): boolean {
  const columns = INVENTORY_TABLES.find(({ name }) => name === table)?.columns ?? [];
  return columns.some(({ name, type }) => name === column && type === "boolean");
}

function cellOf(value: SQLOutputValue, isTruth: boolean): SqlCell {
  if (typeof value === "bigint") {
    if (isTruth) return value !== 0n;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  // As PostgreSQL writes bytes.
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : value;
}
