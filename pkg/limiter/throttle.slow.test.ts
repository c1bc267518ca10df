// Whatever happens, in any order: arrivals, aborts, priorities, stalls, throttles, a wall clock that is set. When one of
// these fails, fast-check prints the seed and the path; give them to `check` to see the same run again.

import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClocks } from "../core/clock.ts";
import type { Operation } from "../core/operations.ts";
import type { Priority } from "../core/throttle.ts";
import { createThrottle, type QuotaThrottle } from "./throttle.ts";
import { installVirtualLoop, mostInWindow, type VirtualLoop } from "./virtual-loop.fixture.ts";

const RUNS = 40;
const RANKS: Readonly<Record<Priority, number>> = { write: 0, read: 1, sync: 2, background: 3 };

let loop: VirtualLoop;
beforeEach(() => {
  loop = installVirtualLoop();
});
afterEach(() => {
  loop.uninstall();
});

type Event =
  | {
      readonly kind: "arrive";
      readonly count: number;
      readonly priority: Priority;
      readonly operation: Operation;
    }
  | { readonly kind: "abort"; readonly index: number; readonly count: number }
  | { readonly kind: "stall"; readonly ms: number }
  | { readonly kind: "throttle"; readonly operation: Operation }
  | { readonly kind: "set-clock"; readonly ms: number };

interface Call {
  readonly number: number;
  readonly priority: Priority;
  readonly operation: Operation;
  readonly abort: AbortController;
  outcome: "waits" | "granted" | "aborted" | "aborted, then granted";
}

const operation = fc.constantFrom<Operation>("ListGroups", "GetGroup");
const priority = fc.constantFrom<Priority>("write", "read", "sync", "background");
const arrive = fc.record({
  kind: fc.constant("arrive" as const),
  count: fc.integer({ min: 1, max: 40 }),
  priority,
  operation,
});
const abort = fc.record({
  kind: fc.constant("abort" as const),
  index: fc.nat(200),
  count: fc.integer({ min: 1, max: 60 }),
});
const stall = fc.record({ kind: fc.constant("stall" as const), ms: fc.integer({ min: 1, max: 3000 }) });
const throttle = fc.record({ kind: fc.constant("throttle" as const), operation });
const setClock = fc.record({
  kind: fc.constant("set-clock" as const),
  // By seconds, and by up to forty days.
  ms: fc.oneof(
    fc.integer({ min: -5000, max: 5000 }),
    fc.integer({ min: -40 * 86_400_000, max: 40 * 86_400_000 }),
  ),
});

const schedule = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 1500 }),
    fc.oneof<fc.Arbitrary<Event>[]>(arrive, arrive, arrive, abort, stall, throttle, setClock),
  ),
  { minLength: 1, maxLength: 40, size: "max" },
);
const rate = fc.constantFrom(0.5, 1, 2.5, 5, 7.3, 20, 60);

class Run {
  readonly calls: Call[] = [];
  readonly starts: { readonly at: number; readonly operation: Operation }[] = [];
  /** Grants that came before those of calls that should have gone first. */
  readonly unjust: string[] = [];
  readonly #throttle: QuotaThrottle;

  constructor(throttleUnderTest: QuotaThrottle) {
    this.#throttle = throttleUnderTest;
  }

  async play(events: readonly (readonly [number, Event])[]): Promise<void> {
    let at = 0;
    for (const [pauseMs, event] of events) {
      at = Math.max(at + pauseMs, loop.now());
      await loop.run(at);
      this.#happen(event);
    }
  }

  waiting(): readonly Call[] {
    return this.calls.filter(({ outcome }) => outcome === "waits");
  }

  #happen(event: Event): void {
    switch (event.kind) {
      case "arrive":
        for (let arrived = 0; arrived < event.count; arrived += 1)
          this.#call(event.priority, event.operation);
        return;
      case "abort":
        for (const call of this.waiting().slice(event.index % 50, (event.index % 50) + event.count)) {
          call.outcome = "aborted";
          call.abort.abort();
        }
        return;
      case "stall":
        loop.stall(event.ms);
        return;
      case "throttle":
        this.#throttle.throttled(event.operation);
        return;
      case "set-clock":
        loop.stepWallClock(event.ms);
    }
  }

  #call(callPriority: Priority, callOperation: Operation): void {
    const controller = new AbortController();
    const call: Call = {
      number: this.calls.length,
      priority: callPriority,
      operation: callOperation,
      abort: controller,
      outcome: "waits",
    };
    this.calls.push(call);
    this.#throttle.acquire(callOperation, callPriority, controller.signal).then(
      () => this.#granted(call),
      () => undefined,
    );
  }

  #granted(call: Call): void {
    this.starts.push({ at: loop.now(), operation: call.operation });
    call.outcome = call.outcome === "waits" ? "granted" : "aborted, then granted";
    // Two operations may have caps of their own, so only the same operation can be passed unjustly.
    const passed = this.waiting().find(
      (other) =>
        other.operation === call.operation &&
        (RANKS[other.priority] - RANKS[call.priority] || other.number - call.number) < 0,
    );
    if (passed !== undefined) this.unjust.push(`${call.number} before ${passed.number}`);
  }
}

test("LIMITER-1, LIMITER-3, LIMITER-4, LIMITER-5 hold whatever happens, and everybody who waits is served in the end", async () => {
  await fc.assert(
    fc
      .asyncProperty(rate, schedule, async (perSecond, events) => {
        const underTest = createThrottle({
          rates: { UserPoolResourceRead: perSecond },
          monotonic: loop.now,
          now: systemClocks.now,
        });
        const run = new Run(underTest);
        await run.play(events);
        // The least rate is 0.2 a second, and it recovers within a minute.
        await loop.run(loop.now() + 120_000 + (run.waiting().length * 1100) / Math.min(perSecond, 10));

        const all = run.starts.map(({ at }) => at);
        expect(mostInWindow(all, 10_000)).toBeLessThanOrEqual(perSecond * 10);
        expect(mostInWindow(all, 1000)).toBeLessThanOrEqual(Math.ceil(perSecond) + 1);
        for (const capped of ["ListGroups", "GetGroup"]) {
          const own = run.starts.filter((start) => start.operation === capped).map(({ at }) => at);
          expect(mostInWindow(own, 10_000)).toBeLessThanOrEqual(Math.min(perSecond, 5) * 10);
          expect(mostInWindow(own, 1000)).toBeLessThanOrEqual(Math.ceil(Math.min(perSecond, 5)) + 1);
        }
        expect(run.unjust).toEqual([]);
        expect(run.calls.filter(({ outcome }) => outcome === "aborted, then granted")).toEqual([]);
        expect(run.waiting()).toEqual([]);
        expect(loop.timers()).toBe(0);
      })
      .beforeEach(() => {
        loop.uninstall();
        loop = installVirtualLoop();
      }),
    { numRuns: RUNS },
  );
});

// What LIMITER-1 leaves room for: sixty milliseconds of each ten seconds (DESIGN.md). More than that, all at once, is
// lost.
const jitter = fc.array(fc.tuple(fc.integer({ min: 300, max: 2500 }), fc.integer({ min: 1, max: 60 })), {
  minLength: 20,
  maxLength: 20,
});
const crowd = fc.array(fc.tuple(fc.nat(39_000), arrive, fc.boolean()), { maxLength: 30 });

test("LIMITER-2: at least 99 % is used while a call waits, through short stalls, aborts and changes of priority", async () => {
  await fc.assert(
    fc
      .asyncProperty(fc.constantFrom(1, 5, 30, 120), jitter, crowd, async (perSecond, stalls, guests) => {
        const underTest = createThrottle({
          rates: { UserList: perSecond },
          monotonic: loop.now,
          now: systemClocks.now,
        });
        const starts: number[] = [];
        const forever = new AbortController();
        const ask = (askPriority: Priority, signal: AbortSignal): void => {
          underTest.acquire("ListUsers", askPriority, signal).then(
            () => starts.push(loop.now()),
            () => undefined,
          );
        };
        for (let call = 0; call < perSecond * 45; call += 1) ask("sync", forever.signal);
        for (const [at, guest, leaves] of guests) {
          const impatient = new AbortController();
          loop.at(at, () => {
            for (let call = 0; call < guest.count; call += 1) ask(guest.priority, impatient.signal);
          });
          if (leaves) loop.at(at + 100, () => impatient.abort());
        }
        for (const [pauseMs, ms] of stalls) {
          await loop.run(loop.now() + pauseMs);
          loop.stall(ms);
        }
        await loop.run(40_000);
        const inTime = starts.filter((at) => at < 40_000).length;
        expect(inTime).toBeGreaterThanOrEqual(Math.floor(40 * perSecond * 0.99));
        expect(mostInWindow(starts, 10_000)).toBeLessThanOrEqual(perSecond * 10);
        expect(mostInWindow(starts, 1000)).toBeLessThanOrEqual(perSecond + 1);
      })
      .beforeEach(() => {
        loop.uninstall();
        loop = installVirtualLoop();
      }),
    { numRuns: RUNS },
  );
});
