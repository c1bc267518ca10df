import { WHOLE_POOL } from "../../../core/sync-scope.ts";
import type { CompleteRun } from "../../../sync/target.ts";
import { storedTime } from "../../stored-time.ts";
import type { PostgresSession } from "../session.ts";

const READING = { doing: "read the runs of" };

export async function newestRunOf(
  session: PostgresSession,
  poolId: string,
): Promise<CompleteRun | undefined> {
  const { rows } = await session.run(
    `SELECT sync_id, began_at, ended_at, users, groups, memberships FROM runs
     WHERE pool_id = $1 ORDER BY run DESC LIMIT 1`,
    [poolId],
    READING,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const [id, began, ended, users, groups, memberships] = row;
  return {
    id: String(id),
    startedAt: storedTime(began, "began_at"),
    endedAt: storedTime(ended, "ended_at"),
    scope: WHOLE_POOL,
    counts: { users: Number(users), groups: Number(groups), memberships: Number(memberships) },
  };
}

/** How many members each group has in the newest run; 0 when unknown. */
export async function membersIn(
  session: PostgresSession,
  poolId: string,
  groups: readonly string[],
): Promise<readonly number[]> {
  const { rows } = await session.run(
    `SELECT group_name, count(*) FROM memberships
     WHERE pool_id = $1 AND group_name = ANY ($2) AND to_run IS NULL GROUP BY group_name`,
    [poolId, groups],
    READING,
  );
  const counts = new Map(rows.map(([group, count]) => [String(group), Number(count)]));
  return groups.map((group) => counts.get(group) ?? 0);
}
