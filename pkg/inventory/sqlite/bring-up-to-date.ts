import type { EpochClock } from "../../core/clock.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { numberIn } from "../../sqlite/rows.ts";
import { INVENTORY_MIGRATIONS, type InventoryMigration } from "../schema/ddl.ts";
import { writeStatistics } from "./statistics.ts";

/**
 * Brings an inventory of an earlier version to the newest one, in one transaction: its readers see the one or the other. The
 * caller holds the lock of the target, and knows that the version is not a newer one.
 */
export function bringUpToDate(
  database: DatabaseSync,
  now: EpochClock,
  migrations: readonly InventoryMigration[] = INVENTORY_MIGRATIONS,
): void {
  const version = numberIn(database.prepare("PRAGMA user_version").get(), "user_version");
  const steps = migrations.filter((one) => one.version > version);
  if (steps.length === 0) return;
  database.exec("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
  try {
    const record = database.prepare("INSERT INTO schema_migrations (version, applied_at) VALUES (?, ?)");
    for (const step of steps) {
      for (const statement of step.statements("sqlite")) database.exec(statement);
      record.run(step.version, new Date(now()).toISOString());
      database.exec(`PRAGMA user_version = ${step.version}`);
    }
    // SQLite has none of an index that was made now, and forgets those of a dropped one.
    writeStatistics(database);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
