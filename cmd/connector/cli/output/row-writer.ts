import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { csvRecord } from "../../../../pkg/core/csv.ts";
import { printableLines } from "../../../../pkg/core/text.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import type { Output } from "../../process/context.ts";
import type { Cell, Column } from "./columns.ts";
import { createTable } from "./table.ts";
import { jsonText } from "./text.ts";

/** Writes rows page by page, and keeps at most one page in memory. */
export interface RowWriter<T> {
  write(rows: readonly T[]): Promise<void>;
  /** Call when the rows are complete, but not after a failure: incomplete JSON must not be readable. */
  end(): Promise<void>;
}

export function createRowWriter<T>(
  format: OutputFormat,
  columns: readonly Column<T>[],
  out: Output,
): RowWriter<T> {
  const formatter = FORMATTERS[format](
    columns.map((column) => column.key),
    out,
  );
  const cellsOf = (row: T): readonly Cell[] => columns.map((column) => column.value(row));
  let begun = false;

  async function put(text: string): Promise<void> {
    if (text !== "") await out.write(text);
  }

  return {
    async write(rows) {
      if (rows.length === 0) return;
      const first = !begun;
      begun = true;
      await put(formatter.rows(rows.map(cellsOf), first));
    },
    async end() {
      await put(formatter.end(begun));
    },
  };
}

interface Formatter {
  rows(rows: readonly (readonly Cell[])[], first: boolean): string;
  end(begun: boolean): string;
}

type CreateFormatter = (keys: readonly string[], out: Pick<Output, "isTerminal" | "columns">) => Formatter;

const FORMATTERS: Readonly<Record<OutputFormat, CreateFormatter>> = {
  table(keys, { isTerminal, columns }) {
    const headers = keys.map((key) => key.toUpperCase().replaceAll("_", " "));
    const table = createTable(headers, isTerminal ? columns : undefined);
    return { rows: (rows) => table.lines(rows), end: (begun) => (begun ? "" : table.lines([])) };
  },
  csv: (keys, out) => csvFormatter(keys, out, false),
  "csv-raw": (keys, out) => csvFormatter(keys, out, true),
  jsonl: (keys) => ({
    rows: (rows) => rows.map((cells) => `${jsonText(objectOf(keys, cells))}\n`).join(""),
    end: () => "",
  }),
  json: (keys) => ({
    rows: (rows, first) =>
      rows
        .map((cells, i) => `${first && i === 0 ? "[\n" : ",\n"}${jsonText(objectOf(keys, cells))}`)
        .join(""),
    end: (begun) => (begun ? "\n]\n" : "[]\n"),
  }),
};

function csvFormatter(
  keys: readonly string[],
  { isTerminal }: Pick<Output, "isTerminal">,
  raw: boolean,
): Formatter {
  // A terminal that shows the output, now or later, would obey a control character in a name. In a file a cell keeps its
  // tabs and line breaks, and a raw one every character.
  const safe = isTerminal ? printable : raw ? (text: string) => text : printableLines;
  const shown = (cell: Cell): Cell => (typeof cell === "string" ? safe(cell) : cell);
  const record = (cells: readonly Cell[]): string => csvRecord(cells.map(shown), raw);
  return {
    rows: (rows, first) => (first ? csvRecord(keys) : "") + rows.map(record).join(""),
    end: (begun) => (begun ? "" : csvRecord(keys)),
  };
}

function objectOf(keys: readonly string[], cells: readonly Cell[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key, i) => [key, cells[i] ?? null]));
}
