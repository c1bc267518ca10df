import type { QueryArrayConfig } from "pg";
import { systemClocks } from "../../../core/clock.ts";
import { queryTookTooLong } from "../../query-failures.ts";
import type { InventoryReader, QueryOptions, SqlCell, SqlResult, SqlValue } from "../../reader.ts";
import { CELL_TYPES, sentValue } from "../cells.ts";
import type { PostgresAccess } from "../connection/access.ts";
import { requireInventorySchema } from "../migrate.ts";
import { openSession, type PostgresSession } from "../session.ts";
import { numbered, requireReading } from "../sql-text.ts";
import { postgresQueryError } from "./query-error.ts";
import { SessionPool } from "./session-pool.ts";

/** Rows of one answer of the server. */
const ROWS_AT_ONCE = 500;
/** Queries that run side by side. */
const MOST_SESSIONS = 4;
/** Where the caller gives no time. */
const LONGEST_MS = 24 * 60 * 60 * 1000;
/** How long a caller may hold a transaction open without asking for rows. */
const IDLE_MS = 60 * 60 * 1000;
const NEVER = new AbortController().signal;

const BEGIN = "BEGIN TRANSACTION READ ONLY";
const BEGIN_SNAPSHOT = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** Reads an inventory in PostgreSQL. Every query is in a transaction that is read-only and is taken back at its end. */
export async function openPostgresReader(
  access: PostgresAccess,
  signal: AbortSignal,
): Promise<InventoryReader> {
  const open = async (opening: AbortSignal): Promise<PostgresSession> => {
    const session = await openSession(
      access,
      { statementTimeoutMs: LONGEST_MS, idleTransactionMs: IDLE_MS },
      opening,
    );
    try {
      await requireInventorySchema(session, opening);
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  };
  const first = await open(signal);
  const pool = new SessionPool(first, MOST_SESSIONS, open);
  return {
    engine: "postgres",
    name: first.name,
    async query(sql, parameters, options) {
      requireReading(sql);
      const session = await pool.take(options?.signal ?? NEVER);
      const end = async (): Promise<void> => {
        await rollBack(session);
        pool.give(session);
      };
      try {
        await session.script(BEGIN, { doing: "query", signal: options?.signal });
        return await runQuery(session, sql, parameters, { ...options, end });
      } catch (error) {
        await end();
        throw error;
      }
    },
    async snapshot(work, snapshotSignal) {
      const session = await pool.take(snapshotSignal);
      try {
        await session.script(BEGIN_SNAPSHOT, { doing: "query", signal: snapshotSignal });
        return await work({
          async query(sql, parameters, options) {
            requireReading(sql);
            return await runQuery(session, sql, parameters, { signal: snapshotSignal, ...options });
          },
        });
      } finally {
        await rollBack(session);
        pool.give(session);
      }
    },
    close: () => pool.close(),
  };
}

/** Also takes back what a query may have set by set_config(). */
async function rollBack(session: PostgresSession): Promise<void> {
  await session.script("ROLLBACK", { doing: "query", timeoutMs: 10_000 }).catch(() => session.destroy());
}

interface QueryRun extends QueryOptions {
  /** Ends the transaction; left out where the caller ends it. */
  readonly end?: () => Promise<void>;
}

let cursors = 0;

/** The statements EXPLAIN and SHOW have no cursor; their few rows come at once. */
const WITHOUT_CURSOR = /^\s*(?:explain|show)\b/i;

async function runQuery(
  session: PostgresSession,
  sql: string,
  parameters: readonly SqlValue[] = [],
  { timeoutMs = LONGEST_MS, signal, end = async () => {} }: QueryRun = {},
): Promise<SqlResult> {
  const time = new QueryTime(timeoutMs);
  const values = parameters.map(sentValue);
  const text = parameters.length === 0 ? sql : numbered(sql);
  if (WITHOUT_CURSOR.test(text)) {
    const batch = await ask(session, { text, values, time, signal });
    await end();
    return { columns: batch.columns, rows: fromMemory(batch.rows) };
  }
  cursors += 1;
  const cursor = `rows_${cursors}`;
  await ask(session, { text: `DECLARE ${cursor} NO SCROLL CURSOR FOR ${text}`, values, time, signal });
  const fetch = () =>
    ask(session, { text: `FETCH ${ROWS_AT_ONCE} FROM ${cursor}`, values: [], time, signal });
  const close = () => session.script(`CLOSE ${cursor}`, { doing: "query" }).catch(() => undefined);
  const first = await fetch();
  if (first.rows.length < ROWS_AT_ONCE) {
    await close();
    await end();
    return { columns: first.columns, rows: fromMemory(first.rows) };
  }
  async function* rows(): AsyncGenerator<readonly SqlCell[]> {
    try {
      for (let batch = first; ; batch = await fetch()) {
        yield* batch.rows;
        if (batch.rows.length < ROWS_AT_ONCE) return;
      }
    } finally {
      await close();
      await end();
    }
  }
  return { columns: first.columns, rows: rows() };
}

async function* fromMemory(rows: readonly (readonly SqlCell[])[]): AsyncGenerator<readonly SqlCell[]> {
  yield* rows;
}

/** The time that the database may still work on the query. */
class QueryTime {
  readonly #timeoutMs: number;
  #leftMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#leftMs = Math.min(timeoutMs, LONGEST_MS);
  }

  async spend<T>(work: (leftMs: number) => Promise<T>): Promise<T> {
    if (this.#leftMs < 1) throw this.over();
    const from = systemClocks.monotonic();
    try {
      return await work(Math.ceil(this.#leftMs));
    } finally {
      this.#leftMs -= systemClocks.monotonic() - from;
    }
  }

  get isOver(): boolean {
    return this.#leftMs < 1;
  }

  over(): Error {
    return queryTookTooLong(this.#timeoutMs);
  }
}

interface Asked {
  readonly text: string;
  readonly values: readonly (string | null)[];
  readonly time: QueryTime;
  readonly signal: AbortSignal | undefined;
}

interface Batch {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlCell[])[];
}

async function ask(session: PostgresSession, { text, values, time, signal }: Asked): Promise<Batch> {
  try {
    return await time.spend(async (leftMs) => {
      // Again for each part: a query may have set another one by set_config().
      await session.script(`SET LOCAL statement_timeout = ${leftMs}`, { doing: "query", signal });
      return await session.working(
        {
          doing: "query",
          timeoutMs: leftMs,
          signal,
          explain: (error, scene) => postgresQueryError(error, scene, text),
        },
        async (client) => {
          // With parameters, and without: one statement, which the protocol makes sure of.
          const query: QueryArrayConfig & { readonly queryMode: "extended" } = {
            text,
            values: [...values],
            rowMode: "array",
            types: CELL_TYPES,
            queryMode: "extended",
          };
          const { fields, rows } = await client.query<SqlCell[]>(query);
          return { columns: fields.map(({ name }) => name), rows };
        },
      );
    });
  } catch (error) {
    if (time.isOver && signal?.aborted !== true) throw time.over();
    throw error;
  }
}
