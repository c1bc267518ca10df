import type { PostgresSession } from "../session.ts";

/** Predefined roles that reach beyond the tables of a database. */
const FAR_REACHING =
  "'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_checkpoint', 'pg_signal_backend'";

/**
 * Also what the role may become by SET ROLE, which a query can do by set_config(). What such a role does to the server is
 * not undone with the transaction.
 */
const REACHES_FAR = `
  SELECT bool_or(rolsuper OR rolreplication OR rolname IN (${FAR_REACHING}))
  FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')`;

/** For SQL of anybody: refuses a role by which a query could read files of the server or act on it. */
export async function requireReadingRole(session: PostgresSession, signal: AbortSignal): Promise<void> {
  const { rows } = await session.run(REACHES_FAR, [], { doing: "read the rights in", signal });
  if (rows[0]?.[0] !== true) return;
  throw session.failure(
    "permission-denied",
    "by its role a query could read files of the server, or act on it; name a role that only reads, as docs/operation.md shows",
  );
}
