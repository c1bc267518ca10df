import type { DatabaseSync } from "../../sqlite/database.ts";

/**
 * What ANALYZE would find in a pool of a million people, of two that share the inventory: the rows of each index, and how
 * many of them each further column leaves on average. SQLite plans by it, such as to search a key whose first column the
 * query does not give. It is fixed, so that plans are the same at every size and no sync has to count.
 */
export const INDEX_STATISTICS: readonly (readonly [table: string, index: string, numbers: string])[] = [
  ["runs", "runs", "1000 500 1"],
  ["pools", "pools", "2 1"],
  ["users", "sqlite_autoindex_users_1", "1000000 500000 1 1"],
  ["users", "users_current", "1000000 1 1"],
  ["users", "users_by_email", "1000000 1 1"],
  ["users", "users_by_username", "1000000 1 1"],
  ["users", "users_by_folded_username", "1000000 1 1"],
  ["users", "users_by_folded_preferred_username", "1000000 1 1"],
  ["groups", "groups", "500 250 1 1 1"],
  ["memberships", "memberships", "2000000 1000000 4000 1 1 1"],
  ["memberships", "memberships_by_user", "2000000 2 2 2"],
  ["recorded_changes", "recorded_changes", "1000000 500000 1"],
  ["recorded_changes", "recorded_changes_by_run", "1000000 500000 1000"],
  ["recorded_changes", "recorded_changes_by_user", "1000000 500000 2"],
  ["recorded_changes", "recorded_changes_by_group", "1000000 500000 2000"],
  ["second_factors", "second_factors", "1000000 500000 1"],
  ["sign_ins", "sign_ins", "1000000 500000 1"],
];

/**
 * Writes the statistics into a new inventory, or again after its indexes were made again: SQLite forgets those of a dropped
 * one. Connections that are opened later plan by them.
 */
export function writeStatistics(database: DatabaseSync, schema = "main"): void {
  database.exec(`ANALYZE ${schema}.sqlite_schema; DELETE FROM ${schema}.sqlite_stat1`);
  const insert = database.prepare(`INSERT INTO ${schema}.sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)`);
  for (const row of INDEX_STATISTICS) insert.run(...row);
}
