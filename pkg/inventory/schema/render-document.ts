import { GovernanceError } from "../../core/errors.ts";
import type { ColumnDefinition, TableDefinition } from "./definition.ts";
import { INVENTORY_TABLES } from "./tables.ts";
import { INVENTORY_VIEWS } from "./views.ts";

const BEGIN = "<!-- schema:begin -->";
const END = "<!-- schema:end -->";

/** The document with the block between the marks replaced by the tables and views, column by column. */
export function withSchema(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin);
  if (begin < 0 || end < 0) {
    throw new GovernanceError("invalid-argument", `the document has no block from ${BEGIN} to ${END}`);
  }
  return `${document.slice(0, begin)}${BEGIN}\n\n${renderSchema()}\n\n${document.slice(end)}`;
}

function renderSchema(): string {
  return [
    "## Views",
    ...INVENTORY_VIEWS.map(({ name, meaning, columns }) => renderRelation(name, [meaning], columns)),
    "## Tables",
    ...INVENTORY_TABLES.map((table) =>
      renderRelation(table.name, [table.meaning, keyText(table)], table.columns),
    ),
  ].join("\n\n");
}

function renderRelation(
  name: string,
  paragraphs: readonly string[],
  columns: readonly ColumnDefinition[],
): string {
  const rows = columns.map(
    (column) =>
      `| \`${column.name}\` | ${column.type}${column.nullable ? ", or null" : ""} | ${column.meaning} |`,
  );
  return [
    `### ${name}`,
    ...paragraphs,
    ["| Column | Type | Meaning |", "|---|---|---|", ...rows].join("\n"),
  ].join("\n\n");
}

function keyText({ key, indexes }: TableDefinition): string {
  const others = indexes.map(
    ({ columns, where, folded }) =>
      `${named(columns)}${folded === true ? " in lower case" : ""}${where === undefined ? "" : " of current rows"}`,
  );
  const also = others.length === 0 ? "" : ` Also indexed by ${others.join("; by ")}.`;
  return `Key: ${named(key)}.${also}`;
}

function named(columns: readonly string[]): string {
  return columns.map((column) => `\`${column}\``).join(", ");
}
