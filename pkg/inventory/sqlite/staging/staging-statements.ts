import type { DatabaseSync, StatementSync } from "../../../sqlite/database.ts";
import { MOVE_PROGRESS } from "../../../sqlite/work/run-state.ts";
import { stateColumnNames } from "../../target/columns.ts";

const USERS = stateColumnNames("users");
const GROUPS = stateColumnNames("groups");

function places(columns: readonly string[]): string {
  return columns.map(() => "?").join(", ");
}

const SQL = {
  beginTransaction: "BEGIN IMMEDIATE",
  commitTransaction: "COMMIT",
  progress: MOVE_PROGRESS,
  insertPool: `
    INSERT INTO staged_pool (name, arn, region, tier, mfa, estimated_users, created_at, read_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  findPool: "SELECT * FROM staged_pool",
  findUser: "SELECT person, stamp FROM staged_ids WHERE sub = ?",
  insertPerson: `INSERT INTO staged_people (${USERS.join(", ")}) VALUES (${places(USERS)})`,
  insertId: "INSERT INTO staged_ids (sub, person, stamp) VALUES (?, ?, ?)",
  updatePerson: `UPDATE staged_people SET ${USERS.map((name) => `${name} = ?`).join(", ")} WHERE id = ?`,
  updateId: "UPDATE staged_ids SET stamp = ? WHERE sub = ?",
  findGroup: "SELECT created_at FROM staged_groups WHERE name = ?",
  putGroup: `INSERT OR REPLACE INTO staged_groups (${GROUPS.join(", ")}) VALUES (${places(GROUPS)})`,
  dropGroup: "DELETE FROM staged_groups WHERE name = ?",
  insertMember: "INSERT INTO staged_members (group_name, sub) VALUES (?, ?) ON CONFLICT DO NOTHING",
  dropMembers: "DELETE FROM staged_members WHERE group_name = ?",
  countUsers: "SELECT count(*) AS n FROM staged_ids",
  countGroups: "SELECT count(*) AS n FROM staged_groups",
  countMemberships: "SELECT count(*) AS n FROM staged_memberships",
} as const;

/** The statements of the staged rows, prepared once: they are what a page costs. */
export type StagingStatements = Readonly<Record<keyof typeof SQL, StatementSync>>;

export function prepareStaging(database: DatabaseSync): StagingStatements {
  return {
    beginTransaction: database.prepare(SQL.beginTransaction),
    commitTransaction: database.prepare(SQL.commitTransaction),
    progress: database.prepare(SQL.progress),
    insertPool: database.prepare(SQL.insertPool),
    findPool: database.prepare(SQL.findPool),
    findUser: database.prepare(SQL.findUser),
    insertPerson: database.prepare(SQL.insertPerson),
    insertId: database.prepare(SQL.insertId),
    updatePerson: database.prepare(SQL.updatePerson),
    updateId: database.prepare(SQL.updateId),
    findGroup: database.prepare(SQL.findGroup),
    putGroup: database.prepare(SQL.putGroup),
    dropGroup: database.prepare(SQL.dropGroup),
    insertMember: database.prepare(SQL.insertMember),
    dropMembers: database.prepare(SQL.dropMembers),
    countUsers: database.prepare(SQL.countUsers),
    countGroups: database.prepare(SQL.countGroups),
    countMemberships: database.prepare(SQL.countMemberships),
  };
}
