import { GovernanceError } from "../core/errors.ts";
import type { SyncCounts } from "../core/sync-plan.ts";

const KINDS = ["users", "groups", "memberships"] as const;

/**
 * The refusal of a run that lost more than half of anything (D12, STORE-7), or undefined. The platform removes what
 * it no longer sees, and a loss of half is more likely a wrong pool or a missing permission than the truth.
 */
export function shrinkRefusal(
  file: string,
  before: SyncCounts,
  after: SyncCounts,
): GovernanceError | undefined {
  const lost = KINDS.filter((kind) => after[kind] * 2 < before[kind]);
  if (lost.length === 0) return undefined;
  const numbers = lost.map((kind) => `${kind} ${before[kind]} -> ${after[kind]}`).join(", ");
  return new GovernanceError(
    "refused-by-guard",
    `${file} was left as it is: more than half would be lost (${numbers}); if that is true, sync again with ` +
      "--accept-shrink, which publishes this run without reading it again",
  );
}
