import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { INVENTORY_TABLES } from "./schema/tables.ts";
import { INVENTORY_VIEWS } from "./schema/views.ts";

const RELATIONS = [...INVENTORY_TABLES, ...INVENTORY_VIEWS];

/** A query that the database refused, in its own words, with the name that was meant where one is close. */
export function refusedQuery(
  code: ErrorCode,
  { message, hint }: DatabaseWords,
  sql: string,
  cause: unknown,
): GovernanceError {
  const meant = nearestName(message, sql);
  const ofDatabase = hint === undefined ? "" : ` (${hint})`;
  const more =
    code === "permission-denied"
      ? "; a query may only read the tables and views of the inventory"
      : meant === undefined
        ? ofDatabase
        : `; did you mean ${meant}?`;
  return new GovernanceError(code, `the inventory refused the query: ${message}${more}`, { cause });
}

interface DatabaseWords {
  readonly message: string;
  readonly hint?: string | undefined;
}

export function queryTookTooLong(timeoutMs: number): GovernanceError {
  return new GovernanceError(
    "deadline-exceeded",
    `the query took longer than ${timeoutMs / 1000} s and was stopped; narrow it, or give it more time`,
  );
}

/** What the two engines say of a name that they do not know. */
const UNKNOWN_TABLE = /^no such table: (?:\w+\.)?(.+)$|^relation "(?:[^".]+\.)?([^"]+)" does not exist/;
const UNKNOWN_COLUMN = /^no such column: "?(.+?)"?(?: - .*)?$|^column "?([^"]+?)"? does not exist/;

function nearestName(said: string, sql: string): string | undefined {
  const table = firstGroup(UNKNOWN_TABLE.exec(said));
  if (table !== undefined)
    return nearest(
      table,
      RELATIONS.map(({ name }) => name),
    );
  const column = firstGroup(UNKNOWN_COLUMN.exec(said))?.split(".").at(-1);
  if (column === undefined) return undefined;
  const words = new Set(sql.toLowerCase().match(/\w+/g));
  const named = RELATIONS.filter(({ name }) => words.has(name));
  return nearest(column, columnNames(named)) ?? nearest(column, columnNames(RELATIONS));
}

function columnNames(relations: typeof RELATIONS): readonly string[] {
  return relations.flatMap(({ columns }) => columns.map(({ name }) => name));
}

function firstGroup(match: RegExpExecArray | null): string | undefined {
  return match?.slice(1).find((group) => group !== undefined);
}
