// By hand: the table packages on npm need all rows before the first line, and a listing is printed page by page.
import { printable } from "../../../../pkg/ops/printable.ts";
import { type Cell, cellText } from "./columns.ts";
import { displayWidth, wrapped } from "./text.ts";

const GAP = 2;
/** The second line of a row begins here, so that it does not look like a row. */
const INDENT = 2;
/** A last column that gets less than this begins on a line of its own. */
const LEAST_FOR_LAST = 30;
/** A last column of ids and names is not wrapped, since people copy these. */
const LONGEST_ID = 40;

/**
 * The lines of a table. The first page decides how wide the columns are; a longer cell of a later page moves only the
 * rest of its own row. Nothing is cut. On a terminal of known width a row that does not fit takes several lines: its last
 * cell is wrapped, and columns that find no room go on in the next line, for all rows alike.
 */
export function createTable(
  headers: readonly string[],
  terminalColumns: () => number | undefined = () => undefined,
): {
  lines(rows: readonly (readonly Cell[])[]): string;
} {
  let widths: readonly number[] | undefined;

  return {
    lines(rows) {
      const texts = rows.map((row) => row.map((cell) => printable(cellText(cell))));
      const width = terminalColumns();
      let head = "";
      if (widths === undefined) {
        widths = headers.map((header, i) =>
          Math.max(...[header, ...texts.map((row) => row[i] ?? "")].map(displayWidth)),
        );
        head = rowText(headers, widths, width);
      }
      const known = widths;
      return head + texts.map((row) => rowText(row, known, width)).join("");
    },
  };
}

function rowText(cells: readonly string[], widths: readonly number[], width: number | undefined): string {
  const lines: string[] = [];
  let line = "";
  let at = 0;
  for (const [i, cell] of cells.entries()) {
    const columns = Math.max(widths[i] ?? 0, displayWidth(cell));
    const isLast = i === cells.length - 1;
    const needed = isLast && columns > LONGEST_ID ? LEAST_FOR_LAST : columns;
    if (width !== undefined && at > INDENT && at + needed > width) {
      lines.push(line);
      line = " ".repeat(INDENT);
      at = INDENT;
    }
    const room = width === undefined || at + columns <= width ? columns : Math.max(1, width - at);
    const [first = "", ...others] = wrapped(cell, room);
    line += first;
    if (others.length > 0) {
      lines.push(line);
      const before = " ".repeat(at);
      lines.push(...others.slice(0, -1).map((other) => before + other));
      line = before + (others.at(-1) ?? "");
    }
    if (isLast) break;
    line += " ".repeat(Math.max(0, columns - displayWidth(others.at(-1) ?? first)) + GAP);
    at += columns + GAP;
  }
  return [...lines, line].map((each) => `${each.trimEnd()}\n`).join("");
}
