import { beginsFormula } from "./text.ts";

/** A cell of a CSV record; `undefined` is empty. */
export type CsvCell = string | number | boolean | Date | undefined;

/** One record of RFC 4180 with its line break. `raw` leaves cells that a spreadsheet would run as they are. */
export function csvRecord(cells: readonly CsvCell[], raw = false): string {
  return `${cells.map((cell) => csvField(cell, raw)).join(",")}\r\n`;
}

function csvField(cell: CsvCell, raw: boolean): string {
  if (cell === undefined) return "";
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell !== "string") return String(cell);
  const harmless = raw ? cell : defused(cell);
  return /[",\p{Cc}]|^\s|\s$/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

// An apostrophe keeps a spreadsheet from running the cell. A program that reads the file must remove it.
function defused(text: string): string {
  return beginsFormula(text) ? `'${text}` : text;
}
