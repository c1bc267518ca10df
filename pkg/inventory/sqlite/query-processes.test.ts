import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../core/errors.ts";
import { packFailure } from "../../worker/failures.ts";
import type { SqlCell } from "../reader.ts";
import { type QueryProcess, readInProcesses } from "./query-processes.ts";
import type { QueryAnswer, QueryRequest } from "./query-service.ts";

/** A process that gives these answers, and then no more. */
function scripted(answers: readonly QueryAnswer[]) {
  const left = [...answers];
  const asked: QueryRequest[] = [];
  let kills = 0;
  const child: QueryProcess = {
    ask: (request) => {
      asked.push(request);
      const answer = left.shift();
      return answer === undefined ? new Promise(() => {}) : Promise.resolve(answer);
    },
    kill: () => {
      kills += 1;
    },
  };
  return { child, asked, kills: () => kills };
}

const OPENED: QueryAnswer = { kind: "opened", columns: ["a"] };
const batch = (rows: readonly SqlCell[][], isEnd: boolean): QueryAnswer => ({
  kind: "batch",
  batch: { rows, isEnd },
});

async function all(rows: AsyncIterable<readonly SqlCell[]>): Promise<SqlCell[]> {
  const cells: SqlCell[] = [];
  for await (const row of rows) cells.push(...row);
  return cells;
}

describe("a query in a process of its own", () => {
  test("gives all batches, asks for no more, and ends its process", async () => {
    const { child, asked, kills } = scripted([OPENED, batch([[1], [2]], false), batch([[3]], true)]);
    const reader = readInProcesses("pool.db", () => child);
    const { columns, rows } = await reader.query("select a", [true]);
    expect(columns).toEqual(["a"]);
    expect(await all(rows)).toEqual([1, 2, 3]);
    expect(asked[0]).toEqual({ kind: "open", name: "pool.db", sql: "select a", parameters: [true] });
    expect(asked).toHaveLength(3);
    expect(kills()).toBe(1);
  });

  test("asks for the next batch only when the rows before are taken", async () => {
    const { child, asked } = scripted([OPENED, batch([[1], [2]], false), batch([[3]], true)]);
    const { rows } = await readInProcesses("pool.db", () => child).query("select a");
    const iterator = rows[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    expect(asked).toHaveLength(2);
    await iterator.next();
    expect(asked).toHaveLength(3);
  });

  test("ends its process when its caller stops reading", async () => {
    const { child, kills } = scripted([OPENED, batch([[1], [2]], false)]);
    for await (const row of (await readInProcesses("pool.db", () => child).query("select a")).rows) {
      expect(row).toEqual([1]);
      break;
    }
    expect(kills()).toBe(1);
  });

  test("that does not answer in time is stopped", async () => {
    const { child, kills } = scripted([OPENED]);
    const { rows } = await readInProcesses("pool.db", () => child).query("select a", [], { timeoutMs: 20 });
    await expect(all(rows)).rejects.toMatchObject({
      code: "deadline-exceeded",
      message: "the query took longer than 0.02 s and was stopped; narrow it, or give it more time",
    });
    expect(kills()).toBe(1);
  });

  test("is stopped by its signal, before it is open and after", async () => {
    for (const answers of [[], [OPENED]]) {
      const { child, kills } = scripted(answers);
      const stop = new AbortController();
      const found = readInProcesses("pool.db", () => child)
        .query("select a", [], { signal: stop.signal })
        .then(({ rows }) => all(rows));
      stop.abort(new GovernanceError("canceled", "stopped by SIGINT"));
      await expect(found).rejects.toMatchObject({ code: "canceled" });
      expect(kills()).toBe(1);
    }
  });

  test("fails as the other process says", async () => {
    const failure = packFailure(new GovernanceError("invalid-argument", "no such table: user"));
    const { child, kills } = scripted([{ kind: "failed", failure }]);
    await expect(readInProcesses("pool.db", () => child).query("select a")).rejects.toMatchObject({
      code: "invalid-argument",
      message: "no such table: user",
    });
    expect(kills()).toBe(1);
  });
});
