import type { Group } from "../../core/group.ts";
import type { NamedRow } from "../../inventory/named-row.ts";
import type { PreparedQuery, PreparedReader } from "../../inventory/prepared-reader.ts";
import type { SqlCell } from "../../inventory/reader.ts";
import { userOfCells } from "../../inventory/user-cells.ts";
import { USER_ROW_COLUMNS, userOfRow } from "../../inventory/user-row.ts";
import type { MemberRef, ResourceKind } from "../resource.ts";
import type { ListInventory, ListPart, ListRun, RowCondition } from "./list-inventory.ts";
import type { NamedBy } from "./list-records.ts";

const IN_RUN = "from_run <= ? AND (to_run IS NULL OR to_run > ?)";
const USER = USER_ROW_COLUMNS.join(", ");
const GROUP = "name, description, role_arn, precedence, created_at, modified_at";

const TABLES: Readonly<
  Record<ResourceKind, { readonly table: string; readonly key: string; readonly row: string }>
> = {
  User: { table: "users", key: "sub", row: USER },
  Group: { table: "groups", key: "name", row: GROUP },
};

const RUN = "SELECT run, began_at, users, groups FROM runs WHERE pool_id = ?";

/** More accounts than share a name. */
const NAMED = 100;

const MEMBERS = `
  SELECT m.sub AS sub, u.username AS username
  FROM memberships AS m JOIN users AS u ON u.pool_id = m.pool_id AND u.sub = m.sub
  WHERE m.pool_id = ? AND m.group_name = ? AND m.sub > ?
    AND m.from_run <= ? AND (m.to_run IS NULL OR m.to_run > ?)
    AND u.from_run <= ? AND (u.to_run IS NULL OR u.to_run > ?)
  ORDER BY m.sub LIMIT ? OFFSET ?`;

interface Statement {
  readonly sql: string;
  /** Without the pool, which is the first one. */
  readonly parameters: readonly (string | number)[];
}

function listing(
  kind: ResourceKind,
  columns: string,
  run: number,
  { after, upTo, limit, skip }: ListPart,
  condition?: RowCondition,
): Statement {
  const { table, key } = TABLES[kind];
  const bound = upTo === undefined ? "" : ` AND ${key} <= ?`;
  const narrowed = condition === undefined ? "" : ` AND ${condition.sql}`;
  return {
    sql: `SELECT ${columns} FROM ${table} WHERE pool_id = ? AND ${key} > ? AND ${IN_RUN}${bound}${narrowed}
      ORDER BY ${key} LIMIT ? OFFSET ?`,
    parameters: [
      after,
      run,
      run,
      ...(upTo === undefined ? [] : [upTo]),
      ...(condition?.parameters ?? []),
      limit,
      skip,
    ],
  };
}

/** Reads the pool from the tables of an inventory. */
export function createListInventory(reader: PreparedReader, poolId: string): ListInventory {
  const prepared = new Map<string, PreparedQuery>();
  const query = (sql: string): PreparedQuery => {
    const known = prepared.get(sql) ?? reader.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const rows: Rows = (sql, ...parameters) => query(sql).all(poolId, ...parameters);
  const cells = ({ sql, parameters }: Statement) => query(sql).cells(poolId, ...parameters);
  const listed = (statement: Statement) => rows(statement.sql, ...statement.parameters);
  const one = (kind: ResourceKind, run: number, key: string): NamedRow | undefined => {
    const { table, key: column, row } = TABLES[kind];
    return rows(
      `SELECT ${row} FROM ${table} WHERE pool_id = ? AND ${column} = ? AND ${IN_RUN} LIMIT 1`,
      key,
      run,
      run,
    )[0];
  };
  return {
    version: () => reader.version(),
    isCurrent: () => reader.isCurrent(),
    newestRun: () => runOfRow(rows(`${RUN} ORDER BY run DESC LIMIT 1`)[0]),
    run: (number) => runOfRow(rows(`${RUN} AND run = ?`, number)[0]),
    users: (run, part, condition) => cells(listing("User", USER, run, part, condition)).map(userOfCells),
    groups: (run, part, condition) => listed(listing("Group", GROUP, run, part, condition)).map(groupOfRow),
    keys: (kind, run, part) => {
      const { key } = TABLES[kind];
      return listed(listing(kind, key, run, part)).map((row) => row.text(key));
    },
    keyBehind: (kind, run, { after, skip }, isNewest) => {
      const { key } = TABLES[kind];
      // The rows of the newest run have an index of their own, which holds all that is asked for.
      const found =
        kind === "User" && isNewest
          ? rows(CURRENT_SUB, after, 1, skip)
          : listed(listing(kind, key, run, { after, skip, limit: 1 }));
      return found[0]?.text(key);
    },
    user: (run, sub) => {
      const row = one("User", run, sub);
      return row && userOfRow(row);
    },
    group: (run, name) => {
      const row = one("Group", run, name);
      return row && groupOfRow(row);
    },
    members: (run, group, { after, limit, skip }) =>
      rows(MEMBERS, group, after, run, run, run, run, limit, skip).map(memberOfRow),
    isMember: (run, group, sub) =>
      rows(
        `SELECT sub FROM memberships WHERE pool_id = ? AND group_name = ? AND sub = ? AND ${IN_RUN} LIMIT 1`,
        group,
        sub,
        run,
        run,
      ).length > 0,
    groupsOf: (run, sub) =>
      rows(
        `SELECT group_name FROM memberships WHERE pool_id = ? AND sub = ? AND ${IN_RUN} ORDER BY group_name`,
        sub,
        run,
        run,
      ).map((row) => row.text("group_name")),
    groupsBetween: (run, first, last) =>
      groupsBySub(cells({ sql: GROUPS_BETWEEN, parameters: [first, last, run, run] })),
    named: (kind, attribute, value) => namedIn(rows, kind, attribute, value),
    close: () => reader.close(),
  };
}

const CURRENT_SUB = `
  SELECT sub FROM users INDEXED BY users_current WHERE to_run IS NULL AND pool_id = ? AND sub > ?
  ORDER BY sub LIMIT ? OFFSET ?`;

/** By the index of users: searching the key of memberships would read those of all groups. */
const GROUPS_BETWEEN = `
  SELECT sub, group_name FROM memberships INDEXED BY memberships_by_user
  WHERE pool_id = ? AND sub >= ? AND sub <= ? AND ${IN_RUN} ORDER BY sub`;

type Rows = (sql: string, ...parameters: readonly (string | number)[]) => readonly NamedRow[];

function namedIn(rows: Rows, kind: ResourceKind, attribute: NamedBy, value: string): readonly string[] {
  if (kind === "Group") {
    if (attribute !== "displayName") return [];
    const sql = `SELECT name FROM groups WHERE pool_id = ? AND to_run IS NULL AND lower(name) = lower(?) LIMIT ${NAMED}`;
    return rows(sql, value).map((row) => row.text("name"));
  }
  const searches = USER_SEARCHES[attribute];
  const found = searches.flatMap((search) =>
    // SQLite knows the case of ASCII letters alone.
    [...new Set([value, value.toLowerCase(), value.toUpperCase()])].flatMap((text) =>
      rows(
        `SELECT sub FROM users WHERE pool_id = ? AND to_run IS NULL AND ${search} LIMIT ${NAMED}`,
        text,
      ).map((row) => row.text("sub")),
    ),
  );
  return [...new Set(found)];
}

/** Each has an index. An inventory of an earlier version has none in lower case until it is synced, and is read as a whole. */
const USER_SEARCHES: Readonly<Record<NamedBy, readonly string[]>> = {
  userName: [
    "lower(username) = lower(?)",
    "lower(preferred_username) = lower(?) AND preferred_username IS NOT NULL",
    "email = ?",
  ],
  email: ["email = ?"],
  phone: [],
  externalId: [],
  displayName: [],
};

function groupsBySub(memberships: readonly (readonly SqlCell[])[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [sub, name] of memberships) {
    if (typeof sub !== "string" || typeof name !== "string") continue;
    const known = groups.get(sub);
    if (known === undefined) groups.set(sub, [name]);
    else known.push(name);
  }
  return groups;
}

function runOfRow(row: NamedRow | undefined): ListRun | undefined {
  if (row === undefined) return undefined;
  return {
    run: row.number("run"),
    beganAt: row.time("began_at"),
    counts: { User: row.number("users"), Group: row.number("groups") },
  };
}

function groupOfRow(row: NamedRow): Group {
  const precedence = row.optionalText("precedence");
  return {
    name: row.text("name"),
    description: row.optionalText("description"),
    roleArn: row.optionalText("role_arn"),
    precedence: precedence === undefined ? undefined : row.number("precedence"),
    createdAt: row.time("created_at"),
    modifiedAt: row.time("modified_at"),
  };
}

function memberOfRow(row: NamedRow): MemberRef {
  return { sub: row.text("sub"), username: row.text("username") };
}
