import { ORIGIN_COUNTS, type OriginCounts, originsOf } from "./overview.ts";
import { periodsBetween } from "./periods.ts";
import { askAll, askRows, type ReportSource } from "./rows.ts";

export interface StateCount {
  /** As Cognito sent it. */
  readonly status: string;
  readonly enabled: number;
  readonly disabled: number;
}

/** The accounts by UserStatus, most first. */
export async function peopleByState(source: ReportSource): Promise<readonly StateCount[]> {
  const rows = await askAll(source, {
    sql: `
      SELECT status, count(*) FILTER (WHERE enabled) AS enabled_now, count(*) FILTER (WHERE NOT enabled) AS disabled_now
      FROM current_users WHERE pool_id = ? GROUP BY status ORDER BY count(*) DESC, status`,
    parameters: [source.poolId],
  });
  return rows.map((row) => ({
    status: row.text("status"),
    enabled: row.number("enabled_now"),
    disabled: row.number("disabled_now"),
  }));
}

const KINDS = {
  created: ["user_created"],
  deleted: ["user_deleted"],
  enabled: ["user_enabled"],
  disabled: ["user_disabled"],
  changed: ["user_changed"],
  added: ["membership_added"],
  removed: ["membership_removed"],
  group_changes: ["group_created", "group_deleted", "group_recreated", "group_changed"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ChangeCount = keyof typeof KINDS;

export const CHANGE_COUNTS: readonly ChangeCount[] = [
  "created",
  "deleted",
  "enabled",
  "disabled",
  "changed",
  "added",
  "removed",
  "group_changes",
];

/** Changes of one day, week, month or year: they count on the day of the run that found them. */
export interface ChangePeriod {
  readonly from: Date;
  readonly label: string;
  readonly counts: Readonly<Record<ChangeCount, number>>;
}

/** The changes from `source.since` on, or from the first run on if that is later, in periods without a gap. */
export async function changesOverTime(
  source: ReportSource,
  { begin, until }: { readonly begin: Date; readonly until: Date },
): Promise<readonly ChangePeriod[]> {
  const periods = periodsBetween(begin, until).map((period) => ({ ...period, counts: noChanges() }));
  const { rows } = await askRows(source, {
    sql: `
      SELECT r.ended_at, ${CHANGE_COUNTS.map(countSql).join(", ")}
      FROM runs r JOIN recorded_changes c ON c.pool_id = r.pool_id AND c.run = r.run
      WHERE r.pool_id = ? AND r.ended_at >= ? GROUP BY r.run, r.ended_at ORDER BY r.run`,
    parameters: [source.poolId, source.since],
  });
  for await (const row of rows) {
    const at = row.time("ended_at").getTime();
    // A clock set back may have put a run before the beginning or after the end.
    const period = periods.find(({ to }) => at < to.getTime()) ?? periods.at(-1);
    if (period === undefined) continue;
    for (const count of CHANGE_COUNTS) period.counts[count] += row.number(count);
  }
  return periods;
}

function noChanges(): Record<ChangeCount, number> {
  return {
    created: 0,
    deleted: 0,
    enabled: 0,
    disabled: 0,
    changed: 0,
    added: 0,
    removed: 0,
    group_changes: 0,
  };
}

function countSql(count: ChangeCount): string {
  const kinds = KINDS[count].map((kind) => `'${kind}'`).join(", ");
  return `count(*) FILTER (WHERE c.kind IN (${kinds})) AS ${count}`;
}

export interface KindCount {
  readonly kind: string;
  readonly origins: OriginCounts;
}

export async function changesByKind(source: ReportSource): Promise<readonly KindCount[]> {
  const rows = await askAll(source, {
    sql: `
      SELECT c.kind, ${ORIGIN_COUNTS}
      FROM changes c WHERE c.pool_id = ? AND c.before >= ? GROUP BY c.kind ORDER BY count(*) DESC, c.kind`,
    parameters: [source.poolId, source.since],
  });
  return rows.map((row) => ({ kind: row.text("kind"), origins: originsOf(row) }));
}

export interface RequesterCount {
  readonly requestedBy: string;
  readonly changes: number;
}

/** Those who asked the connector for most changes, most first. */
export async function changesByRequester(
  source: ReportSource,
  most: number,
): Promise<readonly RequesterCount[]> {
  const rows = await askAll(source, {
    sql: `
      SELECT c.requested_by, count(*) AS changes FROM changes c
      WHERE c.pool_id = ? AND c.before >= ? AND c.requested_by IS NOT NULL
      GROUP BY c.requested_by ORDER BY count(*) DESC, c.requested_by LIMIT ?`,
    parameters: [source.poolId, source.since, most],
  });
  return rows.map((row) => ({
    requestedBy: row.text("requested_by"),
    changes: row.number("changes"),
  }));
}
