import { expect, test } from "vitest";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { ReaderGone } from "../../process/context.ts";
import { memoryContext } from "../../testing.fixture.ts";
import { printRows } from "./print-rows.ts";

const COLUMNS = [{ key: "n", value: (n: number) => n }];
const FAILURE = new GovernanceError("unavailable", "the database is gone");

async function* numbers(count: number, failure?: Error): AsyncGenerator<number> {
  for (let n = 0; n < count; n += 1) yield n;
  if (failure !== undefined) throw failure;
}

async function print(items: AsyncIterable<number>, over = {}) {
  const context = memoryContext(over);
  const outcome = await printRows(items, { output: "jsonl", columns: COLUMNS, context, noun: "row" });
  return { ...outcome, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

test("rows are printed as they come, and counted", async () => {
  const { rows, exitCode, stdout, stderr } = await print(numbers(1000));
  expect([rows, exitCode, stderr]).toEqual([1000, 0, ""]);
  expect(stdout.split("\n")).toHaveLength(1001);
});

test("a failure after some rows says how many there are, with exit code 20", async () => {
  const { rows, exitCode, stdout, stderr } = await print(numbers(250, FAILURE));
  expect([rows, exitCode]).toEqual([250, 20]);
  expect(stdout.split("\n")).toHaveLength(251);
  expect(stderr).toBe("connector: incomplete output, only 250 rows: the database is gone\n");
});

test("a failure before the first row is the failure of the command", async () => {
  await expect(print(numbers(0, FAILURE))).rejects.toBe(FAILURE);
});

test("a reader that is gone ends it without a message", async () => {
  await expect(print(numbers(3, new ReaderGone()))).rejects.toBeInstanceOf(ReaderGone);
  const signal = AbortSignal.abort(new ReaderGone());
  await expect(print(numbers(3), { signal })).rejects.toBeInstanceOf(ReaderGone);
});

test("a stop after some rows has the exit code of a stop", async () => {
  const stopped = new GovernanceError("canceled", "stopped by SIGINT");
  expect(await print(numbers(3, stopped))).toMatchObject({ rows: 3, exitCode: 1 });
});
