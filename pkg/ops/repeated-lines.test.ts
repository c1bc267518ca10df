import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRepeatedLines } from "./repeated-lines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function lines(whole: number) {
  const written: string[] = [];
  const repeated = createRepeatedLines({
    monotonic: () => performance.now(),
    whole,
    summarize: (source, what, more) => written.push(`${source} ${what} +${more}`),
  });
  const line = (source: string, what: string): void =>
    repeated.line(source, what, () => written.push(`${source} ${what}`));
  return { written, line, flush: () => repeated.flush() };
}

test("the first line of a source is written, and once a minute how many more there were", () => {
  const { written, line } = lines(1);
  for (let at = 0; at < 10_000; at += 1) line("10.0.0.1", "UNAUTHENTICATED");
  line("10.0.0.2", "UNAUTHENTICATED");
  expect(written).toEqual(["10.0.0.1 UNAUTHENTICATED", "10.0.0.2 UNAUTHENTICATED"]);
  vi.advanceTimersByTime(60_000);
  expect(written.slice(2)).toEqual(["10.0.0.1 UNAUTHENTICATED +9999"]);
  line("10.0.0.1", "UNAUTHENTICATED");
  expect(written).toHaveLength(4);
});

test("more sources than are counted share one count", () => {
  const { written, line, flush } = lines(1);
  for (let peer = 0; peer < 10_000; peer += 1) line(`peer ${peer}`, "UNAUTHENTICATED");
  expect(written).toHaveLength(101);
  flush();
  expect(written.slice(101)).toEqual(["(others) (others) +9899"]);
});

test("so many lines of one source are written whole as are allowed", () => {
  const { written, line, flush } = lines(3);
  for (let at = 0; at < 5; at += 1) line("ada", "NOT_FOUND");
  flush();
  flush();
  expect(written).toEqual(["ada NOT_FOUND", "ada NOT_FOUND", "ada NOT_FOUND", "ada NOT_FOUND +2"]);
});
