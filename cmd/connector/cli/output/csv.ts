import type { Cell } from "./columns.ts";

/** One record of RFC 4180, line break included. */
export function csvRecord(cells: readonly Cell[]): string {
  return `${cells.map(csvField).join(",")}\r\n`;
}

function csvField(cell: Cell): string {
  if (cell === undefined) return "";
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell !== "string") return String(cell);
  const harmless = defused(cell);
  return /[",\p{Cc}]|^\s|\s$/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

// A spreadsheet takes a text that begins with one of these for a formula and runs it. An apostrophe in front makes it
// a text again; whoever reads the file by program takes one leading apostrophe off before one of these.
function defused(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
