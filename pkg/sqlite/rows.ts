import { GovernanceError } from "../core/errors.ts";
import type { SQLOutputValue } from "./database.ts";

export type SqlRow = Record<string, SQLOutputValue>;

export function textIn(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw wrongType(column, "text");
}

export function optionalTextIn(row: SqlRow, column: string): string | undefined {
  return row[column] === null ? undefined : textIn(row, column);
}

export function numberIn(row: SqlRow | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value === "number") return value;
  throw wrongType(column, "a number");
}

export function bytesIn(row: SqlRow, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw wrongType(column, "bytes");
}

// SQLite stores any type in any column, so a file of another writer may hold any type here.
function wrongType(column: string, wanted: string): GovernanceError {
  return new GovernanceError(
    "data-loss",
    `the sync file is damaged: a column ${column} does not hold ${wanted}`,
  );
}
