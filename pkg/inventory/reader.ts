import type { InventoryEngine } from "./schema/definition.ts";

/** What a parameter may be. */
export type SqlValue = string | number | bigint | boolean | Date | null;

/** A `time` is ISO text in UTC, and `json` is text, in both engines. */
export type SqlCell = string | number | boolean | null;

export interface SqlResult {
  readonly columns: readonly string[];
  /** In order, streamed: never all in memory. */
  readonly rows: AsyncIterable<readonly SqlCell[]>;
}

export interface QueryOptions {
  /** How long the database may work on the query. The time that the caller takes for its rows does not count. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface InventoryReader {
  readonly engine: InventoryEngine;
  /** Its name in messages: the path, or host/database. No secret. */
  readonly name: string;
  /** One statement, read-only, bounded in time. Parameters are written `?` in both engines. */
  query(sql: string, parameters?: readonly SqlValue[], options?: QueryOptions): Promise<SqlResult>;
  /** Several queries that see one state (one read transaction). */
  snapshot<T>(work: (reader: Pick<InventoryReader, "query">) => Promise<T>, signal: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

/** An inventory that is asked one query after the other. */
export type QueryReader = Pick<InventoryReader, "engine" | "name" | "query" | "close">;
