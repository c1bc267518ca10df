/** `undefined` is "there is none": null in JSON, empty elsewhere. */
export type Cell = string | number | boolean | undefined;

export interface Column<T> {
  /** The key in JSON and the header of the CSV, in snake_case. */
  readonly key: string;
  readonly value: (row: T) => Cell;
}

/** A cell for people. */
export function cellText(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return String(cell);
}
