import { createOneAtATime } from "../../core/one-at-a-time.ts";
import type { InventoryWriter, WriteSession } from "../writer.ts";
import type { PostgresAccess } from "./connection/access.ts";
import { requireInventorySchema } from "./migrate.ts";
import { openSession, type PostgresSession } from "./session.ts";
import { numbered } from "./sql-text.ts";

const STATEMENT_MS = 30_000;
/** Another session that writes the same rows ends soon. */
const LOCK_MS = 10_000;
const WRITING = { doing: "write" };

/** Read and then written: the transactions of all processes on a database are made one after the other. */
const LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('connector small writes', 0))";

/**
 * Small writes between the runs that a target publishes. It holds no lock between two transactions, so a connection that
 * was cut is made again for the next one.
 */
export async function openPostgresWriter(
  access: PostgresAccess,
  signal: AbortSignal,
): Promise<InventoryWriter> {
  const turns = createOneAtATime();
  let session = await writingSession(access, signal);
  const { name } = session;
  return {
    name,
    async transaction(work, workSignal) {
      const endTurn = await turns.take(workSignal);
      try {
        if (session.isOver) session = await writingSession(access, workSignal);
        const writes = writesOver(session, workSignal);
        return await session.transaction({ ...WRITING, signal: workSignal }, async () => {
          await session.run(LOCK, [], { ...WRITING, signal: workSignal });
          return await work(writes);
        });
      } finally {
        endTurn();
      }
    },
    async close(): Promise<void> {
      await session.close();
    },
  };
}

async function writingSession(access: PostgresAccess, signal: AbortSignal): Promise<PostgresSession> {
  const limits = { statementTimeoutMs: STATEMENT_MS, idleTransactionMs: STATEMENT_MS };
  const session = await openSession(access, limits, signal);
  try {
    await requireInventorySchema(session, signal);
    await session.script(`SET lock_timeout = ${LOCK_MS}`, { ...WRITING, signal });
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

function writesOver(session: PostgresSession, signal: AbortSignal): WriteSession {
  const options = { ...WRITING, signal };
  return {
    async run(sql, parameters = []) {
      return (await session.run(numbered(sql), parameters, options)).count;
    },
    async read(sql, parameters = []) {
      return (await session.run(numbered(sql), parameters, options)).rows;
    },
  };
}
