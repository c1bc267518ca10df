import type { DatabaseSync } from "node:sqlite";
import type { EpochMs } from "../../core/clock.ts";
import type { Budget, BudgetLimit } from "../../core/journal.ts";
import { numberIn } from "../rows.ts";

/** Budgets are counted over the last hour (JOURNAL-7). */
const BUDGET_WINDOW_MS = 3_600_000;

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
    // One is free again as soon as only `limit - 1` of them are within the hour.
    const last = times[times.length - limit];
    return {
      refused: budget,
      freeAtMs: last === undefined ? Number.POSITIVE_INFINITY : last + BUDGET_WINDOW_MS,
    };
  }
  const insert = database.prepare("INSERT INTO spent (change, budget, at_ms) VALUES (?, ?, ?)");
  for (const { budget } of limits) insert.run(change, budget, nowMs);
  return undefined;
}

export function spent(database: DatabaseSync, budget: Budget, nowMs: EpochMs): number {
  const row = database
    .prepare("SELECT count(*) AS n FROM spent WHERE budget = ? AND at_ms > ?")
    .get(budget, nowMs - BUDGET_WINDOW_MS);
  return numberIn(row, "n");
}

/** Forgets what is older than an hour. Entries from the future, after the clock was set back, count from now. */
export function purge(database: DatabaseSync, nowMs: EpochMs): void {
  database.prepare("DELETE FROM spent WHERE at_ms <= ?").run(nowMs - BUDGET_WINDOW_MS);
  database.prepare("UPDATE spent SET at_ms = ?1 WHERE at_ms > ?1 + ?2").run(nowMs, BUDGET_WINDOW_MS);
}
