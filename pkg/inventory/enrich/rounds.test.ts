import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EnrichmentReport } from "./enrichment.ts";
import { createEnrichmentRounds } from "./rounds.ts";

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  vi.useRealTimers();
});

function rig(ends: EnrichmentReport["ended"] = "complete", takesMs = 0) {
  const starts: number[] = [];
  const stops: number[] = [];
  const rounds = createEnrichmentRounds({
    async round(signal) {
      starts.push(Math.floor(Date.now() / MINUTE));
      const isCut = await sleep(takesMs, signal).then(
        () => false,
        () => true,
      );
      if (isCut) stops.push(Date.now() / MINUTE);
      const read = { mfa: 0, "last-sign-in": 0 };
      const ended = isCut ? "stopped" : ends;
      return { read, gone: 0, unclear: 0, calls: 0, leftOut: [], ended, failure: undefined };
    },
    sleep,
  });
  return { rounds, starts, stops };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * MINUTE);

test("looks every hour for what is due, and ten minutes after a failure", async () => {
  const calm = rig();
  calm.rounds.begin();
  const failing = rig("failed");
  failing.rounds.begin();
  await minutes(125);
  expect(calm.starts).toEqual([0, 60, 120]);
  expect(failing.starts).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]);
});

test("stops at once for a sync, and begins again behind it", async () => {
  const { rounds, starts, stops } = rig("complete", 30 * MINUTE);
  rounds.begin();
  rounds.begin();
  await minutes(5);
  rounds.halt();
  await minutes(10);
  expect([starts, stops]).toEqual([[0], [5]]);
  rounds.begin();
  await minutes(0);
  expect(starts).toEqual([0, 15]);
});

test("never has two rounds at once, however short the pause", async () => {
  const { rounds, starts, stops } = rig("complete", 30 * MINUTE);
  rounds.begin();
  await minutes(1);
  rounds.halt();
  rounds.begin();
  rounds.halt();
  rounds.begin();
  await minutes(1);
  expect([starts, stops]).toEqual([[0, 1], [1]]);
});

test("closes once nothing runs any more, and then begins nothing", async () => {
  const { rounds, starts, stops } = rig("complete", 30 * MINUTE);
  rounds.begin();
  await minutes(1);
  await rounds.close();
  expect(stops).toEqual([1]);
  rounds.begin();
  await minutes(200);
  expect(starts).toEqual([0]);
});
