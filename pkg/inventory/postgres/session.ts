import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type pg from "pg";
import { orAborted } from "../../core/abort.ts";
import { GovernanceError } from "../../core/errors.ts";
import { createOneAtATime } from "../../core/one-at-a-time.ts";
import type { SqlCell } from "../reader.ts";
import { CELL_TYPES } from "./cells.ts";
import type { PostgresAccess } from "./connection/access.ts";
import { connect, type OpenClient } from "./connection/connect.ts";
import { postgresError } from "./connection/errors.ts";
import { lastResult } from "./last-result.ts";

/** Where the tables are when the URL names no search_path. */
const OWN_SCHEMA = "connector";
/** The client waits so much longer than the server may work before it gives the connection up. */
const GRACE_MS = 15_000;
const MARK = "connector.session";
/** Without it the server works on for a program that was killed, and keeps its locks. PostgreSQL 13 does not have it. */
const CHECK_CLIENT = "client_connection_check_interval";
const OLDEST_VERSION = 130_000;
const NEVER = new AbortController().signal;

export interface SessionOptions {
  /** How long a statement may take that says nothing else. */
  readonly statementTimeoutMs: number;
  /** After so long without a statement inside a transaction the server ends the session. */
  readonly idleTransactionMs: number;
}

export interface StatementOptions {
  /** Reads as "cannot <doing> <name>". */
  readonly doing: string;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What an answer of the server means; by default as everywhere. */
  readonly explain?: typeof postgresError;
}

export interface StatementResult {
  readonly rows: readonly (readonly SqlCell[])[];
  /** Rows that were read or changed. */
  readonly count: number;
}

/** Opens a session whose plain names are those of the inventory, and whose texts mean the same on every server. */
export async function openSession(
  access: PostgresAccess,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<PostgresSession> {
  const open = await connect(access, signal);
  const session = new PostgresSession(access, open, options);
  try {
    await session.prepare(signal);
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

/** One connection. Its statements are made one after the other. */
export class PostgresSession {
  readonly name: string;
  readonly #access: PostgresAccess;
  readonly #open: OpenClient;
  readonly #options: SessionOptions;
  readonly #turns = createOneAtATime();
  /** A setting that no other session has. */
  readonly #mark = randomUUID();
  #schema = OWN_SCHEMA;
  #process = 0;
  #ended: unknown;

  constructor(access: PostgresAccess, open: OpenClient, options: SessionOptions) {
    this.name = open.name;
    this.#access = access;
    this.#open = open;
    this.#options = options;
    open.client.on("error", (error) => {
      this.#ended ??= error;
    });
    open.client.once("end", () => {
      this.#ended ??= new Error("Connection terminated");
    });
  }

  /** The schema of the inventory. */
  get schema(): string {
    return this.#schema;
  }

  /** Whether the connection is gone. */
  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  async prepare(signal: AbortSignal): Promise<void> {
    const { statementTimeoutMs, idleTransactionMs } = this.#options;
    const set = (name: string, value: string) => `set_config('${name}', '${value}', false)`;
    const sql = `
      SELECT (SELECT source FROM pg_settings WHERE name = 'search_path'), current_setting('search_path'),
        pg_backend_pid(), current_setting('server_version_num')::int,
        ${[
          set("statement_timeout", String(statementTimeoutMs)),
          set("idle_in_transaction_session_timeout", String(idleTransactionMs)),
          set("timezone", "UTC"),
          set("datestyle", "ISO, YMD"),
          set("intervalstyle", "iso_8601"),
          set("bytea_output", "hex"),
          set("extra_float_digits", "1"),
          set("client_min_messages", "error"),
          set("standard_conforming_strings", "on"),
          // Compiling a query takes longer than the queries of an inventory do.
          set("jit", "off"),
          set("tcp_keepalives_idle", "30"),
          set("tcp_keepalives_interval", "10"),
          set("tcp_keepalives_count", "6"),
          set(MARK, this.#mark),
        ].join(",\n        ")},
        (SELECT ${set(CHECK_CLIENT, "1s")} FROM pg_settings WHERE name = '${CHECK_CLIENT}' AND version() LIKE '%linux%')`;
    const { rows } = await this.run(sql, [], { doing: "open", signal });
    const [source, path, process, version] = rows[0] ?? [];
    if (Number(version) < OLDEST_VERSION) {
      throw this.failure("failed-precondition", `the server is older than PostgreSQL 13; upgrade it`);
    }
    this.#process = Number(process);
    if (source === "client") this.#schema = firstSchema(String(path)) ?? OWN_SCHEMA;
    await this.run(`SET search_path = ${sqlName(this.#schema)}, pg_temp`, [], { doing: "open", signal });
  }

  /** One statement with `$1` parameters, and all its rows. */
  async run(
    sql: string,
    parameters: readonly (string | number | boolean | null | readonly (string | number | null)[])[],
    options: StatementOptions,
  ): Promise<StatementResult> {
    return await this.working(options, async (client) => {
      const values = [...parameters];
      const result = await client.query<SqlCell[]>({
        text: sql,
        values,
        rowMode: "array",
        types: CELL_TYPES,
      });
      return { rows: result.rows, count: result.rowCount ?? 0 };
    });
  }

  /** Work between BEGIN and COMMIT, taken back if it rejects. `begin` may hold settings of the transaction. */
  async transaction<T>(options: StatementOptions, work: () => Promise<T>, begin = "BEGIN"): Promise<T> {
    try {
      await this.begin(begin, options);
      const result = await work();
      // Once it is asked for, nothing stops it: the answer must say whether it was done.
      await this.script("COMMIT", { ...options, signal: undefined });
      return result;
    } catch (error) {
      if (!this.isOver) await this.script("ROLLBACK", { doing: options.doing }).catch(() => this.destroy());
      throw error;
    }
  }

  /**
   * Begins a transaction, as `sql` says. Refuses one that a pooler has put on another connection to the server: the lock,
   * settings and temporary views there are of another session, or none.
   */
  async begin(sql: string, options: StatementOptions): Promise<void> {
    const found = await this.working(options, async (client) => {
      const text = `${sql}; SELECT current_setting('${MARK}', true)`;
      return lastResult(await client.query<SqlCell[]>({ text, rowMode: "array" })).rows[0]?.[0];
    });
    if (found === this.#mark) return;
    throw this.failure(
      "failed-precondition",
      "a pooler has moved its session to another connection; connect to PostgreSQL itself, or to a pooler in session mode",
    );
  }

  /** Several statements without parameters. */
  async script(sql: string, options: StatementOptions): Promise<void> {
    await this.working(options, async (client) => {
      await client.query(sql);
    });
  }

  /**
   * Work of the server: stopped at the signal and after its time, and given up where the server does not answer. Rejects
   * with a GovernanceError.
   */
  async working<T>(
    {
      doing,
      signal,
      timeoutMs = this.#options.statementTimeoutMs,
      explain = postgresError,
    }: StatementOptions,
    work: (client: pg.Client) => Promise<T>,
  ): Promise<T> {
    const done = await this.#turns.take(signal ?? NEVER);
    try {
      return await this.#bounded({ doing, signal, timeoutMs, explain }, work);
    } finally {
      done();
    }
  }

  async #bounded<T>(
    { doing, signal, timeoutMs, explain = postgresError }: StatementOptions & { readonly timeoutMs: number },
    work: (client: pg.Client) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const scene = { name: this.name, doing, user: this.#access.user };
    if (this.#ended !== undefined) throw explain(this.#ended, scene);
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      this.destroy();
    }, timeoutMs + GRACE_MS);
    late.unref();
    let stopped: Promise<void> | undefined;
    const stop = (): void => {
      stopped = this.cancel();
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await work(this.#open.client);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw explain(isLate ? new Error("the server took longer than its limit") : error, scene);
    } finally {
      clearTimeout(late);
      // Otherwise it could stop the next statement.
      await stopped;
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Asks the server, over another connection, to stop the statement. The call that waits for the statement gets the answer. */
  async cancel(): Promise<void> {
    const signal = AbortSignal.timeout(GRACE_MS);
    try {
      const other = await connect(this.#access, signal);
      const asked = other.client.query("SELECT pg_cancel_backend($1)", [this.#process]);
      await orAborted(asked, signal).finally(() => other.destroy());
    } catch {
      this.destroy();
    }
  }

  failure(code: GovernanceError["code"], what: string): GovernanceError {
    return new GovernanceError(code, `the inventory ${this.name} cannot be used: ${what}`);
  }

  /** Ends the session; what was not committed is undone. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const ended = once(this.#open.client, "end");
    try {
      await orAborted(Promise.all([this.#open.client.end(), ended]), AbortSignal.timeout(GRACE_MS));
    } catch {
      this.destroy();
    }
  }

  destroy(): void {
    this.#ended ??= new Error("Connection terminated");
    this.#open.destroy();
  }
}

export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Of a search_path. */
function firstSchema(path: string): string | undefined {
  const [, name, plain] = /^\s*(?:"((?:[^"]|"")+)"|([^\s,"]+))/.exec(path) ?? [];
  return name?.replaceAll('""', '"') ?? plain?.toLowerCase();
}
