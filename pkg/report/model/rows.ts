import { type NamedRow, type NamedRows, queryNamed } from "../../inventory/named-row.ts";
import type { InventoryReader, SqlValue } from "../../inventory/reader.ts";

/** The pool of an inventory, in one state of it. */
export interface ReportSource {
  readonly reader: Pick<InventoryReader, "query">;
  readonly poolId: string;
  /** Changes that a run found before are left out. */
  readonly since: Date;
}

export interface ReportQuery {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export function askRows({ reader }: ReportSource, { sql, parameters }: ReportQuery): Promise<NamedRows> {
  return queryNamed(reader, sql, parameters);
}

export async function askAll(source: ReportSource, query: ReportQuery): Promise<readonly NamedRow[]> {
  const all: NamedRow[] = [];
  for await (const row of (await askRows(source, query)).rows) all.push(row);
  return all;
}

export async function askOne(source: ReportSource, query: ReportQuery): Promise<NamedRow | undefined> {
  return (await askAll(source, query))[0];
}
