import { conformance } from "../baton/tools.ts";
import type { JsonObject } from "../official-client.ts";

/** One row of a sync file, without what differs from run to run. Of a run only its type is kept. */
export interface FileRow {
  readonly table: string;
  readonly text: string;
}

/** Keys of rows and messages as they are stored: writers number and order them in their own way. */
const CHANGING = new Set(["id", "sync_id", "discovered_at", "data"]);

/** The rows of the file, in order. The content of their messages is for the judge of whole files. */
export async function rowsOf(file: string): Promise<readonly FileRow[]> {
  const { code, stdout, stderr } = await conformance("dump", "--file", file);
  if (code !== 0) throw new Error(`dump ended with ${code}: ${stderr}`);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => {
      const value: unknown = JSON.parse(line);
      if (!isDumped(value)) throw new Error(`no row: ${line}`);
      const { table, row } = value;
      const kept = Object.entries(row).filter(([column]) =>
        table === "v1_sync_runs" ? column === "sync_type" : !CHANGING.has(column),
      );
      return { table, text: JSON.stringify(kept.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
    })
    .toSorted((a, b) => (`${a.table} ${a.text}` < `${b.table} ${b.text}` ? -1 : 1));
}

function isDumped(value: unknown): value is { readonly table: string; readonly row: JsonObject } {
  return typeof value === "object" && value !== null && "table" in value && "row" in value;
}
