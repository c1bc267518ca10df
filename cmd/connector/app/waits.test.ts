import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AwsWaitEvent } from "../../../pkg/core/events.ts";
import { createWaitWatch, logWaits, showWaits, waitText } from "./waits.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const CALL = Symbol("call");

function waits(waitsFor: AwsWaitEvent["waitsFor"], attempt = 1, trouble?: string, call = CALL): AwsWaitEvent {
  return { call, operation: "ListUsers", waitsFor, attempt, trouble };
}

function rig() {
  const watch = createWaitWatch(() => Date.now());
  const shown: string[] = [];
  const lines: unknown[] = [];
  const line = { show: (text: string) => void shown.push(text), clear: () => void shown.push("") };
  const log = { warn: (msg: string, fields?: object) => void lines.push({ msg, ...fields }) };
  return { watch, shown, lines, live: showWaits(watch, line), logged: logWaits(watch, log) };
}

describe("what is waited for", () => {
  test("is shown and logged after two seconds, with the reason and how long", () => {
    const { watch, shown, lines } = rig();
    watch.observe(waits("answer"));
    vi.advanceTimersByTime(1_900);
    expect([shown, lines]).toEqual([[], []]);
    watch.observe(waits("retry", 1, "connection refused"));
    watch.observe(waits("answer", 2, "connection refused"));
    vi.advanceTimersByTime(600);
    expect(shown.at(-1)).toBe("waiting for AWS: connection refused (ListUsers, attempt 2, 3 s)");
    expect(lines).toEqual([
      {
        msg: "waiting for AWS",
        operation: "ListUsers",
        attempt: 2,
        outcome: "connection refused",
        durationMs: 2_000,
      },
    ]);
    vi.advanceTimersByTime(10_000);
    expect(lines).toHaveLength(2);
    watch.observe(waits("nothing"));
    vi.advanceTimersByTime(600);
    expect(shown.at(-1)).toBe("");
    expect(watch.longest(0)).toBeUndefined();
  });

  test("is the answer, or the credentials, while nothing has failed", () => {
    const { watch, shown } = rig();
    watch.observe(waits("credentials"));
    vi.advanceTimersByTime(2_500);
    expect(shown.at(-1)).toBe("waiting for AWS: AWS credentials (ListUsers, 3 s)");
    watch.observe(waits("answer"));
    vi.advanceTimersByTime(500);
    expect(shown.at(-1)).toBe("waiting for AWS: no answer yet (ListUsers, 3 s)");
  });

  test("is not the limiter, which makes calls wait by intention", () => {
    const { watch, shown } = rig();
    watch.observe(waits("turn"));
    vi.advanceTimersByTime(60_000);
    watch.observe(waits("answer"));
    vi.advanceTimersByTime(1_000);
    expect(shown).toEqual([]);
  });

  test("is the call that has waited longest", () => {
    const { watch } = rig();
    watch.observe(waits("answer", 1, "no answer"));
    vi.advanceTimersByTime(1_000);
    watch.observe(waits("answer", 1, undefined, Symbol("other")));
    vi.advanceTimersByTime(2_000);
    const longest = watch.longest(2_000);
    expect(longest && waitText(longest)).toBe("waiting for AWS: no answer (ListUsers, 3 s)");
  });

  test("is no longer shown or logged once that is closed", () => {
    const { watch, shown, lines, live, logged } = rig();
    watch.observe(waits("answer"));
    live.close();
    logged.close();
    vi.advanceTimersByTime(60_000);
    expect([shown, lines]).toEqual([[], []]);
  });
});
