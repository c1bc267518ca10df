import { nearest } from "../../core/nearest.ts";
import type { BatchProblem } from "../batch.ts";
import { ATTRIBUTE_PREFIX, COLUMNS, type ColumnName } from "./columns.ts";

/** A row with the values as the file has them. An empty value is left out. */
export interface RawRow {
  readonly line: number;
  readonly values: ReadonlyMap<ColumnName, string>;
  readonly attributes: ReadonlyMap<string, unknown>;
}

export interface RawRows {
  readonly rows: readonly RawRow[];
  readonly problems: readonly BatchProblem[];
}

export type KnownName = { readonly column: ColumnName } | { readonly attribute: string };

/** What a column or member is; undefined for an unknown one. */
export function columnNamed(text: string): KnownName | undefined {
  const name = text.trim();
  const column = COLUMNS.find((one) => one === name.toLowerCase());
  if (column !== undefined) return { column };
  const attribute = name.startsWith(ATTRIBUTE_PREFIX) ? name.slice(ATTRIBUTE_PREFIX.length) : "";
  return attribute === "" ? undefined : { attribute };
}

/**
 * What to do about an unknown name. It does not repeat the name: in a file without a header line that is a value of the
 * first row.
 */
export function unknownName(text: string): string {
  if (/passw/i.test(text)) {
    return "is a password, which is never in the file; use set-password or rotate-password";
  }
  const close = nearest(text.trim(), COLUMNS);
  const hint = close === undefined ? "" : `did you mean ${close}? `;
  return `is not known; ${hint}the names are ${COLUMNS.join(", ")} and ${ATTRIBUTE_PREFIX}<name>`;
}

export function badRow(line: number, message: string): BatchProblem {
  return { line, code: "invalid-argument", message };
}
