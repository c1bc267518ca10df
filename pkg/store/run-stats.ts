import type { DatabaseSync } from "node:sqlite";
import { GovernanceError } from "../core/errors.ts";
import { GROUP_TYPE, USER_TYPE } from "../protocol/ids.ts";
import { numberOf, textOf } from "./rows.ts";
import type { RunCounts } from "./shrink-guard.ts";

/**
 * The `stats` of a run, as the field's readers expect them, counted from the rows. What they say must be what was
 * counted page by page (F6): a run that does not add up is not published.
 */
export function statsText(work: DatabaseSync, counts: RunCounts): string {
  const resources = tally(work, "SELECT type, count(*) AS n FROM main.resources GROUP BY type");
  const entitlements = tally(work, "SELECT type, count(*) AS n FROM main.entitlements GROUP BY type");
  const grants = tally(
    work,
    `SELECT e.type, count(*) AS n FROM main.grants g JOIN main.entitlements e ON e.id = g.entitlement GROUP BY e.type`,
  );
  const rows = numberOf(work.prepare("SELECT count(*) AS n FROM main.grants").get(), "n");
  const recount: RunCounts = {
    users: resources[USER_TYPE] ?? 0,
    groups: resources[GROUP_TYPE] ?? 0,
    memberships: total(grants),
  };
  const exact = recount.users === counts.users && recount.groups === counts.groups;
  if (!exact || recount.memberships !== counts.memberships || rows !== counts.memberships) {
    throw new GovernanceError(
      "internal",
      "the rows of the run are not as many as were counted; please report this",
    );
  }
  return JSON.stringify({
    resource_types: numberOf(work.prepare("SELECT count(*) AS n FROM main.resource_types").get(), "n"),
    resources: total(resources),
    entitlements: total(entitlements),
    grants: total(grants),
    resources_by_resource_type: resources,
    entitlements_by_resource_type: entitlements,
    grants_by_resource_type: grants,
  });
}

function tally(work: DatabaseSync, sql: string): Record<string, number> {
  const rows = work.prepare(sql).all();
  return Object.fromEntries(rows.map((row) => [textOf(row, "type"), numberOf(row, "n")]));
}

function total(tallied: Record<string, number>): number {
  return Object.values(tallied).reduce((sum, n) => sum + n, 0);
}
