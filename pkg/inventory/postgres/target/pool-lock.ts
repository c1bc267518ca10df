import { sqlStateOf } from "../connection/errors.ts";
import type { PostgresSession } from "../session.ts";

/** The server may still be ending the session of a connector that was killed. */
const WAIT_MS = 3000;
const KEY = "hashtextextended($1, 0)";
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Lets one connector at a time write the run of a pool: a lock of the session, which ends with it. It is taken in a
 * transaction, and all that is written is in others: each of them is refused where it is not of this session.
 */
export async function lockPool(session: PostgresSession, poolId: string, signal: AbortSignal): Promise<void> {
  const options = { doing: "lock the pool in", signal };
  const lock = `SELECT pg_advisory_lock(${KEY})`;
  try {
    await session.transaction(
      options,
      () => session.run(lock, [poolLockName(session, poolId)], options),
      `BEGIN; SET LOCAL lock_timeout = ${WAIT_MS}`,
    );
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw session.failure(
      "failed-precondition",
      `another connector is syncing the pool ${poolId} into it${await holder(session, poolId)}; wait until it has ended`,
    );
  }
  await session.script("SET lock_timeout = 60000", options);
}

/** Advisory locks are of the whole database, so the schema is a part of the name. */
function poolLockName({ schema }: PostgresSession, poolId: string): string {
  return `${schema} pool ${poolId}`;
}

/** Where the other one is, if this role may see it. */
async function holder(session: PostgresSession, poolId: string): Promise<string> {
  const { rows } = await session
    .run(
      `SELECT host(a.client_addr), a.application_name
       FROM pg_locks l JOIN pg_stat_activity a USING (pid), (SELECT ${KEY} AS key) AS wanted
       WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
         AND l.classid = ((key >> 32) & 4294967295)::oid AND l.objid = (key & 4294967295)::oid`,
      [poolLockName(session, poolId)],
      { doing: "look for the other connector in" },
    )
    .catch(() => ({ rows: [] }));
  const [address] = rows[0] ?? [];
  return address === undefined || address === null ? "" : ` from ${String(address)}`;
}

function isTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { cause } = error;
  return (
    (sqlStateOf(cause) ?? (cause instanceof Error && "code" in cause ? cause.code : "")) ===
    LOCK_NOT_AVAILABLE
  );
}
