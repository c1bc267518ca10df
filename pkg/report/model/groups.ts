import type { GroupKey } from "./listings.ts";
import { askRows, type ReportSource } from "./rows.ts";

export interface ReportedGroup extends GroupKey {
  readonly description: string | undefined;
  readonly precedence: number | undefined;
  readonly roleArn: string | undefined;
  readonly signInProvider: string | undefined;
  readonly members: number;
  readonly disabledMembers: number;
}

/** All groups, those with an IAM role first. A pool has at most 10,000, so they may be in memory. */
export async function readGroups(source: ReportSource): Promise<readonly ReportedGroup[]> {
  const { rows } = await askRows(source, {
    sql: `
      SELECT g.name, g.created_at, g.description, g.precedence, g.role_arn, g.sign_in_provider,
        count(m.sub) AS members, count(*) FILTER (WHERE NOT m.enabled) AS disabled_members
      FROM current_groups g
      LEFT JOIN current_memberships m ON m.pool_id = g.pool_id AND m.group_name = g.name
        AND m.group_created_at = g.created_at
      WHERE g.pool_id = ?
      GROUP BY g.name, g.created_at, g.description, g.precedence, g.role_arn, g.sign_in_provider
      ORDER BY CASE WHEN g.role_arn IS NULL THEN 1 ELSE 0 END, g.name, g.created_at`,
    parameters: [source.poolId],
  });
  const groups: ReportedGroup[] = [];
  for await (const row of rows) {
    groups.push({
      name: row.text("name"),
      createdAt: row.time("created_at"),
      description: row.optionalText("description"),
      precedence: row.optionalNumber("precedence"),
      roleArn: row.optionalText("role_arn"),
      signInProvider: row.optionalText("sign_in_provider"),
      members: row.number("members"),
      disabledMembers: row.number("disabled_members"),
    });
  }
  return groups;
}

export interface SizeCount {
  readonly label: string;
  readonly groups: number;
}

/** The smallest number of members of each class. */
const SIZES = [0, 1, 5, 20, 100, 500, 1000, 10_000, 100_000] as const;
const NUMBER = new Intl.NumberFormat("en");

/** Groups by the number of their members, from no members to the class of the largest group. */
export function groupsBySize(groups: readonly ReportedGroup[]): readonly SizeCount[] {
  const counts = SIZES.map(() => 0);
  for (const { members } of groups) {
    const size = SIZES.findLastIndex((least) => members >= least);
    counts[size] = (counts[size] ?? 0) + 1;
  }
  const largest = counts.findLastIndex((count) => count > 0);
  return counts.slice(0, largest + 1).map((count, i) => ({ label: sizeLabel(i), groups: count }));
}

function sizeLabel(size: number): string {
  const least = SIZES[size] ?? 0;
  const next = SIZES[size + 1];
  if (least === 0) return "no members";
  return next === undefined
    ? `${NUMBER.format(least)} and more`
    : `${NUMBER.format(least)} to ${NUMBER.format(next - 1)}`;
}
