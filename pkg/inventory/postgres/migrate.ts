// The schema of an inventory in PostgreSQL: made, and brought to the newest version, forward only.
import type { EpochClock } from "../../core/clock.ts";
import type { GovernanceError } from "../../core/errors.ts";
import { createStatements, INVENTORY_MIGRATIONS, INVENTORY_VERSION } from "../schema/ddl.ts";
import { sqlStateOf } from "./connection/errors.ts";
import { type PostgresSession, sqlName } from "./session.ts";

const ENGINE = "postgres";
/** A lock of another migration; each of them takes moments. */
const LOCK_MS = 60_000;
/** An index over a million rows may be part of a migration. */
const MIGRATION_MS = 30 * 60_000;
const LOCK_KEY = "hashtextextended($1, 0)";
const doing = "prepare the schema in";
const DUPLICATE_TABLE = "42P07";

/** For a session that only reads: refuses what is not an inventory, and one of another version. */
export async function requireInventorySchema(session: PostgresSession, signal: AbortSignal): Promise<void> {
  const version = await versionOf(session, signal);
  if (version === undefined) {
    const what = `there is no inventory in the schema ${session.schema}; fill it first: connector sync --inventory with this URL`;
    throw session.failure("failed-precondition", what).with({ reason: "no-inventory" });
  }
  if (version > INVENTORY_VERSION) throw newer(session, version);
  if (version < INVENTORY_VERSION) {
    throw session.failure(
      "failed-precondition",
      `it has version ${version}, and this connector reads version ${INVENTORY_VERSION}; run a sync of this connector, which brings it there`,
    );
  }
}

/** For a session that writes: makes the schema, or brings it to the newest version. Several may begin at once. */
export async function migrateInventory(
  session: PostgresSession,
  now: EpochClock,
  signal: AbortSignal,
): Promise<void> {
  const before = await versionOf(session, signal);
  if (before === INVENTORY_VERSION) return;
  const lock = [`${session.schema} schema`];
  await session.script(`SET lock_timeout = ${LOCK_MS}`, { doing, signal });
  // Before the transaction begins: one that is older than a migration may still know the catalogs of before.
  await session.run(`SELECT pg_advisory_lock(${LOCK_KEY})`, lock, { doing, signal });
  try {
    const begin = `BEGIN; SET LOCAL statement_timeout = ${MIGRATION_MS}`;
    await session.transaction({ doing, signal }, () => step(session, now, signal), begin);
  } catch (error) {
    throw inTheWay(session, error) ?? error;
  } finally {
    const unlock = `SELECT pg_advisory_unlock(${LOCK_KEY})`;
    await session.run(unlock, lock, { doing }).catch(() => session.destroy());
  }
}

async function step(session: PostgresSession, now: EpochClock, signal: AbortSignal): Promise<void> {
  const bounded = { doing, signal, timeoutMs: MIGRATION_MS };
  const version = await versionOf(session, signal);
  if (version !== undefined && version > INVENTORY_VERSION) throw newer(session, version);
  if (version === undefined) await createAll(session, signal);
  const steps = INVENTORY_MIGRATIONS.filter((one) => one.version > (version ?? INVENTORY_VERSION));
  for (const one of steps) for (const sql of one.statements(ENGINE)) await session.script(sql, bounded);
  const reached = version === undefined ? [INVENTORY_VERSION] : steps.map((one) => one.version);
  const record = "INSERT INTO schema_migrations (version, applied_at) VALUES ($1, $2)";
  for (const one of reached) await session.run(record, [one, new Date(now()).toISOString()], bounded);
}

async function createAll(session: PostgresSession, signal: AbortSignal): Promise<void> {
  const bounded = { doing, signal, timeoutMs: MIGRATION_MS };
  // CREATE SCHEMA IF NOT EXISTS asks for the right to create one even where it exists.
  const { rows } = await session.run(
    "SELECT to_regnamespace($1) IS NULL",
    [sqlName(session.schema)],
    bounded,
  );
  if (rows[0]?.[0] === true) await session.script(`CREATE SCHEMA ${sqlName(session.schema)}`, bounded);
  for (const sql of createStatements(ENGINE)) await session.script(sql, bounded);
}

/** Undefined: there is none. */
async function versionOf(session: PostgresSession, signal: AbortSignal): Promise<number | undefined> {
  const options = { doing: "read the version of", signal };
  const table = `${sqlName(session.schema)}.schema_migrations`;
  const { rows } = await session.run("SELECT to_regclass($1) IS NULL", [table], options);
  if (rows[0]?.[0] === true) return undefined;
  const found = await session.run(`SELECT max(version) FROM ${table}`, [], options);
  return Number(found.rows[0]?.[0] ?? 0) || undefined;
}

function newer(session: PostgresSession, version: number): GovernanceError {
  return session.failure(
    "failed-precondition",
    `it has version ${version}, and this connector knows versions up to ${INVENTORY_VERSION}; use the newer connector`,
  );
}

function inTheWay(session: PostgresSession, error: unknown): GovernanceError | undefined {
  if (!(error instanceof Error) || stateIn(error.cause) !== DUPLICATE_TABLE) return undefined;
  return session.failure(
    "failed-precondition",
    `the schema ${session.schema} holds tables of another program under the names of its own; name another schema by options=-csearch_path=… in the URL`,
  );
}

function stateIn(cause: unknown): string | undefined {
  return sqlStateOf(cause) ?? (cause instanceof Error && "code" in cause ? String(cause.code) : undefined);
}
