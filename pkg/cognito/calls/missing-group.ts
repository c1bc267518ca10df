import type { Directory } from "../../core/directory.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Operation } from "../../core/operations.ts";
import type { RefineFailure } from "./call.ts";

type PoolReader = Pick<Directory, "describePool" | "listGroups">;

/**
 * Cognito answers ResourceNotFoundException for a missing group and for a missing pool alike. So this reads the pool: if
 * it is there, the group is gone. A missing pool must never be read as one group less (D9).
 */
export function refineMissingGroup(
  operation: Operation,
  pool: PoolReader,
  signal: AbortSignal,
): RefineFailure {
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GovernanceError) || error.reason !== "pool-missing") throw error;
      await assertPoolExists(pool, signal);
      const { requestId } = error;
      const id = requestId === undefined ? "" : `, request id ${requestId}`;
      throw new GovernanceError(
        "not-found",
        `${operation}: there is no such group in the pool (ResourceNotFoundException${id})`,
        { reason: "group-gone", ...(requestId === undefined ? {} : { requestId }) },
      );
    }
  };
}

async function assertPoolExists(pool: PoolReader, signal: AbortSignal): Promise<void> {
  try {
    await pool.describePool(signal);
  } catch (error) {
    if (!(error instanceof GovernanceError) || error.code !== "permission-denied") throw error;
    await pool.listGroups({ limit: 1 }, signal);
  }
}
