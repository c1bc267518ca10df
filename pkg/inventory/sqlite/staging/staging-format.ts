import type { WorkFormat } from "../../../sqlite/work/work-file.ts";
import { columnSql } from "../../schema/ddl.ts";
import { type HistoryTable, stateColumnNames, stateColumns } from "../../target/columns.ts";

function definitions(table: HistoryTable): string {
  return stateColumns(table)
    .map((column) => columnSql(column, "sqlite"))
    .join(", ");
}

const USER_COLUMNS = stateColumnNames("users").map((name) => (name === "sub" ? "i.sub" : `p.${name}`));

/**
 * The rows of a run before they are merged. Users are appended, and `staged_ids` is their index: it answers whether a user
 * who is met again has changed without reading the row. Members are in the order of the inventory. The views are what the
 * merge reads; their joins have one order, since the planner knows nothing of the sizes.
 */
export const INVENTORY_WORK: WorkFormat = {
  // "Cgs1"
  applicationId: 0x43_67_73_31,
  version: 5,
  tables: `
    CREATE TABLE staged_pool (
      name TEXT,
      arn TEXT,
      region TEXT NOT NULL,
      tier TEXT,
      mfa TEXT,
      estimated_users INTEGER,
      created_at TEXT,
      read_at TEXT NOT NULL
    );
    CREATE TABLE staged_people (id INTEGER PRIMARY KEY, ${definitions("users")});
    CREATE TABLE staged_ids (
      sub TEXT PRIMARY KEY,
      person INTEGER NOT NULL,
      stamp INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE staged_groups (${definitions("groups")}, PRIMARY KEY (name)) WITHOUT ROWID;
    CREATE TABLE staged_members (
      group_name TEXT NOT NULL,
      sub TEXT NOT NULL,
      PRIMARY KEY (group_name, sub)
    ) WITHOUT ROWID;
    CREATE VIEW staged_users AS
      SELECT ${USER_COLUMNS.join(", ")} FROM staged_ids i CROSS JOIN staged_people p ON p.id = i.person;
    CREATE VIEW staged_memberships AS
      SELECT m.group_name, g.created_at AS group_created_at, m.sub
      FROM staged_members m CROSS JOIN staged_groups g ON g.name = m.group_name;
  `,
};
