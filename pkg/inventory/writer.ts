import type { SqlCell } from "./reader.ts";

/** What a small write passes as a parameter. A time is ISO text, and JSON is text. */
export type WriteValue = string | number | null;

/** The statements of one transaction. Parameters are written `?` in both engines. */
export interface WriteSession {
  /** Returns how many rows it changed. */
  run(sql: string, parameters?: readonly WriteValue[]): Promise<number>;
  /** For a few rows: all of them at once. */
  read(sql: string, parameters?: readonly WriteValue[]): Promise<readonly (readonly SqlCell[])[]>;
}

/** Small writes to an inventory that exists, between the runs that its target publishes. */
export interface InventoryWriter {
  /** Its name in messages: the path, or host/database. No secret. */
  readonly name: string;
  /**
   * One transaction after the other: committed when the work resolves, taken back when it rejects. It waits for a moment
   * where another writer is at work, and then rejects with `unavailable`.
   */
  transaction<T>(work: (session: WriteSession) => Promise<T>, signal: AbortSignal): Promise<T>;
  close(): Promise<void>;
}
