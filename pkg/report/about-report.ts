import type { PageContext } from "./sections/page-context.ts";

/** What a folder of CSV files says of itself. */
export function aboutReport(
  { overview, source, now }: Omit<PageContext, "page" | "files">,
  version: string,
): readonly (readonly [string, string | number])[] {
  const { pool, lastRun } = overview;
  return [
    ["pool_id", pool.id],
    ["pool_name", pool.name ?? ""],
    ["run", lastRun.run],
    ["sync_id", lastRun.syncId],
    ["read_from", lastRun.beganAt.toISOString()],
    ["read_until", lastRun.endedAt.toISOString()],
    ["changes_since", source.since.toISOString()],
    ["written", now.toISOString()],
    ["connector_version", version],
    ["people", overview.people],
    ["groups", overview.groups],
    ["memberships", overview.memberships],
  ];
}
