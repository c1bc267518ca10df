import type { Client, QueryArrayConfig, QueryArrayResult } from "pg";
import { systemClocks } from "../../../core/clock.ts";
import { queryTookTooLong } from "../../query-failures.ts";
import type { InventoryReader, QueryOptions, SqlCell, SqlResult, SqlValue } from "../../reader.ts";
import { CELL_TYPES, sentValue } from "../cells.ts";
import type { PostgresAccess } from "../connection/access.ts";
import { lastResult } from "../last-result.ts";
import { requireInventorySchema } from "../migrate.ts";
import { openSession, type PostgresSession } from "../session.ts";
import { numbered, type ReadingStatement, readingStatement } from "../sql-text.ts";
import { postgresQueryError } from "./query-error.ts";
import { requireReadingRole } from "./require-reading-role.ts";
import { SessionPool } from "./session-pool.ts";

/** Rows of the first answer of the server, and of each later one. */
const FIRST_ROWS = 500;
const ROWS_AT_ONCE = 2000;
/** Queries that run side by side. */
const MOST_SESSIONS = 4;
/** Where the caller gives no time. */
const LONGEST_MS = 24 * 60 * 60 * 1000;
/** How long a caller may hold a transaction open without asking for rows. */
const IDLE_MS = 60 * 60 * 1000;
const NEVER = new AbortController().signal;

const BEGIN = "BEGIN TRANSACTION READ ONLY";
const BEGIN_SNAPSHOT = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

export interface PostgresReaderOptions {
  /** Its queries are SQL of anybody, so a role is refused that could do more than read. */
  readonly ofAnybody?: boolean;
}

/** Reads an inventory in PostgreSQL. Every query is in a transaction that is read-only and is taken back at its end. */
export async function openPostgresReader(
  access: PostgresAccess,
  signal: AbortSignal,
  { ofAnybody = false }: PostgresReaderOptions = {},
): Promise<InventoryReader> {
  const open = async (opening: AbortSignal): Promise<PostgresSession> => {
    const session = await openSession(
      access,
      { statementTimeoutMs: LONGEST_MS, idleTransactionMs: IDLE_MS },
      opening,
    );
    try {
      await requireInventorySchema(session, opening);
      if (ofAnybody) await requireReadingRole(session, opening);
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
      const statement = readingStatement(sql);
      const session = await pool.take(options?.signal ?? NEVER);
      const end = async (): Promise<void> => {
        await rollBack(session);
        pool.give(session);
      };
      try {
        await session.begin(BEGIN, { doing: "query", signal: options?.signal });
        return await runQuery(session, statement, parameters, { ...options, end });
      } catch (error) {
        await end();
        throw error;
      }
    },
    async snapshot(work, snapshotSignal) {
      const session = await pool.take(snapshotSignal);
      try {
        await session.begin(BEGIN_SNAPSHOT, { doing: "query", signal: snapshotSignal });
        return await work({
          async query(sql, parameters, options) {
            const statement = readingStatement(sql);
            return await runQuery(session, statement, parameters, { signal: snapshotSignal, ...options });
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

/** These statements have no cursor; their few rows come at once. */
const WITHOUT_CURSOR: ReadonlySet<string> = new Set(["explain", "show"]);

async function runQuery(
  session: PostgresSession,
  { sql, keyword }: ReadingStatement,
  parameters: readonly SqlValue[] = [],
  { timeoutMs = LONGEST_MS, signal, end }: QueryRun = {},
): Promise<SqlResult> {
  const asked = { session, sql, time: new QueryTime(timeoutMs), signal };
  const values = parameters.map(sentValue);
  const text = parameters.length === 0 ? sql : numbered(sql);
  if (WITHOUT_CURSOR.has(keyword)) {
    const batch = await ask(asked, text, values);
    await end?.();
    return { columns: batch.columns, rows: fromMemory(batch.rows) };
  }
  cursors += 1;
  const cursor = `rows_${cursors}`;
  await ask(asked, `DECLARE ${cursor} NO SCROLL CURSOR FOR ${text}`, values);
  // The end of the transaction closes it, too.
  const close = end ?? (() => session.script(`CLOSE ${cursor}`, { doing: "query" }).catch(() => undefined));
  const first = await fetchRows(asked, cursor, FIRST_ROWS);
  if (first.rows.length < FIRST_ROWS) {
    await close();
    return { columns: first.columns, rows: fromMemory(first.rows) };
  }
  async function* rows(): AsyncGenerator<readonly SqlCell[]> {
    try {
      for (const row of first.rows) yield row;
      for (;;) {
        const { rows: more } = await fetchRows(asked, cursor, ROWS_AT_ONCE);
        for (const row of more) yield row;
        if (more.length < ROWS_AT_ONCE) return;
      }
    } finally {
      await close();
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
  readonly session: PostgresSession;
  /** As the caller wrote it. */
  readonly sql: string;
  readonly time: QueryTime;
  readonly signal: AbortSignal | undefined;
}

interface Batch {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlCell[])[];
}

const AS_CELLS = { rowMode: "array", types: CELL_TYPES } as const;

/** One statement of the caller. The extended protocol makes sure that it is one. */
async function ask(asked: Asked, text: string, values: readonly (string | null)[]): Promise<Batch> {
  return await timed(asked, async (client, setTimeLeft) => {
    await client.query(setTimeLeft);
    const extended: QueryArrayConfig & { readonly queryMode: "extended" } = {
      ...AS_CELLS,
      text,
      values: [...values],
      queryMode: "extended",
    };
    return batchOf(await client.query<SqlCell[]>(extended));
  });
}

async function fetchRows(asked: Asked, cursor: string, count: number): Promise<Batch> {
  return await timed(asked, async (client, setTimeLeft) => {
    const text = `${setTimeLeft}; FETCH ${count} FROM ${cursor}`;
    return batchOf(lastResult(await client.query<SqlCell[]>({ ...AS_CELLS, text })));
  });
}

function batchOf({ fields, rows }: QueryArrayResult<SqlCell[]>): Batch {
  return { columns: fields.map(({ name }) => name), rows };
}

/** The time is set again for each part of a result: a query may have set another one by set_config(). */
async function timed(
  { session, sql, time, signal }: Asked,
  work: (client: Client, setTimeLeft: string) => Promise<Batch>,
): Promise<Batch> {
  try {
    return await time.spend((leftMs) =>
      session.working(
        {
          doing: "query",
          timeoutMs: leftMs,
          signal,
          explain: (error, scene) => postgresQueryError(error, scene, sql),
        },
        (client) => work(client, `SET LOCAL statement_timeout = ${leftMs}`),
      ),
    );
  } catch (error) {
    if (time.isOver && signal?.aborted !== true) throw time.over();
    throw error;
  }
}
