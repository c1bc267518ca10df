import { GovernanceError } from "../core/errors.ts";
import type { Budget, BudgetStatus } from "../core/journal.ts";
import { SETTING_OF_BUDGET } from "../provision/provisioning-policy.ts";
import type { BatchPlan, PlannedRow } from "./batch.ts";

export interface BatchLimits {
  /** The most changes of one file. */
  readonly maxChanges: number;
  /** The largest share of the users of the pool that a file may disable, delete or take out of groups, from 0 to 100. */
  readonly maxPercent: number;
  readonly ceilings: readonly BudgetStatus[];
  readonly estimatedUsers: number;
}

/** Throws when the file changes more than is allowed for one file. The message names the setting that lifts the limit. */
export function guardBatch(plan: BatchPlan, limits: BatchLimits): void {
  const changes = plan.rows.filter(({ state }) => state === "planned");
  if (changes.length > limits.maxChanges) {
    throw refusal(
      `the file makes ${changes.length} changes, and ${limits.maxChanges} are allowed; --max-changes ${changes.length} allows them`,
    );
  }
  guardShare(changes, limits);
  for (const ceiling of limits.ceilings) guardCeiling(changes, ceiling);
}

const TAKES_AWAY: ReadonlySet<string> = new Set(["revoke", "disable", "delete"]);

function guardShare(changes: readonly PlannedRow[], { maxPercent, estimatedUsers }: BatchLimits): void {
  const losing = new Set(
    changes.filter(({ row }) => TAKES_AWAY.has(row.change.action)).map(({ user, row }) => user ?? row.line),
  );
  const users = Math.max(estimatedUsers, 1);
  // A share of less than one user still allows one.
  const allowed = maxPercent === 0 ? 0 : Math.max(1, Math.floor((users * maxPercent) / 100));
  if (losing.size <= allowed) return;
  const percent = Math.min(100, Math.ceil((losing.size * 100) / users));
  throw refusal(
    `the file takes access away from ${losing.size} of about ${users} users, and ${maxPercent} percent are allowed; --max-percent ${percent} allows it`,
  );
}

function guardCeiling(changes: readonly PlannedRow[], { budget, limit, spent }: BudgetStatus): void {
  const needed = changes.filter((row) => needs(row, budget)).length;
  if (needed === 0 || spent + needed <= limit) return;
  throw refusal(
    `the file needs ${needed} ${budget}, and ${Math.max(0, limit - spent)} are left of the limit of ${limit}; split the file, wait, or set ${SETTING_OF_BUDGET[budget]} to ${spent + needed}`,
  );
}

function needs({ row: { change }, steps }: PlannedRow, budget: Budget): boolean {
  switch (budget) {
    case "deletions":
      return steps.includes("AdminDeleteUser");
    case "disables":
      return steps.includes("AdminDisableUser");
    case "invitations":
      return change.action === "create" && change.invite && steps.includes("AdminCreateUser");
  }
}

function refusal(message: string): GovernanceError {
  return new GovernanceError("refused-by-guard", `${message}; nothing was changed`);
}
