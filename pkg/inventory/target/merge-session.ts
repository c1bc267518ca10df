import type { SqlCell } from "../reader.ts";

/** What the merge passes as a parameter. A time is ISO text. */
export type MergeValue = string | number | null;

/** The connection in which a run is merged. Its transaction has begun, and the caller commits it or takes it back. */
export interface MergeSession {
  /** Runs one statement. Returns how many rows it changed. */
  run(sql: string, parameters?: readonly MergeValue[]): Promise<number>;
  /** Rows in order, some at a time: other statements may run between two batches. Equal values are equal cells. */
  read(sql: string, parameters?: readonly MergeValue[]): AsyncIterable<readonly (readonly SqlCell[])[]>;
  /** A temporary table was filled, for an engine that plans by statistics. */
  filled?(table: string): Promise<void>;
}

/** The first cell of the first row as a number; 0 where it is null. */
export async function numberFrom(
  session: MergeSession,
  sql: string,
  parameters: readonly MergeValue[],
): Promise<number> {
  for await (const [row] of session.read(sql, parameters)) return Number(row?.[0] ?? 0);
  return 0;
}
