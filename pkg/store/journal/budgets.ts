import type { DatabaseSync } from "node:sqlite";
import type { EpochMs } from "../../core/clock.ts";
import { BUDGET_WINDOWS, BUDGETS, type Budget, type BudgetLimit } from "../../core/journal.ts";
import { numberIn } from "../rows.ts";

export interface Refusal {
  readonly refused: Budget;
  readonly freeAtMs: number;
}

/** Takes one of each budget, or none. Call it inside a write transaction. */
export function spend(
  database: DatabaseSync,
  change: string,
  limits: readonly BudgetLimit[],
  nowMs: EpochMs,
): Refusal | undefined {
  purge(database, nowMs);
  for (const { budget, limit } of limits) {
    const times = database
      .prepare("SELECT at_ms FROM spent WHERE budget = ? ORDER BY at_ms")
      .all(budget)
      .map((row) => numberIn(row, "at_ms"));
    if (times.length < limit) continue;
    // One is free again as soon as only `limit - 1` of them are within the window.
    const last = times[times.length - limit];
    return {
      refused: budget,
      freeAtMs: last === undefined ? Number.POSITIVE_INFINITY : last + BUDGET_WINDOWS[budget].ms,
    };
  }
  const insert = database.prepare("INSERT INTO spent (change, budget, at_ms) VALUES (?, ?, ?)");
  for (const { budget } of limits) insert.run(change, budget, nowMs);
  return undefined;
}

export function spent(database: DatabaseSync, budget: Budget, nowMs: EpochMs): number {
  const row = database
    .prepare("SELECT count(*) AS n FROM spent WHERE budget = ? AND at_ms > ?")
    .get(budget, nowMs - BUDGET_WINDOWS[budget].ms);
  return numberIn(row, "n");
}

/** Forgets what has left its window. Entries from the future, after the clock was set back, count from now. */
export function purge(database: DatabaseSync, nowMs: EpochMs): void {
  for (const budget of BUDGETS) {
    const { ms } = BUDGET_WINDOWS[budget];
    database.prepare("DELETE FROM spent WHERE budget = ? AND at_ms <= ?").run(budget, nowMs - ms);
    database
      .prepare("UPDATE spent SET at_ms = ?2 WHERE budget = ?1 AND at_ms > ?2 + ?3")
      .run(budget, nowMs, ms);
  }
}
