import { BUDGET_WINDOWS, type BudgetStatus } from "../../../../pkg/core/journal.ts";

/** How much a limit still allows: `49 of 50 in a day`. */
export function leftText({ budget, limit, spent }: BudgetStatus): string {
  const { name } = BUDGET_WINDOWS[budget];
  return `${Math.max(0, limit - spent)} of ${limit} in ${name === "hour" ? "an hour" : "a day"}`;
}

/** The same as a line of its own. */
export function leftLine(status: BudgetStatus): string {
  return `${status.budget} left: ${leftText(status)}`;
}
