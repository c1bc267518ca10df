import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { unnotedLines } from "./unnoted-lines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("changes that cannot be noted have ten lines in a minute, and one that counts the others", () => {
  const failure = vi.fn<Logger["failure"]>();
  const warn = vi.fn<Logger["warn"]>();
  const unnoted = unnotedLines({ failure, warn }, () => performance.now());
  for (let change = 0; change < 5000; change += 1) unnoted(new Error("full"));
  expect(failure).toHaveBeenCalledTimes(10);
  vi.advanceTimersByTime(60_000);
  expect(warn.mock.calls).toEqual([[expect.stringContaining("more changes"), { changes: 4990 }]]);
});
