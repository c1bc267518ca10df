import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { memoryOutput } from "../../testing.fixture.ts";
import { followBatch } from "./follow-batch.ts";
import { createLiveLine } from "./live-line.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function follow({ isTerminal = false } = {}) {
  const stderr = memoryOutput({ isTerminal });
  const logged: string[] = [];
  const log = { info: (text: string) => void logged.push(text) };
  const progress = followBatch(
    "checking",
    100,
    { log, liveLine: createLiveLine(stderr) },
    { stderr, env: {}, monotonic: () => performance.now() },
    { log: { format: "console" } },
  );
  return { progress, logged, stderr };
}

test("off a terminal the log has a line every ten seconds, also while no row is done", () => {
  const { progress, logged } = follow();
  vi.advanceTimersByTime(9_999);
  expect(logged).toEqual([]);
  vi.advanceTimersByTime(1);
  progress.row(10, 1);
  vi.advanceTimersByTime(20_000);
  expect(logged).toEqual([
    "checking · 0 of 100 rows",
    "1 failed · checking, about 3 min left · 10 of 100 rows",
    "1 failed · checking, about 5 min left · 10 of 100 rows",
  ]);
  progress.close();
  vi.advanceTimersByTime(60_000);
  expect(logged).toHaveLength(3);
});

test("on a terminal the live line has it, and the log nothing", () => {
  const { progress, logged, stderr } = follow({ isTerminal: true });
  progress.row(50, 0);
  vi.advanceTimersByTime(60_000);
  progress.close();
  expect(logged).toEqual([]);
  expect(stderr.text()).toContain("50 of 100 rows");
});
