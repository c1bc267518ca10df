import type { EpochClock } from "../../pkg/core/clock.ts";
import { type PostgresAccess, postgresAccess } from "../../pkg/inventory/postgres/connection/access.ts";
import { migrateInventory } from "../../pkg/inventory/postgres/migrate.ts";
import { openSession, type PostgresSession } from "../../pkg/inventory/postgres/session.ts";
import type { SqlCell, SqlResult } from "../../pkg/inventory/reader.ts";
import type { PostgresServer } from "./postgres-server.ts";

const never = new AbortController().signal;

/** The password of every role that the tests make. */
export const TEST_PASSWORD = "geheim";

/** How to reach the database of that name as the role of that name. `more`: parameters of the URL. */
export function accessTo(server: PostgresServer, database: string, more = ""): PostgresAccess {
  return accessAs(server, database, database, more);
}

export function accessAs(server: PostgresServer, user: string, database: string, more = ""): PostgresAccess {
  const url = `postgres://${user}@127.0.0.1:${server.port}/${database}${more}`;
  return postgresAccess(url, { env: { PGPASSWORD: TEST_PASSWORD }, home: undefined, user: "nobody" });
}

export async function sessionOf(access: PostgresAccess): Promise<PostgresSession> {
  return await openSession(access, { statementTimeoutMs: 60_000, idleTransactionMs: 60_000 }, never);
}

export async function migrated(access: PostgresAccess, now: EpochClock = () => 0): Promise<void> {
  const session = await sessionOf(access);
  try {
    await migrateInventory(session, now, never);
  } finally {
    await session.close();
  }
}

export async function rowsOf({ rows }: SqlResult): Promise<readonly (readonly SqlCell[])[]> {
  const all: (readonly SqlCell[])[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
