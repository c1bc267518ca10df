// How many calls may still be made. The calls of the last hour are counted in the inventory, minute by minute, so that all
// processes together keep the budget, also after one of them was killed.

import type { EpochMs } from "../../core/clock.ts";
import type { WriteSession } from "../writer.ts";

const MINUTE_MS = 60_000;
/** A minute counts whole, so a call is forgotten up to a minute late: never more than the budget in any 60 minutes. */
const WINDOW_MS = 61 * MINUTE_MS;

export interface Grant {
  /** How many calls may be made now. They are counted as made: a process that is killed gives none back. */
  readonly calls: number;
  /** When there are more, if there are none now. */
  readonly nextAtMs: EpochMs;
}

export interface BudgetRequest {
  readonly poolId: string;
  readonly perHour: number;
  readonly wanted: number;
  readonly nowMs: EpochMs;
}

/** Counts calls before they are made. */
export async function takeCalls(
  session: WriteSession,
  { poolId, perHour, wanted, nowMs }: BudgetRequest,
): Promise<Grant> {
  const from = minuteOf(nowMs - WINDOW_MS + MINUTE_MS);
  // A minute far ahead was counted before the clock was set back.
  const ahead = minuteOf(nowMs + WINDOW_MS);
  await session.run("DELETE FROM enrichment_calls WHERE pool_id = ? AND (minute < ? OR minute > ?)", [
    poolId,
    from,
    ahead,
  ]);
  const rows = await session.read(
    "SELECT minute, calls FROM enrichment_calls WHERE pool_id = ? ORDER BY minute",
    [poolId],
  );
  const used = rows.reduce((sum, [, calls]) => sum + Number(calls), 0);
  const calls = Math.max(0, Math.min(wanted, perHour - used));
  if (calls > 0) await count(session, poolId, minuteOf(nowMs), calls);
  const [oldest] = rows;
  const nextAtMs = calls > 0 || oldest === undefined ? nowMs : Date.parse(String(oldest[0])) + WINDOW_MS;
  return { calls, nextAtMs };
}

/** Gives back calls of a grant that were not made. */
export async function returnCalls(
  session: WriteSession,
  poolId: string,
  calls: number,
  grantedAtMs: EpochMs,
): Promise<void> {
  if (calls > 0) await count(session, poolId, minuteOf(grantedAtMs), -calls);
}

async function count(session: WriteSession, poolId: string, minute: string, calls: number): Promise<void> {
  await session.run(
    `INSERT INTO enrichment_calls (pool_id, minute, calls) VALUES (?, ?, ?)
     ON CONFLICT (pool_id, minute) DO UPDATE SET calls = enrichment_calls.calls + excluded.calls`,
    [poolId, minute, calls],
  );
}

function minuteOf(ms: EpochMs): string {
  return new Date(Math.floor(ms / MINUTE_MS) * MINUTE_MS).toISOString();
}
