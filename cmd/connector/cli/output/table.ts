// By hand: the table packages on npm need all rows before the first line, and a listing is printed page by page.
import { printable } from "../../../../pkg/ops/printable.ts";
import { type Cell, cellText } from "./columns.ts";
import { displayWidth, fitted } from "./text.ts";

const MOST_COLUMNS = 40;

/**
 * The lines of a table. The first page decides how wide the columns are; a longer cell of a later page moves only the
 * rest of its own line. On a terminal every cell but the first is cut to 40 columns and every line to the terminal, so
 * that each row is one line. The other formats never cut.
 */
export function createTable(
  headers: readonly string[],
  terminalColumns?: () => number,
): {
  lines(rows: readonly (readonly Cell[])[]): string;
} {
  let widths: readonly number[] | undefined;

  function line(cells: readonly string[], known: readonly number[]): string {
    const padded = cells.map(
      (cell, i) => cell + " ".repeat(Math.max(0, (known[i] ?? 0) - displayWidth(cell))),
    );
    const text = padded.join("  ").trimEnd();
    return `${terminalColumns === undefined ? text : fitted(text, terminalColumns())}\n`;
  }

  function shown(cell: Cell, column: number): string {
    const text = printable(cellText(cell));
    // The first cell is what people copy, so it is never cut.
    return terminalColumns === undefined || column === 0 ? text : fitted(text, MOST_COLUMNS);
  }

  return {
    lines(rows) {
      const texts = rows.map((row) => row.map(shown));
      let head = "";
      if (widths === undefined) {
        widths = headers.map((header, i) =>
          Math.max(...[header, ...texts.map((row) => row[i] ?? "")].map(displayWidth)),
        );
        head = line(headers, widths);
      }
      const known = widths;
      return head + texts.map((row) => line(row, known)).join("");
    },
  };
}
