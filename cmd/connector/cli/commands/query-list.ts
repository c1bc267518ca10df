import type { OutputFormat } from "../../../../pkg/config/config.ts";
import type { ColumnDefinition } from "../../../../pkg/inventory/schema/definition.ts";
import { INVENTORY_TABLES } from "../../../../pkg/inventory/schema/tables.ts";
import { INVENTORY_VIEWS } from "../../../../pkg/inventory/schema/views.ts";
import type { Output } from "../../process/context.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter } from "../output/row-writer.ts";

interface ListedColumn {
  readonly name: string;
  readonly kind: "table" | "view";
  readonly column: ColumnDefinition;
}

const COLUMNS: readonly Column<ListedColumn>[] = [
  { key: "name", value: ({ name }) => name },
  { key: "kind", value: ({ kind }) => kind },
  { key: "column", value: ({ column }) => column.name },
  { key: "type", value: ({ column }) => column.type },
  { key: "nullable", value: ({ column }) => column.nullable },
  { key: "meaning", value: ({ column }) => column.meaning.replaceAll("`", "") },
];

/** Prints each column of the tables and views, which are the same in every inventory. */
export async function printSchema(output: OutputFormat, stdout: Output): Promise<void> {
  const listed = [
    ...INVENTORY_VIEWS.map((view) => ({ ...view, kind: "view" as const })),
    ...INVENTORY_TABLES.map((table) => ({ ...table, kind: "table" as const })),
  ];
  const rows = createRowWriter(output, COLUMNS, stdout);
  await rows.write(
    listed.flatMap(({ name, kind, columns }) => columns.map((column) => ({ name, kind, column }))),
  );
  await rows.end();
}
