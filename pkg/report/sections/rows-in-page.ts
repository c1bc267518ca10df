import type { NamedRow, NamedRows } from "../../inventory/named-row.ts";
import type { Html } from "../html/html.ts";
import type { CsvFolder, CsvSink } from "./page-context.ts";

export interface RowLimits {
  readonly rows: number;
  /** Of the page. Values may be long, and each character that cannot be seen takes 30 bytes. */
  readonly bytes: number;
}

export interface ShownRows {
  readonly shown: readonly Html[];
  readonly total: number;
  /** The CSV file with all of them; undefined when the page shows all. */
  readonly file: string | undefined;
}

interface RowsToShow {
  readonly rows: NamedRows;
  readonly limits: RowLimits;
  readonly draw: (row: NamedRow) => Html;
  /** The name and further columns, which are empty, of the CSV file. */
  readonly file: string;
  readonly emptyColumns?: readonly string[];
}

/** The first rows for the page. When there are more than it may show, all rows go to a CSV file. */
export async function rowsForPage(
  { rows: { columns, rows }, limits, draw, file, emptyColumns = [] }: RowsToShow,
  files: CsvFolder,
): Promise<ShownRows> {
  const shown: Html[] = [];
  const kept: NamedRow[] = [];
  const empty = emptyColumns.map(() => null);
  let bytes = 0;
  let total = 0;
  let csv: CsvSink | undefined;
  for await (const row of rows) {
    total += 1;
    if (csv === undefined && total <= limits.rows) {
      const drawn = draw(row);
      bytes += Buffer.byteLength(drawn.text);
      if (bytes <= limits.bytes) {
        shown.push(drawn);
        kept.push(row);
        continue;
      }
    }
    if (csv === undefined) {
      csv = await files.create(file, [...columns, ...emptyColumns]);
      for (const before of kept.splice(0)) await csv.write([...before.cells, ...empty]);
    }
    await csv.write([...row.cells, ...empty]);
  }
  await csv?.end();
  return { shown, total, file: csv === undefined ? undefined : `${files.name}/${file}` };
}
