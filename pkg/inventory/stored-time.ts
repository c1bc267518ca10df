import { GovernanceError } from "../core/errors.ts";

/** A time as a reader hands it out. Another program may have written something else. */
export function storedTime(cell: unknown, column: string): Date {
  const time = new Date(String(cell));
  if (!Number.isNaN(time.getTime())) return time;
  throw new GovernanceError("data-loss", `the inventory is damaged: ${column} holds no time`);
}
