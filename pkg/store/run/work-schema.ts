import type { WorkFormat } from "../../sqlite/work/work-file.ts";

/**
 * A smaller schema than that of the file: each row is found in one way only. `names` is the index of the resources, without
 * the users who are in memory (`run-users.ts`). It answers whether a user who is met again has changed without reading the
 * row, which may be anywhere in a gigabyte. A grant names its entitlement and its principal by row number, so its unique index is an eighth of what its id would
 * take.
 */
export const SYNC_WORK: WorkFormat = {
  // "Cgn1"
  applicationId: 0x43_67_6e_31,
  version: 8,
  tables: `
    CREATE TABLE resource_types (
      id INTEGER PRIMARY KEY,
      external_id TEXT NOT NULL UNIQUE,
      at TEXT NOT NULL,
      data BLOB NOT NULL
    );
    CREATE TABLE names (
      type TEXT NOT NULL,
      resource_id TEXT NOT NULL,
      resource INTEGER NOT NULL,
      stamp INTEGER,
      PRIMARY KEY (type, resource_id)
    ) WITHOUT ROWID;
    CREATE TABLE resources (
      id INTEGER PRIMARY KEY,
      type TEXT NOT NULL,
      resource_id TEXT NOT NULL,
      parent_type TEXT,
      parent_id TEXT,
      stamp INTEGER,
      at TEXT NOT NULL,
      data BLOB NOT NULL
    );
    CREATE TABLE entitlements (
      id INTEGER PRIMARY KEY,
      external_id TEXT NOT NULL UNIQUE,
      type TEXT NOT NULL,
      resource_id TEXT NOT NULL,
      at TEXT NOT NULL,
      data BLOB NOT NULL
    );
    CREATE TABLE grants (
      id INTEGER PRIMARY KEY,
      entitlement INTEGER NOT NULL,
      principal INTEGER NOT NULL,
      principal_type TEXT NOT NULL,
      principal_id TEXT NOT NULL,
      at TEXT NOT NULL,
      data BLOB NOT NULL,
      UNIQUE (entitlement, principal)
    );`,
};
