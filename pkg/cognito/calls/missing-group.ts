import type { Directory } from "../../core/directory.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Operation } from "../../core/operations.ts";

type PoolWitness = Pick<Directory, "describePool" | "listGroups">;

/**
 * Cognito answers ResourceNotFoundException for a missing group and for a missing pool alike. So the pool itself is
 * asked for: if it is there, the group is gone. A pool that is missing must never read as one group less (D9).
 */
export async function groupOrPool<T>(
  operation: Operation,
  witness: PoolWitness,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GovernanceError) || error.reason !== "pool-missing") throw error;
    await assertPool(witness, signal);
    const { requestId } = error;
    const id = requestId === undefined ? "" : `, request id ${requestId}`;
    throw new GovernanceError(
      "not-found",
      `${operation}: there is no such group in the pool (ResourceNotFoundException${id})`,
      { reason: "group-gone", ...(requestId === undefined ? {} : { requestId }) },
    );
  }
}

async function assertPool(witness: PoolWitness, signal: AbortSignal): Promise<void> {
  try {
    await witness.describePool(signal);
  } catch (error) {
    if (!(error instanceof GovernanceError) || error.code !== "permission-denied") throw error;
    await witness.listGroups({ limit: 1 }, signal);
  }
}
