import { serviceKeepsState } from "../../../../pkg/config/build/state-directory.ts";
import type { Config } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { lockService } from "../../../../pkg/store/service-lock.ts";

/**
 * Refuses a second service of the pool: each has a limiter of its own, so two would send twice the requests a second that
 * --rate grants. Returns the function that lets another service of the pool start.
 */
export function beOnlyService(config: Config, log: Logger): () => void {
  const { stateDir, poolId } = config;
  try {
    const lock = lockService(stateDir, poolId);
    if (lock !== undefined) return () => lock.release();
  } catch (error) {
    if (serviceKeepsState(config)) throw error;
    // It may run where there is no directory to write to.
    log.warn(`cannot tell whether another service of this pool runs: ${GovernanceError.from(error).message}`);
    return () => {};
  }
  throw new GovernanceError(
    "failed-precondition",
    `another connector serve of pool ${poolId} is running with the state directory ${stateDir}; stop it first: two would send twice the requests to AWS that --rate allows`,
  );
}
