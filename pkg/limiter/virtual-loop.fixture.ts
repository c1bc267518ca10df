// A test instrument: an event loop in virtual time that can stall. Fake timers cannot do that: they run every timer
// at its own time, whereas a stalled process runs all the late ones in one burst, at one and the same time.

import type { MonotonicClock } from "../core/clock.ts";

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

export interface VirtualLoop {
  /** Milliseconds since the start. */
  readonly now: MonotonicClock;
  /** Runs `action` at a time from now on. */
  at(dueMs: number, action: () => void): void;
  /** The process does something else for so long; what falls due meanwhile is late. */
  stall(ms: number): void;
  /** Sets the wall clock forward, or back. */
  stepWallClock(ms: number): void;
  /** Time does not go on until this is settled: work of the real world that takes no time in this one. */
  hold(work: Promise<unknown>): void;
  /** Runs until then. Timers that fall due later stay. */
  run(untilMs: number): Promise<void>;
  /** Timers that would keep a process alive. */
  timers(): number;
  /** Restores the globals. */
  uninstall(): void;
}

/** Takes over setTimeout, clearTimeout and Date.now, which is what Bottleneck uses. */
export function installVirtualLoop(): VirtualLoop {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, now: Date.now };
  const realImmediate = globalThis.setImmediate;
  const timers = new Map<object, Timer>();
  let time = 0;
  let wall = 1_795_000_000_000;
  let orders = 0;
  const held = new Set<Promise<unknown>>();

  function add(due: number, run: () => void): object {
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => true };
    timers.set(handle, { due, order: orders++, run });
    return handle;
  }

  function takeNext(untilMs: number): Timer | undefined {
    let best: [object, Timer] | undefined;
    for (const entry of timers) {
      const timer = entry[1];
      if (timer.due > untilMs) continue;
      if (best !== undefined && (best[1].due - timer.due || best[1].order - timer.order) < 0) continue;
      best = entry;
    }
    if (best === undefined) return undefined;
    timers.delete(best[0]);
    return best[1];
  }

  Object.assign(globalThis, {
    // Node waits at least one millisecond, and only whole ones. More than 24.8 days are one millisecond.
    setTimeout: (run: () => void, ms: number) =>
      add(time + (ms >= 1 && ms < 2 ** 31 ? Math.trunc(ms) : 1), run),
    clearTimeout: (handle: object | undefined) => {
      if (handle !== undefined) timers.delete(handle);
    },
  });
  Date.now = () => Math.floor(time + wall);

  const drained = (): Promise<void> => new Promise((resolve) => realImmediate(resolve));
  async function settled(): Promise<void> {
    await drained();
    while (held.size > 0) {
      const all = [...held];
      await Promise.allSettled(all);
      for (const work of all) held.delete(work);
      await drained();
    }
  }

  return {
    now: () => time,
    at: (dueMs, action) => {
      add(Math.max(dueMs, time), action);
    },
    hold: (work) => void held.add(work),
    stall: (ms) => {
      time += ms;
    },
    stepWallClock: (ms) => {
      wall += ms;
    },
    async run(untilMs) {
      await settled();
      for (let timer = takeNext(untilMs); timer !== undefined; timer = takeNext(untilMs)) {
        time = Math.max(time, timer.due);
        timer.run();
        await settled();
      }
      time = Math.max(time, untilMs);
    },
    timers: () => timers.size,
    uninstall() {
      Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
      Date.now = real.now;
    },
  };
}

/** The most of `times` (ascending) that lie in any window of that length, both ends counted. */
export function mostInWindow(times: readonly number[], lengthMs: number): number {
  let most = 0;
  let first = 0;
  times.forEach((time, index) => {
    while ((times[first] ?? time) < time - lengthMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
