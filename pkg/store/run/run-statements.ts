import type { DatabaseSync, StatementSync } from "../../sqlite/database.ts";
import { numberIn, type SqlRow } from "../../sqlite/rows.ts";
import type { FoundRow } from "./uuid-table.ts";

/** The statements of the working database, prepared once: they are what a page costs. */
export type RunStatements = Readonly<Record<keyof typeof SQL, StatementSync>>;

const SQL = {
  beginTransaction: "BEGIN IMMEDIATE",
  commitTransaction: "COMMIT",
  insertResourceType: "INSERT OR REPLACE INTO resource_types (external_id, at, data) VALUES (?, ?, ?)",
  findResource: "SELECT resource, stamp FROM names WHERE type = ? AND resource_id = ?",
  insertResource: `
    INSERT INTO resources (type, resource_id, parent_type, parent_id, stamp, at, data) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  insertName: "INSERT INTO names (type, resource_id, resource, stamp) VALUES (?, ?, ?, ?)",
  updateResource:
    "UPDATE resources SET parent_type = ?, parent_id = ?, stamp = ?, at = ?, data = ? WHERE id = ?",
  updateName: "UPDATE names SET stamp = ? WHERE type = ? AND resource_id = ?",
  named: "SELECT count(*) AS total, min(resource) AS first FROM names WHERE type = ?",
  resourcesAfter: `
    SELECT id AS resource, resource_id, stamp FROM resources WHERE type = ? AND id > ? ORDER BY id LIMIT ?`,
  findEntitlement: "SELECT id FROM entitlements WHERE external_id = ?",
  putEntitlement: `
    INSERT INTO entitlements (external_id, type, resource_id, at, data) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET type = excluded.type, resource_id = excluded.resource_id, at = excluded.at,
      data = excluded.data`,
  insertGrant: `
    INSERT INTO grants (entitlement, principal, principal_type, principal_id, at, data) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  updateGrant: "UPDATE grants SET at = ?, data = ? WHERE entitlement = ? AND principal = ?",
  dropGrants: `
    DELETE FROM grants WHERE entitlement IN (SELECT id FROM entitlements WHERE type = ? AND resource_id = ?)`,
  dropEntitlements: "DELETE FROM entitlements WHERE type = ? AND resource_id = ?",
  groups: "SELECT resource_id FROM names WHERE type = ? ORDER BY resource_id",
  groupData: `
    SELECT data FROM resources WHERE id = (SELECT resource FROM names WHERE type = ? AND resource_id = ?)`,
  dropResource: "DELETE FROM resources WHERE id = ?",
  dropName: "DELETE FROM names WHERE type = ? AND resource_id = ?",
} as const;

export function prepareRun(database: DatabaseSync): RunStatements {
  return {
    beginTransaction: database.prepare(SQL.beginTransaction),
    commitTransaction: database.prepare(SQL.commitTransaction),
    insertResourceType: database.prepare(SQL.insertResourceType),
    findResource: database.prepare(SQL.findResource),
    insertResource: database.prepare(SQL.insertResource),
    insertName: database.prepare(SQL.insertName),
    updateResource: database.prepare(SQL.updateResource),
    updateName: database.prepare(SQL.updateName),
    named: database.prepare(SQL.named),
    resourcesAfter: database.prepare(SQL.resourcesAfter),
    findEntitlement: database.prepare(SQL.findEntitlement),
    putEntitlement: database.prepare(SQL.putEntitlement),
    insertGrant: database.prepare(SQL.insertGrant),
    updateGrant: database.prepare(SQL.updateGrant),
    dropGrants: database.prepare(SQL.dropGrants),
    dropEntitlements: database.prepare(SQL.dropEntitlements),
    groups: database.prepare(SQL.groups),
    groupData: database.prepare(SQL.groupData),
    dropResource: database.prepare(SQL.dropResource),
    dropName: database.prepare(SQL.dropName),
  };
}

/** The row of `findResource`, or of `resourcesAfter`. */
export function foundIn(row: SqlRow): FoundRow;
export function foundIn(row: SqlRow | undefined): FoundRow | undefined;
export function foundIn(row: SqlRow | undefined): FoundRow | undefined {
  if (row === undefined) return undefined;
  const stamp = row["stamp"] === null ? null : numberIn(row, "stamp");
  return { row: numberIn(row, "resource"), stamp };
}
