import { GovernanceError } from "../../core/errors.ts";
import type { SyncCounts } from "../../core/sync-plan.ts";
import { GROUP_TYPE, USER_TYPE } from "../../protocol/ids.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { numberIn, textIn } from "../../sqlite/rows.ts";

/** The `stats` of a run, as Baton's readers expect them. */
export interface RunStats {
  readonly resource_types: number;
  readonly resources: number;
  readonly entitlements: number;
  readonly grants: number;
  readonly resources_by_resource_type: Readonly<Record<string, number>>;
  readonly entitlements_by_resource_type: Readonly<Record<string, number>>;
  readonly grants_by_resource_type: Readonly<Record<string, number>>;
}

/**
 * Counts the rows of the working database. A run is not published when they differ from the count that was kept page by
 * page (STORE-6). The users are taken as counted: most are in no index, so the caller compares the rows that it copies with
 * `resources`.
 */
export function countRun(work: DatabaseSync, counts: SyncCounts): RunStats {
  const { users } = counts;
  const resources: Record<string, number> = {
    ...tally(work, `SELECT type, count(*) AS n FROM main.names WHERE type <> '${USER_TYPE}' GROUP BY type`),
    ...(users === 0 ? {} : { [USER_TYPE]: users }),
  };
  const entitlements = tally(work, "SELECT type, count(*) AS n FROM main.entitlements GROUP BY type");
  const grants = tally(
    work,
    `SELECT e.type, count(*) AS n FROM main.grants g JOIN main.entitlements e ON e.id = g.entitlement GROUP BY e.type`,
  );
  expectRows("groups", resources[GROUP_TYPE] ?? 0, counts.groups);
  expectRows("memberships", total(grants), counts.memberships);
  return {
    resource_types: numberIn(work.prepare("SELECT count(*) AS n FROM main.resource_types").get(), "n"),
    resources: total(resources),
    entitlements: total(entitlements),
    grants: total(grants),
    resources_by_resource_type: resources,
    entitlements_by_resource_type: entitlements,
    grants_by_resource_type: grants,
  };
}

/** Throws when two counts of the same rows differ (STORE-6). */
export function expectRows(what: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new GovernanceError(
    "internal",
    `the run holds ${found} ${what} and counted ${expected}; please report this`,
  );
}

function tally(work: DatabaseSync, sql: string): Record<string, number> {
  const rows = work.prepare(sql).all();
  return Object.fromEntries(rows.map((row) => [textIn(row, "type"), numberIn(row, "n")]));
}

function total(tallied: Record<string, number>): number {
  return Object.values(tallied).reduce((sum, n) => sum + n, 0);
}
