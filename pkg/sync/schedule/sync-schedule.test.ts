import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ErrorDetails, GovernanceError } from "../../core/errors.ts";
import {
  createSyncSchedule,
  type RunReport,
  type SyncSchedule,
  type SyncScheduleOptions,
} from "./sync-schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 21, 12);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});

afterEach(() => {
  vi.useRealTimers();
});

interface Rig {
  readonly schedule: SyncSchedule<string>;
  /** Minutes after noon at which runs began. */
  readonly starts: number[];
  readonly reports: RunReport<string>[];
  readonly waits: number[];
  readonly stop: AbortController;
}

function rig(different: Partial<SyncScheduleOptions<string>> = {}): Rig {
  const starts: number[] = [];
  const reports: RunReport<string>[] = [];
  const waits: number[] = [];
  const stop = new AbortController();
  const { run = async () => "good", ...rest } = different;
  const schedule = createSyncSchedule<string>(
    {
      everyMs: HOUR,
      jitter: 0,
      random: () => 0.5,
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sleep,
      lastEndedAtMs: async () => undefined,
      run(signal) {
        starts.push((Date.now() - NOON) / MINUTE);
        return run(signal);
      },
      onResult: (report) => reports.push(report),
      onWait: (ms) => waits.push(ms),
      ...rest,
    },
    stop.signal,
  );
  return { schedule, starts, reports, waits, stop };
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

const minutes = (count: number): Promise<unknown> => vi.advanceTimersByTimeAsync(count * MINUTE);
const taking = (count: number) => async (signal: AbortSignal) => {
  await sleep(count * MINUTE, signal);
  return "good";
};
const failing =
  (code: ConstructorParameters<typeof GovernanceError>[0], details: ErrorDetails = {}) =>
  async () => {
    throw new GovernanceError(code, "no luck", details);
  };

describe("the first run", () => {
  test("begins right after the start", async () => {
    const { starts, reports } = rig();
    await minutes(0);
    expect(starts).toEqual([0]);
    expect(reports).toMatchObject([{ kind: "done", result: "good", startedAtMs: NOON, skipped: 0 }]);
  });

  test.for([
    ["20 minutes old waits for the other 40", 20, 40],
    ["older than the interval waits for nothing", 61, 0],
    ["of another clock that is a little ahead waits for one interval", -4, 60],
    // Its age is not known. A service that restarts more often than the interval would else never sync.
    ["of a clock that was ahead waits for nothing", -500, 0],
  ] as const)("after a complete one %s", async ([, ageMinutes, wait]) => {
    const { starts, schedule } = rig({ lastEndedAtMs: async () => NOON - ageMinutes * MINUTE });
    await minutes(0);
    expect(schedule.status().nextAtMs).toBe(wait === 0 ? NOON + HOUR : NOON + wait * MINUTE);
    await minutes(60);
    expect(starts[0]).toBe(wait);
  });

  test("does not wait for an earlier one that cannot be read", async () => {
    const { starts } = rig({ lastEndedAtMs: failing("data-loss") });
    await minutes(0);
    expect(starts).toEqual([0]);
  });
});

describe("the beat", () => {
  test("is counted from start to start", async () => {
    const { starts } = rig({ run: taking(25) });
    await minutes(150);
    expect(starts).toEqual([0, 60, 120]);
  });

  test("SCHEDULE-1, SCHEDULE-2: leaves out what a run overran, and never runs two at once", async () => {
    let running = 0;
    const { starts, reports } = rig({
      async run(signal) {
        running += 1;
        expect(running).toBe(1);
        await sleep(135 * MINUTE, signal);
        running -= 1;
        return "good";
      },
    });
    await minutes(400);
    expect(starts).toEqual([0, 180, 360]);
    expect(reports).toMatchObject([{ skipped: 2 }, { skipped: 2 }]);
  });

  test.for([
    ["early", 0, 54],
    ["on the beat", 0.5, 60],
    ["late", 0.999_999, 66],
  ] as const)("is %s by chance, within the jitter", async ([, chance, expected]) => {
    const { starts } = rig({ jitter: 0.1, random: () => chance });
    await minutes(70);
    expect(starts).toHaveLength(2);
    expect(starts[0]).toBe(0);
    expect(starts[1]).toBeCloseTo(expected, 2);
  });
});

describe("a failure", () => {
  test("SCHEDULE-3: that can pass is tried again soon, then less often, and no later than an interval on", async () => {
    const { starts, reports, schedule } = rig({ run: failing("unavailable") });
    await minutes(200);
    expect(starts).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(reports.map((report) => report.kind)).toEqual(Array(9).fill("failed"));
    expect(reports.at(-1)).toMatchObject({ failures: 9, retryInMs: HOUR, error: { code: "unavailable" } });
    expect(schedule.status()).toMatchObject({ failures: 9, nextAtMs: NOON + 243 * MINUTE });
  });

  test.for(["permission-denied", "refused-by-guard", "invalid-argument", "data-loss"] as const)(
    "%s waits for the whole interval",
    async (code) => {
      const { starts } = rig({ run: failing(code) });
      await minutes(130);
      expect(starts).toEqual([0, 60, 120]);
    },
  );

  test("that says when to come again is taken at its word, up to an interval", async () => {
    const soon = rig({ run: failing("throttled", { retryAt: new Date(NOON + 10 * MINUTE) }) });
    await minutes(0);
    expect(soon.schedule.status().nextAtMs).toBe(NOON + 10 * MINUTE);
    const late = rig({ run: failing("throttled", { retryAt: new Date(NOON + 9 * HOUR) }) });
    await minutes(0);
    expect(late.schedule.status().nextAtMs).toBe(NOON + HOUR);
  });

  test("with jitter comes earlier, never later", async () => {
    const { waits } = rig({ jitter: 0.5, random: () => 0.999_999, run: failing("permission-denied") });
    await minutes(0);
    expect(waits[0]).toBeCloseTo(HOUR / 2, -1);
  });

  test("of a foreign kind is internal, and SCHEDULE-4: ends nothing, nor does a listener that throws", async () => {
    let runs = 0;
    const { starts, schedule } = rig({
      async run() {
        runs += 1;
        if (runs === 1) throw new TypeError("ann@example.com");
        return "good";
      },
      onResult() {
        throw new Error("deaf");
      },
    });
    await minutes(0);
    expect(schedule.status().last).toMatchObject({
      kind: "failed",
      error: { code: "internal" },
      failures: 1,
    });
    await minutes(62);
    expect(starts).toEqual([0, 1, 61]);
    expect(schedule.status()).toMatchObject({ failures: 0, last: { kind: "done" } });
  });
});

describe("the end", () => {
  test.for(["signal", "close"] as const)(
    "by %s cuts the run under way and is not reported as a failure",
    async (by) => {
      const { schedule, starts, reports, stop } = rig({ run: taking(30) });
      await minutes(5);
      expect(schedule.status().runningSinceMs).toBe(NOON);
      if (by === "signal") stop.abort(new GovernanceError("canceled", "stopped by SIGTERM"));
      await schedule.close(10_000);
      await minutes(200);
      expect({ starts, reports }).toEqual({ starts: [0], reports: [] });
      expect(schedule.status()).toMatchObject({
        runningSinceMs: undefined,
        nextAtMs: undefined,
        failures: 0,
      });
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test("between runs needs no grace", async () => {
    const { schedule, starts } = rig();
    await minutes(5);
    await schedule.close(0);
    await minutes(200);
    expect(starts).toEqual([0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("before the first run runs nothing", async () => {
    const gate = Promise.withResolvers<undefined>();
    const { schedule, starts } = rig({ lastEndedAtMs: () => gate.promise });
    const closed = schedule.close(10_000);
    gate.resolve(undefined);
    await closed;
    expect(starts).toEqual([]);
  });

  test("waits no longer than the grace for a run that ignores its signal", async () => {
    const { schedule } = rig({ run: () => new Promise(() => {}) });
    await minutes(0);
    const ended = vi.fn<() => void>();
    const closing = schedule.close(10_000).finally(ended);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await closing;
    expect(ended).toHaveBeenCalledOnce();
  });
});
