import { orAborted } from "../../core/abort.ts";
import { systemClocks } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { unpackFailure } from "../../worker/failures.ts";
import { queryTookTooLong } from "../query-failures.ts";
import type { QueryOptions, QueryReader, SqlCell } from "../reader.ts";
import type { QueryAnswer, QueryRequest } from "./query-service.ts";

/** Another process that answers with a `createQueryService` of its own. */
export interface QueryProcess {
  /** One request at a time. Rejects when the process ends. */
  ask(request: QueryRequest): Promise<QueryAnswer>;
  /** Ends the process at once, whatever it does. */
  kill(): void;
}

/**
 * Reads an inventory in SQLite for SQL of anybody, each query in a process of its own. SQLite cannot be interrupted from
 * Node.js: a thread in which a query runs ends neither by `terminate` nor with the exit of its process.
 */
export function readInProcesses(name: string, start: () => QueryProcess): QueryReader {
  const running = new Set<QueryProcess>();
  return {
    engine: "sqlite",
    name,
    async query(sql, parameters = [], options = {}) {
      options.signal?.throwIfAborted();
      const child = start();
      running.add(child);
      const ask = boundedIn(child, options);
      const end = (): void => {
        running.delete(child);
        child.kill();
      };
      try {
        const opened = await ask({ kind: "open", name, sql, parameters });
        if (opened.kind !== "opened") throw outOfTurn();
        return { columns: opened.columns, rows: rowsOf(ask, end) };
      } catch (error) {
        end();
        throw error;
      }
    },
    async close() {
      for (const child of running) child.kill();
      running.clear();
    },
  };
}

type Ask = (request: QueryRequest) => Promise<QueryAnswer>;

async function* rowsOf(ask: Ask, end: () => void): AsyncGenerator<readonly SqlCell[]> {
  try {
    for (;;) {
      const answer = await ask({ kind: "next" });
      if (answer.kind !== "batch") throw outOfTurn();
      for (const row of answer.batch.rows) yield row;
      if (answer.batch.isEnd) return;
    }
  } finally {
    end();
  }
}

/** Asks until the process has worked for so long, or the signal is aborted. */
function boundedIn(child: QueryProcess, { timeoutMs, signal }: QueryOptions): Ask {
  let leftMs = timeoutMs;
  return async (request) => {
    const late = new AbortController();
    const from = systemClocks.monotonic();
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => late.abort(queryTookTooLong(timeoutMs)), Math.max(0, leftMs ?? 0));
    try {
      const inTime = orAborted(child.ask(request), late.signal);
      const answer = await (signal === undefined ? inTime : orAborted(inTime, signal));
      if (answer.kind === "failed") throw unpackFailure(answer.failure);
      return answer;
    } finally {
      clearTimeout(timer);
      if (leftMs !== undefined) leftMs -= systemClocks.monotonic() - from;
    }
  };
}

function outOfTurn(): GovernanceError {
  return new GovernanceError("internal", "the process of the query answered out of turn");
}
