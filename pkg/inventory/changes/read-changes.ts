import type { NamedRow } from "../named-row.ts";
import { namedRows } from "../named-row.ts";
import type { InventoryReader, SqlValue } from "../reader.ts";
import type { RecordedKind } from "../schema/recorded-kinds.ts";
import { ATTRIBUTE_CELLS, attributesOf } from "../user-row.ts";

/** A change that a run recorded. */
export interface RecordedChange {
  readonly run: number;
  /** When the run before began. */
  readonly after: string | undefined;
  /** When the run ended. */
  readonly before: string;
  readonly kind: string;
  readonly sub: string | undefined;
  /** As the last run that had the account knew it. */
  readonly username: string | undefined;
  readonly group: string | undefined;
  readonly field: string | undefined;
  /** `connector`, `outside` or `unknown`. */
  readonly origin: string;
  readonly requestedBy: string | undefined;
  /** Its id in the audit log. */
  readonly change: string | undefined;
  /** Of a changed field, where values are asked for and it has one. */
  readonly valueBefore: string | undefined;
  readonly valueAfter: string | undefined;
}

/** A change must match everything that is given. */
export interface ChangeFilter {
  readonly poolId: string;
  /** Recorded by a later run than this one. */
  readonly afterRun?: number | undefined;
  /** Recorded by this run or an earlier one. */
  readonly upToRun?: number | undefined;
  /** One of these; none: any. */
  readonly kinds: readonly RecordedKind[];
  readonly group?: string | undefined;
  /** One of these accounts. */
  readonly subs?: readonly string[] | undefined;
  /** Nobody asked the connector for it, as far as is known. */
  readonly notOurs: boolean;
}

/** The changes in the order in which they were recorded. Values are read only where they are asked for. */
export async function* readChanges(
  reader: Pick<InventoryReader, "query">,
  filter: ChangeFilter,
  { values }: { readonly values: boolean },
  signal: AbortSignal,
): AsyncGenerator<RecordedChange> {
  const { conditions, parameters } = conditionsOf(filter);
  const sql = `
    SELECT c.run, c.after, c.before, c.kind, c.sub, c.username, c.group_name, c.field, c.origin, c.requested_by,
      c.change${values ? `, ${VALUE_COLUMNS.join(", ")}` : ""}
    FROM changes c ${values ? VALUE_JOINS : ""}
    WHERE ${conditions.join(" AND ")} ORDER BY c.run, c.change_number`;
  for await (const row of namedRows(reader, sql, parameters, { signal, timeoutMs: LONGEST_MS })) {
    yield changeIn(row, values);
  }
}

const LONGEST_MS = 600_000;

const USER_COLUMNS = ["username", "status", "modified_at", ...ATTRIBUTE_CELLS];
const GROUP_COLUMNS = ["description", "precedence", "role_arn", "modified_at"];

const VALUE_COLUMNS = [
  ...["ub", "ua"].flatMap((table) => USER_COLUMNS.map((name) => `${table}.${name} AS ${table}_${name}`)),
  ...["gb", "ga"].flatMap((table) => GROUP_COLUMNS.map((name) => `${table}.${name} AS ${table}_${name}`)),
];

const VALUE_JOINS = `
  LEFT JOIN users ub ON c.kind = 'user_changed' AND ub.pool_id = c.pool_id AND ub.sub = c.sub AND ub.to_run = c.run
  LEFT JOIN users ua ON c.kind = 'user_changed' AND ua.pool_id = c.pool_id AND ua.sub = c.sub AND ua.from_run = c.run
  LEFT JOIN groups gb ON c.kind = 'group_changed' AND gb.pool_id = c.pool_id AND gb.name = c.group_name
    AND gb.to_run = c.run
  LEFT JOIN groups ga ON c.kind = 'group_changed' AND ga.pool_id = c.pool_id AND ga.name = c.group_name
    AND ga.from_run = c.run`;

function conditionsOf(filter: ChangeFilter): {
  readonly conditions: readonly string[];
  readonly parameters: readonly SqlValue[];
} {
  const { poolId, afterRun, upToRun, kinds, group, subs, notOurs } = filter;
  const conditions = ["c.pool_id = ?"];
  const parameters: SqlValue[] = [poolId];
  const add = (condition: string, ...given: readonly SqlValue[]): void => {
    conditions.push(condition);
    parameters.push(...given);
  };
  if (afterRun !== undefined) add("c.run > ?", afterRun);
  if (upToRun !== undefined) add("c.run <= ?", upToRun);
  if (kinds.length > 0) add(`c.kind IN (${placesFor(kinds)})`, ...kinds);
  if (group !== undefined) add("c.group_name = ?", group);
  if (subs !== undefined) add(`c.sub IN (${placesFor(subs)})`, ...subs);
  if (notOurs) add("c.requested_by IS NULL");
  return { conditions, parameters };
}

function placesFor(items: readonly string[]): string {
  return items.map(() => "?").join(", ");
}

function changeIn(row: NamedRow, values: boolean): RecordedChange {
  const kind = row.text("kind");
  const field = row.optionalText("field");
  const value = (at: "b" | "a"): string | undefined => {
    if (!values || field === undefined) return undefined;
    if (kind === "user_changed") return userValue(row, `u${at}_`, field);
    return kind === "group_changed" ? row.optionalText(`g${at}_${field}`) : undefined;
  };
  return {
    run: row.number("run"),
    after: row.optionalText("after"),
    before: row.text("before"),
    kind,
    sub: row.optionalText("sub"),
    username: row.optionalText("username"),
    group: row.optionalText("group_name"),
    field,
    origin: row.text("origin"),
    requestedBy: row.optionalText("requested_by"),
    change: row.optionalText("change"),
    valueBefore: value("b"),
    valueAfter: value("a"),
  };
}

const OWN_COLUMNS: ReadonlySet<string> = new Set(["username", "status", "modified_at"]);

function userValue(row: NamedRow, prefix: string, field: string): string | undefined {
  return OWN_COLUMNS.has(field) ? row.optionalText(prefix + field) : attributesOf(row, prefix).get(field);
}
