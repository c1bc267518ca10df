// The statements of a merge, the same in both engines. They read the rows of the run from `staged_users`, `staged_groups` and
// `staged_memberships`, which have the columns of `stateColumns`, and compare them with the current rows of the pool.
// What differs is gathered in temporary tables first, so that each row is compared once.

import { differs, stateColumnNames } from "./columns.ts";

const USER_COLUMNS = stateColumnNames("users");
const GROUP_COLUMNS = stateColumnNames("groups");
const MEMBERSHIP_COLUMNS = stateColumnNames("memberships");

function of(alias: string, columns: readonly string[]): string {
  return columns.map((name) => `${alias}.${name}`).join(", ");
}

const CURRENT_USER = "u.pool_id = ? AND u.to_run IS NULL";
const CURRENT_GROUP = "g.pool_id = ? AND g.to_run IS NULL";
const CURRENT_MEMBERSHIP = "m.pool_id = ? AND m.to_run IS NULL";

export type TouchedTable = "touched_users" | "touched_groups" | "touched_memberships";

/** Empty, with the types that the columns have in the engine. */
export const CREATE_TOUCHED: Readonly<Record<TouchedTable, string>> = {
  touched_users: "CREATE TEMP TABLE touched_users AS SELECT sub, status AS kind FROM users LIMIT 0",
  touched_groups: `
    CREATE TEMP TABLE touched_groups AS SELECT name, created_at, sign_in_provider AS kind FROM groups LIMIT 0`,
  touched_memberships: `
    CREATE TEMP TABLE touched_memberships AS
    SELECT group_name, group_created_at, sub, group_name AS kind FROM memberships LIMIT 0`,
};

/** Each takes the pool. Kinds are `gone`, `new` and `changed`, and of groups `recreated`: its name is another group now. */
export const TOUCH: Readonly<Record<TouchedTable, readonly string[]>> = {
  touched_users: [
    `INSERT INTO touched_users (sub, kind)
     SELECT u.sub, 'gone' FROM users u
     WHERE ${CURRENT_USER} AND NOT EXISTS (SELECT 1 FROM staged_users s WHERE s.sub = u.sub)`,
    `INSERT INTO touched_users (sub, kind)
     SELECT s.sub, CASE WHEN u.sub IS NULL THEN 'new' ELSE 'changed' END
     FROM staged_users s LEFT JOIN users u ON u.sub = s.sub AND ${CURRENT_USER}
     WHERE u.sub IS NULL OR ${differs("users", "sub", "u", "s")}`,
  ],
  touched_groups: [
    `INSERT INTO touched_groups (name, created_at, kind)
     SELECT g.name, g.created_at, 'gone' FROM groups g
     WHERE ${CURRENT_GROUP} AND NOT EXISTS (SELECT 1 FROM staged_groups s WHERE s.name = g.name)`,
    `INSERT INTO touched_groups (name, created_at, kind)
     SELECT s.name, s.created_at,
       CASE WHEN g.name IS NULL THEN 'new' WHEN g.created_at <> s.created_at THEN 'recreated' ELSE 'changed' END
     FROM staged_groups s LEFT JOIN groups g ON g.name = s.name AND ${CURRENT_GROUP}
     WHERE g.name IS NULL OR ${differs("groups", "name", "g", "s")}`,
  ],
  // Of a group that was made again, all memberships are others.
  touched_memberships: [
    `INSERT INTO touched_memberships (group_name, group_created_at, sub, kind)
     SELECT m.group_name, m.group_created_at, m.sub, 'gone' FROM memberships m
     WHERE ${CURRENT_MEMBERSHIP} AND NOT EXISTS (
       SELECT 1 FROM staged_memberships s
       WHERE s.group_name = m.group_name AND s.sub = m.sub AND s.group_created_at = m.group_created_at)`,
    `INSERT INTO touched_memberships (group_name, group_created_at, sub, kind)
     SELECT s.group_name, s.group_created_at, s.sub, 'new' FROM staged_memberships s
     WHERE NOT EXISTS (
       SELECT 1 FROM memberships m
       WHERE m.group_name = s.group_name AND m.sub = s.sub AND m.group_created_at = s.group_created_at
         AND ${CURRENT_MEMBERSHIP})`,
  ],
};

/** The columns before, then the columns after. Each takes the pool, and is asked before the rows end. */
export const CHANGED_USERS = `
  SELECT ${of("u", USER_COLUMNS)}, ${of("s", USER_COLUMNS)}
  FROM touched_users t JOIN users u ON u.sub = t.sub AND ${CURRENT_USER} JOIN staged_users s ON s.sub = t.sub
  WHERE t.kind = 'changed' ORDER BY t.sub`;
export const CHANGED_GROUPS = `
  SELECT ${of("g", GROUP_COLUMNS)}, ${of("s", GROUP_COLUMNS)}
  FROM touched_groups t JOIN groups g ON g.name = t.name AND ${CURRENT_GROUP} JOIN staged_groups s ON s.name = t.name
  WHERE t.kind = 'changed' ORDER BY t.name`;

/** Each takes the run, then the pool. */
export const END_ROWS = [
  `UPDATE memberships SET to_run = CAST(? AS bigint) FROM touched_memberships t
   WHERE t.kind = 'gone' AND memberships.pool_id = ? AND memberships.to_run IS NULL
     AND memberships.group_name = t.group_name AND memberships.sub = t.sub
     AND memberships.group_created_at = t.group_created_at`,
  `UPDATE users SET to_run = CAST(? AS bigint) WHERE pool_id = ? AND to_run IS NULL
     AND sub IN (SELECT sub FROM touched_users WHERE kind <> 'new')`,
  `UPDATE groups SET to_run = CAST(? AS bigint) WHERE pool_id = ? AND to_run IS NULL
     AND name IN (SELECT name FROM touched_groups WHERE kind <> 'new')`,
] as const;

function insertInto(table: string, columns: readonly string[], from: string): string {
  return `INSERT INTO ${table} (pool_id, from_run, ${columns.join(", ")})
    SELECT CAST(? AS text), CAST(? AS bigint), ${of("s", columns)} FROM ${from}`;
}

/** Each takes the pool, then the run. */
export const INSERT_TOUCHED = [
  insertInto(
    "users",
    USER_COLUMNS,
    "touched_users t JOIN staged_users s ON s.sub = t.sub WHERE t.kind <> 'gone' ORDER BY t.sub",
  ),
  insertInto(
    "groups",
    GROUP_COLUMNS,
    "touched_groups t JOIN staged_groups s ON s.name = t.name WHERE t.kind <> 'gone'",
  ),
  insertInto("memberships", MEMBERSHIP_COLUMNS, "touched_memberships s WHERE s.kind = 'new'"),
] as const;

/** The first run of a pool: everything is new, and nothing is compared. In the order of the keys. */
export const INSERT_ALL = [
  insertInto("users", USER_COLUMNS, "staged_users s ORDER BY s.sub"),
  insertInto("groups", GROUP_COLUMNS, "staged_groups s ORDER BY s.name"),
  insertInto("memberships", MEMBERSHIP_COLUMNS, "staged_memberships s ORDER BY s.group_name, s.sub"),
] as const;

/** `from` has the columns `sub`, or `group_name` and `group_created_at`, or all three. */
function recorded(kind: string, subject: string, from: string): string {
  return `INSERT INTO recorded_changes (pool_id, change_number, run, kind, ${subject})
    SELECT CAST(? AS text), CAST(? AS bigint) + row_number() OVER (ORDER BY ${subject}), CAST(? AS bigint), ${kind}, ${subject}
    FROM ${from}`;
}

function recordedUsers(kind: string, touched: string): string {
  return recorded(`'${kind}'`, "sub", `touched_users WHERE kind = '${touched}'`);
}

function recordedGroups(kind: string, touched: string): string {
  const groups = `(SELECT name AS group_name, created_at AS group_created_at FROM touched_groups WHERE ${touched}) g`;
  return recorded(kind, "group_name, group_created_at", groups);
}

function recordedMemberships(kind: string, touched: string): string {
  return recorded(
    `'${kind}'`,
    "group_name, group_created_at, sub",
    `touched_memberships WHERE kind = '${touched}'`,
  );
}

/**
 * Changes that the touched rows alone say. Each takes the pool, the newest number before it, and the run. The order lets a
 * reader repeat them one by one: a membership ends before its user or group does, and begins after.
 */
export const RECORD_ENDED = [
  recordedMemberships("membership_removed", "gone"),
  recordedUsers("user_deleted", "gone"),
  recordedGroups("'group_deleted'", "kind = 'gone'"),
] as const;
export const RECORD_BEGUN = [
  recordedGroups("'group_created'", "kind = 'new'"),
  recordedGroups("'group_recreated'", "kind = 'recreated'"),
  recordedUsers("user_created", "new"),
] as const;
export const RECORD_ADDED = [recordedMemberships("membership_added", "new")] as const;

/** For changes that are computed: how many rows, with `CHANGE_COLUMNS` values each. */
export function insertChanges(rows: number): string {
  const places = `(${CHANGE_COLUMNS.map(() => "?").join(", ")})`;
  return `INSERT INTO recorded_changes (${CHANGE_COLUMNS.join(", ")}) VALUES ${Array(rows).fill(places).join(", ")}`;
}

export const CHANGE_COLUMNS = [
  "pool_id",
  "change_number",
  "run",
  "kind",
  "sub",
  "group_name",
  "group_created_at",
  "field",
] as const;

/** Who asked for a change. "" where a column says nothing, so that an index can find it. */
export const CREATE_ORIGINS = [
  `CREATE TEMP TABLE change_origins AS
   SELECT change_number AS place, kind, sub, group_name, field, requested_by, change, requested_at
   FROM recorded_changes LIMIT 0`,
  "CREATE INDEX change_origins_by_subject ON change_origins (kind, sub, group_name)",
] as const;
export const COUNT_ORIGINS = "SELECT count(*) FROM change_origins";
export const DROP_ORIGINS = "DROP TABLE IF EXISTS change_origins";

const ORIGIN_COLUMNS = [
  "place",
  "kind",
  "sub",
  "group_name",
  "field",
  "requested_by",
  "change",
  "requested_at",
];

export function insertOrigins(rows: number): string {
  const places = `(${ORIGIN_COLUMNS.map(() => "?").join(", ")})`;
  return `INSERT INTO change_origins (${ORIGIN_COLUMNS.join(", ")}) VALUES ${Array(rows).fill(places).join(", ")}`;
}

/** Takes the pool and the run. The last origin that fits explains a change. */
export const MATCH_ORIGINS = `
  UPDATE recorded_changes SET (requested_by, change, requested_at) = (
    SELECT o.requested_by, o.change, o.requested_at FROM change_origins o
    WHERE o.kind = recorded_changes.kind AND o.sub = coalesce(recorded_changes.sub, '')
      AND o.group_name = coalesce(recorded_changes.group_name, '') AND o.field IN ('', recorded_changes.field)
    ORDER BY o.place DESC LIMIT 1)
  WHERE pool_id = ? AND run = ?`;

export const NEWEST_RUN = "SELECT max(run) FROM runs WHERE pool_id = ?";
export const NEWEST_CHANGE = "SELECT max(change_number) FROM recorded_changes WHERE pool_id = ?";

export const INSERT_RUN = `
  INSERT INTO runs (pool_id, run, sync_id, began_at, ended_at, users, groups, memberships, changes, origins_known)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS boolean))`;

const POOL_COLUMNS = [
  "name",
  "arn",
  "region",
  "tier",
  "mfa",
  "estimated_users",
  "created_at",
  "read_at",
] as const;

/** Takes the pool, then the other columns. */
export const PUT_POOL = `
  INSERT INTO pools (pool_id, ${POOL_COLUMNS.join(", ")}) VALUES (?, ${POOL_COLUMNS.map(() => "?").join(", ")})
  ON CONFLICT (pool_id) DO UPDATE SET ${POOL_COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}`;
