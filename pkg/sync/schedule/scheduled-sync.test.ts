import { describe, expect, test } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { fakeDirectory, POOL, userNumber } from "../../../test/support/fake-directory.ts";
import { emptyRun, type MemoryRun, memoryTarget, NOON } from "../../../test/support/memory-target.ts";
import { createConnector } from "../../connector/create-connector.ts";
import { NO_ROWS } from "../../core/sync-plan.ts";
import { WHOLE_POOL } from "../../core/sync-scope.ts";
import type { PublishedRun } from "../target.ts";
import { createScheduledSync, type ScheduleEvents } from "./scheduled-sync.ts";

const HOUR_MS = 3_600_000;

function completeAt(run: MemoryRun, minutesAgo: number): MemoryRun {
  const endedAt = new Date(NOON.getTime() - minutesAgo * 60_000);
  run.complete = {
    id: `${minutesAgo} minutes ago`,
    startedAt: endedAt,
    endedAt,
    scope: WHOLE_POOL,
    counts: NO_ROWS,
  };
  return run;
}

/** A schedule of one hour over these runs, at noon. Its waits last until the end. */
function scheduled(runs: readonly MemoryRun[], { endsAsItBegins = false } = {}) {
  const end = new AbortController();
  const waits: number[] = [];
  const said: string[] = [];
  const { directory } = fakeDirectory({ users: [userNumber(1)] });
  const events: ScheduleEvents<PublishedRun> = {
    onDropped: (target, reason) => void said.push(`${target}: ${reason}`),
    onFound: ({ id }) => void said.push(`found ${id}`),
    onWait: (ms) => void waits.push(ms),
    onBegun() {
      said.push("begun");
      if (endsAsItBegins) end.abort();
    },
    onCut: () => void said.push("cut"),
    onResult: ({ kind }) => void said.push(kind),
  };
  const schedule = createScheduledSync(
    {
      everyMs: HOUR_MS,
      jitter: 0,
      random: () => 0.5,
      sleep: (_ms, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
      sync: {
        connector: createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 }),
        targets: runs.map((run, index) => async () => memoryTarget(run, { name: `target ${index}` })),
        listingsAtOnce: 2,
        scope: WHOLE_POOL,
        publishing: { acceptShrink: false },
        clocks: { now: () => NOON.getTime(), monotonic: () => 0 },
        randomBytes: (size) => new Uint8Array(size),
        callTotals: () => ({ calls: 0, throttles: 0 }),
        resumedBy: "the next run",
        events: {},
      },
      events,
    },
    end.signal,
  );
  return { schedule, waits, said, end };
}

describe("a scheduled sync of several targets", () => {
  test("waits until an hour after the run of the target that is furthest behind", async () => {
    const { waits, said, end } = scheduled([completeAt(emptyRun(), 10), completeAt(emptyRun(), 40)]);
    await eventually(() => expect(waits).toEqual([20 * 60_000]));
    expect(said).toEqual(["found 40 minutes ago"]);
    end.abort();
  });

  test("waits an hour from the begin of a run whose end is moved behind one of a clock that was ahead", async () => {
    const run = completeAt(emptyRun(), 10);
    if (run.complete !== undefined) {
      run.complete = { ...run.complete, endedAt: new Date(NOON.getTime() + 24 * HOUR_MS) };
    }
    const { waits, said, end } = scheduled([run]);
    await eventually(() => expect(said.length).toBeGreaterThan(0));
    await eventually(() => expect(waits).toEqual([50 * 60_000]));
    expect(said).toEqual(["found 10 minutes ago"]);
    end.abort();
  });

  test.for([
    ["one of them holds no run", () => emptyRun()],
    [
      "one of them holds a run that was cut",
      () => {
        const run = completeAt(emptyRun(), 10);
        run.run = { id: "cut", startedAt: NOON, scope: WHOLE_POOL };
        return run;
      },
    ],
  ] as const)("begins at once when %s", async ([, other]) => {
    const runs = [completeAt(emptyRun(), 10), other()];
    const { schedule, said, waits, end } = scheduled(runs);
    await eventually(() => expect(said.at(-1)).toBe("done"));
    expect(said.slice(-2)).toEqual(["begun", "done"]);
    await eventually(() => expect(waits).toEqual([HOUR_MS]));
    const [first, second] = runs.map(({ complete }) => complete);
    expect(first).toEqual(second);
    expect(schedule.status()).toMatchObject({ complete: { id: first?.id }, failures: 0 });
    end.abort();
  });

  test("reports a run that the end of the schedule cuts, and no result of it", async () => {
    const { schedule, said } = scheduled([emptyRun()], { endsAsItBegins: true });
    await eventually(() => expect(said).toEqual(["begun", "cut"]));
    expect(schedule.status()).toMatchObject({ last: undefined, complete: undefined });
  });
});
