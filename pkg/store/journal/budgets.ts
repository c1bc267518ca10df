import type { BootClock, EpochMs, MonotonicMs } from "../../core/clock.ts";
import { BUDGET_WINDOWS, BUDGETS, type Budget, type BudgetLimit } from "../../core/journal.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { numberIn } from "../../sqlite/rows.ts";

export interface Refusal {
  readonly refused: Budget;
  readonly freeAtMs: number;
}

/** One moment, by the date and by the time since the machine was started. */
export interface Moment {
  readonly nowMs: EpochMs;
  readonly boot: string;
  readonly upMs: MonotonicMs;
}

export function momentOf(nowMs: EpochMs, { boot, upMs }: BootClock): Moment {
  return { nowMs, boot, upMs: Math.floor(upMs()) };
}

/** Takes one of each budget, or none. Call it inside a write transaction. */
export function spend(
  database: DatabaseSync,
  change: string,
  limits: readonly BudgetLimit[],
  moment: Moment,
): Refusal | undefined {
  purge(database, moment);
  const { nowMs, boot, upMs } = moment;
  for (const { budget, limit } of limits) {
    const times = database
      .prepare("SELECT up_ms FROM spent WHERE budget = ? ORDER BY up_ms")
      .all(budget)
      .map((row) => numberIn(row, "up_ms"));
    if (times.length < limit) continue;
    // One is free again as soon as only `limit - 1` of them are within the window.
    const last = times[times.length - limit];
    return {
      refused: budget,
      freeAtMs:
        last === undefined ? Number.POSITIVE_INFINITY : nowMs + last + BUDGET_WINDOWS[budget].ms - upMs,
    };
  }
  const insert = database.prepare(
    "INSERT INTO spent (change, budget, at_ms, boot, up_ms) VALUES (?, ?, ?, ?, ?)",
  );
  for (const { budget } of limits) insert.run(change, budget, nowMs, boot, upMs);
  return undefined;
}

export function spent(database: DatabaseSync, budget: Budget, { nowMs, boot, upMs }: Moment): number {
  const { ms } = BUDGET_WINDOWS[budget];
  const row = database
    .prepare(
      `SELECT count(*) AS n FROM spent WHERE budget = ?
       AND CASE WHEN boot = ? AND up_ms <= ? THEN up_ms > ? ELSE at_ms > ? END`,
    )
    .get(budget, boot, upMs, upMs - ms, nowMs - ms);
  return numberIn(row, "n");
}

/** Forgets what has left its window (JOURNAL-7). */
export function purge(database: DatabaseSync, { nowMs, boot, upMs }: Moment): void {
  // How long ago a row of an earlier start of the machine is, its date alone says. It is asked once: from then on the row
  // counts by the time since this start. A date in the future, after the clock was set back, is taken for now.
  database
    .prepare("UPDATE spent SET boot = ?1, up_ms = ?2 - max(0, ?3 - at_ms) WHERE boot <> ?1 OR up_ms > ?2")
    .run(boot, upMs, nowMs);
  for (const budget of BUDGETS) {
    database
      .prepare("DELETE FROM spent WHERE budget = ? AND up_ms <= ?")
      .run(budget, upMs - BUDGET_WINDOWS[budget].ms);
  }
}
