import type { SqlValue } from "../../pkg/inventory/reader.ts";
import { INVENTORY_VERSION } from "../../pkg/inventory/schema/ddl.ts";
import type { InventoryEngine, TableDefinition } from "../../pkg/inventory/schema/definition.ts";
import { INVENTORY_TABLES } from "../../pkg/inventory/schema/tables.ts";
import { sqliteValue } from "../../pkg/inventory/sqlite/cells.ts";
import { createInventoryFile } from "../../pkg/inventory/sqlite/inventory-file.ts";
import {
  at,
  enrichmentCalls,
  enrichments,
  type FixtureRow,
  type FixtureValue,
  groups,
  memberships,
  OTHER_POOL,
  POOL,
  READ,
  RUN_TIMES,
  recordedChanges,
  secondFactors,
  signIns,
  users,
} from "./inventory-rows.ts";

export { OTHER_POOL, POOL, RUN_TIMES, subOf } from "./inventory-rows.ts";

const isIn = (row: FixtureRow, pool: string, run: number): boolean =>
  row["pool_id"] === pool &&
  Number(row["from_run"]) <= run &&
  (row["to_run"] === null || Number(row["to_run"]) > run);

function runRow(pool: string, run: number): FixtureRow {
  const times = RUN_TIMES[run - 1] ?? RUN_TIMES[0];
  const count = (rows: readonly FixtureRow[]): number => rows.filter((row) => isIn(row, pool, run)).length;
  return {
    pool_id: pool,
    run,
    sync_id: `3MQ1VqVfNWcserrPtRDPDx6Y${pool === POOL ? "a" : "b"}${String(run).padStart(2, "0")}`,
    began_at: times.beganAt,
    ended_at: times.endedAt,
    users: count(users),
    groups: count(groups),
    memberships: count(memberships),
    changes: recordedChanges.filter((row) => row["pool_id"] === pool && row["run"] === run).length,
    // The audit log of the third run's interval was not whole.
    origins_known: run !== 3,
  };
}

function poolRow(pool: string, name: string | null): FixtureRow {
  return {
    pool_id: pool,
    name,
    arn: name === null ? null : `arn:aws:cognito-idp:${pool.split("_")[0]}:111122223333:userpool/${pool}`,
    region: pool.split("_")[0] ?? "",
    tier: name === null ? null : "ESSENTIALS",
    mfa: name === null ? null : "OPTIONAL",
    estimated_users: name === null ? null : 13,
    created_at: name === null ? null : at("2026-08-01T00:00:00.000"),
    read_at: READ,
  };
}

/** The rows of each table. */
export const INVENTORY_ROWS: Readonly<Record<string, readonly FixtureRow[]>> = {
  runs: [...[1, 2, 3, 4].map((run) => runRow(POOL, run)), runRow(OTHER_POOL, 1)],
  pools: [poolRow(POOL, "customers"), poolRow(OTHER_POOL, null)],
  users,
  groups,
  memberships,
  recorded_changes: recordedChanges,
  second_factors: secondFactors,
  sign_ins: signIns,
  enrichments,
  enrichment_calls: enrichmentCalls,
  schema_migrations: [{ version: INVENTORY_VERSION, applied_at: at("2026-10-01T01:59:00.000") }],
};

interface Insert {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** The rows as INSERT statements of one engine, whose parameters are `?` or `$1`. `schema_migrations` is left to the schema. */
export function inventoryInserts(engine: InventoryEngine): readonly Insert[] {
  return INVENTORY_TABLES.filter(({ name }) => name !== "schema_migrations").flatMap((table) =>
    (INVENTORY_ROWS[table.name] ?? []).map((row) => insertOf(table, row, engine)),
  );
}

function insertOf({ name, columns }: TableDefinition, row: FixtureRow, engine: InventoryEngine): Insert {
  const places = columns.map((_, i) => (engine === "postgres" ? `$${i + 1}` : "?"));
  return {
    sql: `INSERT INTO ${name} (${columns.map((column) => column.name).join(", ")}) VALUES (${places.join(", ")})`,
    parameters: columns.map((column) => parameterOf(row[column.name] ?? null, column.type === "json")),
  };
}

function parameterOf(value: FixtureValue, isJson: boolean): SqlValue {
  if (isJson) return JSON.stringify(value);
  if (value instanceof Date || value === null || typeof value !== "object") return value;
  throw new TypeError("only a column of JSON holds an object");
}

/** Makes the inventory as a file of SQLite. */
export function createInventoryFixture(path: string): void {
  const database = createInventoryFile(path, () => RUN_TIMES[0].beganAt.getTime());
  try {
    database.exec("BEGIN");
    for (const { sql, parameters } of inventoryInserts("sqlite")) {
      database.prepare(sql).run(...parameters.map(sqliteValue));
    }
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}
