import { GovernanceError } from "../../core/errors.ts";
import type { InventoryReader, SqlCell, SqlValue } from "../../inventory/reader.ts";

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

/** One row of a result, by the names of its columns. */
export interface ReportRow {
  readonly cells: readonly SqlCell[];
  /** Undefined where it is null. */
  text(column: string): string | undefined;
  number(column: string): number;
  flag(column: string): boolean;
}

export interface ReportRows {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<ReportRow>;
}

export async function askRows(
  { reader }: ReportSource,
  { sql, parameters }: ReportQuery,
): Promise<ReportRows> {
  const { columns, rows } = await reader.query(sql, parameters);
  const places = new Map(columns.map((name, i) => [name, i] as const));
  return { columns, rows: reportRows(places, rows) };
}

export async function askAll(source: ReportSource, query: ReportQuery): Promise<readonly ReportRow[]> {
  const all: ReportRow[] = [];
  for await (const row of (await askRows(source, query)).rows) all.push(row);
  return all;
}

export async function askOne(source: ReportSource, query: ReportQuery): Promise<ReportRow | undefined> {
  return (await askAll(source, query))[0];
}

async function* reportRows(
  places: ReadonlyMap<string, number>,
  rows: AsyncIterable<readonly SqlCell[]>,
): AsyncGenerator<ReportRow> {
  for await (const cells of rows) yield namedRow(places, cells);
}

function namedRow(places: ReadonlyMap<string, number>, cells: readonly SqlCell[]): ReportRow {
  function cell(column: string): SqlCell {
    const place = places.get(column);
    if (place === undefined)
      throw new GovernanceError("data-loss", `the inventory is damaged: its schema has no column ${column}`);
    return cells[place] ?? null;
  }
  return {
    cells,
    text(column) {
      const found = cell(column);
      return found === null ? undefined : String(found);
    },
    number: (column) => Number(cell(column) ?? 0),
    // SQLite has no booleans: an expression gives 0 or 1.
    flag: (column) => cell(column) === true || cell(column) === 1,
  };
}
