import type { NamedRow } from "./named-row.ts";
import type { SqlCell } from "./reader.ts";

/** A statement that is prepared once and asked many times. */
export interface PreparedQuery {
  /** All of its rows, so the statement has a LIMIT. */
  all(...parameters: readonly (string | number)[]): readonly NamedRow[];
  /** The same rows as cells, in the order of the columns. */
  cells(...parameters: readonly (string | number)[]): readonly (readonly SqlCell[])[];
}

/** Reads an inventory in the thread that asks, one short query after the other. For a thread that does nothing else. */
export interface PreparedReader {
  prepare(sql: string): PreparedQuery;
  /** Another number after every commit of another connection. */
  version(): number;
  /** Whether the file is still at its place. */
  isCurrent(): boolean;
  close(): void;
}
