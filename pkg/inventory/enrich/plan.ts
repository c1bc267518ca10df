// Which facts are read next. One pass over the current accounts: they are streamed, and only the plan is in memory.

import { type EpochMs, isAhead } from "../../core/clock.ts";
import type { UserFact } from "../../core/user-facts.ts";
import type { InventoryReader, SqlCell } from "../reader.ts";

/** One reading that is due. */
export interface DueReading {
  readonly fact: UserFact;
  readonly sub: string;
  readonly username: string;
  /** By the clock of AWS; ISO text. */
  readonly modifiedAt: string;
  /** Changed since the last reading, then never read, then the oldest knowledge. */
  readonly why: Why;
  /** ISO text; "" if it was never read. */
  readonly readAt: string;
}

const WHYS = ["changed", "never-read", "old"] as const;

type Why = (typeof WHYS)[number];

/** No account is read again sooner, unless it has changed: a small pool would else be read all day. */
const FRESH_MS = 24 * 60 * 60_000;

export interface ReadingPlan {
  readonly poolId: string;
  readonly facts: readonly UserFact[];
  readonly nowMs: EpochMs;
  /** The plan has no more than these. */
  readonly limit: number;
  /** Readings that are not tried again now. */
  readonly isPassedOver: (due: Pick<DueReading, "fact" | "sub">) => boolean;
}

const ACCOUNTS = `
  SELECT u.sub, u.username, u.modified_at, f.read_at, s.read_at
  FROM users u
  LEFT JOIN second_factors f ON f.pool_id = u.pool_id AND f.sub = u.sub
  LEFT JOIN sign_ins s ON s.pool_id = u.pool_id AND s.sub = u.sub
  WHERE u.pool_id = ? AND u.to_run IS NULL`;

/** The most urgent readings, in the order in which they are made: the same for the same inventory and time. */
export async function planReadings(
  reader: Pick<InventoryReader, "query">,
  options: ReadingPlan,
  signal: AbortSignal,
): Promise<readonly DueReading[]> {
  const { poolId, facts, limit, isPassedOver } = options;
  const oldest = new Date(options.nowMs - FRESH_MS).toISOString();
  let plan: DueReading[] = [];
  const { rows } = await reader.query(ACCOUNTS, [poolId], { signal });
  for await (const row of rows) {
    for (const fact of facts) {
      const due = dueReading(row, fact, { oldest, nowMs: options.nowMs });
      if (due !== undefined && !isPassedOver(due)) plan.push(due);
    }
    if (plan.length >= 4 * limit + 256) plan = mostUrgent(plan, limit);
  }
  return mostUrgent(plan, limit);
}

function dueReading(
  row: readonly SqlCell[],
  fact: UserFact,
  { oldest, nowMs }: { readonly oldest: string; readonly nowMs: EpochMs },
): DueReading | undefined {
  const [sub, username, modifiedAt, factorsReadAt, signInsReadAt] = row.map((cell) => String(cell ?? ""));
  if (sub === undefined || username === undefined || modifiedAt === undefined) return undefined;
  const readAt = (fact === "mfa" ? factorsReadAt : signInsReadAt) ?? "";
  const why = readAt === "" ? "never-read" : modifiedAt > readAt ? "changed" : "old";
  if (why === "old" && readAt >= oldest && !isAhead(Date.parse(readAt), nowMs)) return undefined;
  return { fact, sub, username, modifiedAt, why, readAt };
}

function mostUrgent(plan: readonly DueReading[], limit: number): DueReading[] {
  return plan.toSorted(inOrder).slice(0, limit);
}

function inOrder(a: DueReading, b: DueReading): number {
  return (
    WHYS.indexOf(a.why) - WHYS.indexOf(b.why) ||
    byText(a.readAt, b.readAt) ||
    byText(a.sub, b.sub) ||
    byText(a.fact, b.fact)
  );
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
