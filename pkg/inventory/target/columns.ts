import { type ColumnDefinition, type ColumnType } from "../schema/definition.ts";
import { INVENTORY_TABLES } from "../schema/tables.ts";

/** A table of the inventory that keeps history. */
export type HistoryTable = "users" | "groups" | "memberships";

/** Columns that say where and when a row is true. The others are what a run finds. */
const PLACE_AND_TIME: ReadonlySet<string> = new Set(["pool_id", "from_run", "to_run"]);

/** What a run finds: the columns of a staged row, in their order. */
export function stateColumns(table: HistoryTable): readonly ColumnDefinition[] {
  const columns = INVENTORY_TABLES.find(({ name }) => name === table)?.columns ?? [];
  return columns.filter(({ name }) => !PLACE_AND_TIME.has(name));
}

export function stateColumnNames(table: HistoryTable): readonly string[] {
  return stateColumns(table).map(({ name }) => name);
}

/** A value that both engines can compare: PostgreSQL has no equality of json. */
export function comparable(
  alias: string,
  { name, type }: { readonly name: string; readonly type: ColumnType },
): string {
  return type === "json" ? `CAST(${alias}.${name} AS text)` : `${alias}.${name}`;
}

/** True where the two rows differ in a column other than the key. */
export function differs(table: HistoryTable, key: string, before: string, after: string): string {
  return stateColumns(table)
    .filter(({ name }) => name !== key)
    .map((column) => `${comparable(before, column)} IS DISTINCT FROM ${comparable(after, column)}`)
    .join(" OR ");
}
