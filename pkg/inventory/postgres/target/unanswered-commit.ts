// A connection that is cut while it waits for the answer to COMMIT: the server may have published the run.

import type { GovernanceError } from "../../../core/errors.ts";
import type { PostgresAccess } from "../connection/access.ts";
import { openSession, type PostgresSession, type SessionOptions } from "../session.ts";
import { MERGING } from "./merge-in-postgres.ts";
import { lockPool } from "./pool-lock.ts";

const ASKING_MS = 30_000;
const LIMITS: SessionOptions = { statementTimeoutMs: ASKING_MS, idleTransactionMs: ASKING_MS };
const ASKING = { doing: "look for the run in" };

/**
 * Resolves if the run is published. Rejects with `failure` if it is not, and otherwise says that it may be. The server is asked
 * over another connection, once the one that was cut has left the lock of the pool: until then it may still commit.
 */
export async function requirePublished(
  access: PostgresAccess,
  { name, poolId, syncId, failure }: UnansweredCommit,
): Promise<void> {
  const isPublished = await ask(access, poolId, syncId).catch(() => undefined);
  if (isPublished === true) return;
  if (isPublished === false) throw failure;
  throw failure.with({
    message: `cannot ${MERGING.doing} ${name}: the connection was cut before the server said whether it has; it may be published: run it again`,
  });
}

export interface UnansweredCommit {
  /** Of the inventory, in messages. */
  readonly name: string;
  readonly poolId: string;
  readonly syncId: string;
  /** Of the COMMIT. */
  readonly failure: GovernanceError;
}

async function ask(access: PostgresAccess, poolId: string, syncId: string): Promise<boolean> {
  const signal = AbortSignal.timeout(ASKING_MS);
  const session = await openSession(access, LIMITS, signal);
  try {
    await lockPool(session, poolId, signal);
    return await hasRun(session, poolId, syncId, signal);
  } finally {
    await session.close();
  }
}

async function hasRun(
  session: PostgresSession,
  poolId: string,
  syncId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const sql = "SELECT 1 FROM runs WHERE pool_id = $1 AND sync_id = $2";
  const { count } = await session.run(sql, [poolId, syncId], { ...ASKING, signal });
  return count > 0;
}
