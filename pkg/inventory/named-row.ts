import { GovernanceError } from "../core/errors.ts";
import type { InventoryReader, QueryOptions, SqlCell, SqlValue } from "./reader.ts";
import { storedTime } from "./stored-time.ts";

/** A row of a query by the names of its columns. */
export class NamedRow {
  /** In the order of the columns. */
  readonly cells: readonly SqlCell[];
  readonly #columns: ReadonlyMap<string, number>;

  constructor(columns: ReadonlyMap<string, number>, cells: readonly SqlCell[]) {
    this.cells = cells;
    this.#columns = columns;
  }

  optionalText(column: string): string | undefined {
    const cell = this.#cell(column);
    if (cell === null) return undefined;
    return typeof cell === "string" ? cell : String(cell);
  }

  text(column: string): string {
    const cell = this.optionalText(column);
    if (cell === undefined) throw wrong(column);
    return cell;
  }

  /** A number, or an integer that is too large for one and so comes as text. */
  number(column: string): number {
    const cell = this.#cell(column);
    if (typeof cell === "number") return cell;
    throw wrong(column);
  }

  optionalNumber(column: string): number | undefined {
    return this.#cell(column) === null ? undefined : this.number(column);
  }

  truth(column: string): boolean {
    const cell = this.#cell(column);
    if (typeof cell === "boolean") return cell;
    throw wrong(column);
  }

  optionalTruth(column: string): boolean | undefined {
    return this.#cell(column) === null ? undefined : this.truth(column);
  }

  time(column: string): Date {
    return storedTime(this.text(column), column);
  }

  optionalTime(column: string): Date | undefined {
    return this.#cell(column) === null ? undefined : this.time(column);
  }

  json(column: string): unknown {
    const text = this.optionalText(column);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new GovernanceError("data-loss", `the inventory is damaged: ${column} is not JSON`, {
        cause: error,
      });
    }
  }

  #cell(column: string): SqlCell {
    const at = this.#columns.get(column);
    if (at === undefined) {
      // SQLite hands out the names of its schema, which damage changes.
      throw new GovernanceError("data-loss", `the inventory is damaged: its schema has no column ${column}`);
    }
    return this.cells[at] ?? null;
  }
}

function wrong(column: string): GovernanceError {
  return new GovernanceError("data-loss", `the inventory is damaged: ${column} has another type`);
}

export interface NamedRows {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<NamedRow>;
}

/** The rows of a query with the names of its columns, which are known before the first row. */
export async function queryNamed(
  reader: Pick<InventoryReader, "query">,
  sql: string,
  parameters: readonly SqlValue[],
  options?: QueryOptions,
): Promise<NamedRows> {
  const { columns, rows } = await reader.query(sql, parameters, options);
  return { columns, rows: named(columns, rows) };
}

async function* named(
  columns: readonly string[],
  rows: AsyncIterable<readonly SqlCell[]>,
): AsyncGenerator<NamedRow> {
  const places = new Map(columns.map((name, at) => [name, at]));
  for await (const cells of rows) yield new NamedRow(places, cells);
}

/** The rows of a query, one by one. */
export async function* namedRows(
  reader: Pick<InventoryReader, "query">,
  sql: string,
  parameters: readonly SqlValue[],
  options: QueryOptions,
): AsyncGenerator<NamedRow> {
  yield* (await queryNamed(reader, sql, parameters, options)).rows;
}

/** The first row of a query. */
export async function firstRow(
  reader: Pick<InventoryReader, "query">,
  sql: string,
  parameters: readonly SqlValue[],
  options: QueryOptions,
): Promise<NamedRow | undefined> {
  for await (const row of namedRows(reader, sql, parameters, options)) return row;
  return undefined;
}
