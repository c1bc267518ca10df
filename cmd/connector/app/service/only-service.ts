import type { Config } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { lockService } from "../../../../pkg/store/service-lock.ts";

/**
 * Refuses a second service of the pool: each has a limiter of its own, so two would send twice the requests a second that
 * --rate grants. Returns what gives the pool free again.
 */
export function beOnlyService(
  { stateDir, poolId, provisioning, schedule, platform }: Config,
  log: Logger,
): () => void {
  const keepsState = provisioning.enabled || schedule !== undefined || platform !== undefined;
  try {
    const lock = lockService(stateDir, poolId);
    if (lock !== undefined) return () => lock.release();
  } catch (error) {
    if (keepsState) throw error;
    // A service that only answers reads needs no directory, and may run where there is none to write to.
    log.warn(`cannot tell whether another service of this pool runs: ${GovernanceError.from(error).message}`);
    return () => {};
  }
  throw new GovernanceError(
    "failed-precondition",
    `another connector serve of pool ${poolId} is running with the state directory ${stateDir}; stop it first: two would send twice the requests to AWS that --rate allows`,
  );
}
