import { CLOCKS_DIFFER_MS, type EpochMs, isAhead } from "../../core/clock.ts";
import { USER_FACTS, type UserFact } from "../../core/user-facts.ts";
import type { WriteSession } from "../writer.ts";
import { TABLE_OF } from "./facts.ts";

/** How long a fact that the pool does not have is not asked for. */
const OFF_MS = 24 * 60 * 60_000;

/** What the inventory knows of a pool before its accounts are read. */
export interface PoolState {
  /** The newest published run; 0 if there is none. */
  readonly run: number;
  /** When it began. 0 where its time is still to come: how long ago the accounts were listed is then not known. */
  readonly beganAtMs: EpochMs;
  readonly tier: string | null;
  /** The facts that the pool did not have a short time ago. */
  readonly off: ReadonlySet<UserFact>;
  /** The facts that it did not have longer ago, or with another plan: they are asked for again. */
  readonly askedAgain: ReadonlySet<UserFact>;
}

export async function readPoolState(
  session: WriteSession,
  poolId: string,
  nowMs: EpochMs,
): Promise<PoolState> {
  const newest = "SELECT run, began_at FROM runs WHERE pool_id = ? ORDER BY run DESC LIMIT 1";
  const [[run = 0, began = ""] = []] = await session.read(newest, [poolId]);
  const beganAtMs = Date.parse(String(began));
  const [[tier = null] = []] = await session.read("SELECT tier FROM pools WHERE pool_id = ?", [poolId]);
  const rows = await session.read(
    "SELECT fact, off_since, off_tier FROM enrichments WHERE pool_id = ? AND off_since IS NOT NULL",
    [poolId],
  );
  const off = new Set<UserFact>();
  const askedAgain = new Set<UserFact>();
  for (const [name, since, offTier] of rows) {
    const fact = USER_FACTS.find((one) => one === name);
    if (fact === undefined) continue;
    const sinceMs = Date.parse(String(since));
    const isRecent = offTier === tier && nowMs - sinceMs < OFF_MS && !isAhead(sinceMs, nowMs);
    (isRecent ? off : askedAgain).add(fact);
  }
  const isKnown = beganAtMs <= nowMs + CLOCKS_DIFFER_MS;
  return {
    run: Number(run),
    beganAtMs: isKnown ? beganAtMs : 0,
    tier: tier === null ? null : String(tier),
    off,
    askedAgain,
  };
}

/** The pool does not have the fact, or has it again (`sinceMs` undefined). */
export async function recordOff(
  session: WriteSession,
  poolId: string,
  fact: UserFact,
  sinceMs: EpochMs | undefined,
  tier: string | null,
): Promise<void> {
  const since = sinceMs === undefined ? null : new Date(sinceMs).toISOString();
  await session.run(
    `INSERT INTO enrichments (pool_id, fact, off_since, off_tier, swept_run) VALUES (?, ?, ?, ?, 0)
     ON CONFLICT (pool_id, fact) DO UPDATE SET off_since = excluded.off_since, off_tier = excluded.off_tier`,
    [poolId, fact, since, since === null ? null : tier],
  );
}

/** Removes what is known of accounts that runs since the last time found deleted. */
export async function sweepDeleted(
  session: WriteSession,
  poolId: string,
  fact: UserFact,
  run: number,
): Promise<void> {
  const [[swept = 0] = []] = await session.read(
    "SELECT swept_run FROM enrichments WHERE pool_id = ? AND fact = ?",
    [poolId, fact],
  );
  if (Number(swept) >= run) return;
  await session.run(
    `DELETE FROM ${TABLE_OF[fact]} WHERE pool_id = ? AND sub IN (
       SELECT sub FROM recorded_changes WHERE pool_id = ? AND run > ? AND kind = 'user_deleted')`,
    [poolId, poolId, Number(swept)],
  );
  await session.run(
    `INSERT INTO enrichments (pool_id, fact, off_since, off_tier, swept_run) VALUES (?, ?, NULL, NULL, ?)
     ON CONFLICT (pool_id, fact) DO UPDATE SET swept_run = excluded.swept_run`,
    [poolId, fact, run],
  );
}
