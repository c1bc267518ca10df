/** `undefined` is null in JSON and empty elsewhere. */
export type Cell = string | number | boolean | Date | undefined;

export interface Column<T> {
  /** The key in JSON and the header of the CSV, in snake_case. */
  readonly key: string;
  readonly value: (row: T) => Cell;
}

/** A cell for people: yes or no for a boolean, the day for a date. */
export function cellText(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  return String(cell);
}
