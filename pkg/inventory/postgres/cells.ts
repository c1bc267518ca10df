// Values of PostgreSQL as cells: the same as those of SQLite.
import type { CustomTypesConfig } from "pg";
import type { SqlCell, SqlValue } from "../reader.ts";

/** Of pg_type. */
const OID = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  float4: 700,
  float8: 701,
  timestamptz: 1184,
  numeric: 1700,
};

/** For pg: how the text of a column becomes a cell. Json, dates, arrays and all other types stay text. */
export const CELL_TYPES: CustomTypesConfig = {
  getTypeParser: (oid: number) => (text: string) => postgresCell(oid, text),
};

/** `oid` is that of the type. */
export function postgresCell(oid: number, text: string): SqlCell {
  return PARSERS.get(oid)?.(text) ?? text;
}

const PARSERS: ReadonlyMap<number, (text: string) => SqlCell> = new Map<number, (text: string) => SqlCell>([
  [OID.bool, (text) => text === "t"],
  [OID.int2, Number],
  [OID.int4, Number],
  [OID.oid, Number],
  [OID.int8, wholeNumber],
  [OID.float4, finite],
  [OID.float8, finite],
  [OID.numeric, decimal],
  [OID.timestamptz, isoTime],
]);

function wholeNumber(text: string): SqlCell {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

/** NaN and the infinities stay text. */
function finite(text: string): SqlCell {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** A number where it loses nothing, as those that SQLite computes. */
function decimal(text: string): SqlCell {
  const digits = text
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/[-.]/g, "")
    .replace(/^0+/, "");
  return digits.length <= 15 ? finite(text) : text;
}

const TIME = /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/** `2026-10-01 12:00:00.5+00` as `2026-10-01T12:00:00.500Z`; the infinities and times before Christ stay as they are. */
function isoTime(text: string): SqlCell {
  const [, year, month, day, time, fraction = ""] = TIME.exec(text) ?? [];
  return year === undefined
    ? text
    : `${year}-${month}-${day}T${time}.${fraction.padEnd(3, "0").slice(0, 3)}Z`;
}

/** What pg sends for a parameter. The server finds its type. */
export function sentValue(value: SqlValue): string | null {
  if (value === null) return null;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" ? withoutNul(value) : String(value);
}

/** A text of PostgreSQL has no NUL: the picture of one is in its place. */
export function withoutNul(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\u2400") : text;
}
