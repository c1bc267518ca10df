// Time that moves only while nothing is under way: a day of syncs takes as long as its work. The timers of Node's own
// sockets and streams stay real, so the network of a day is in memory (memory-network.ts).

import { syncBuiltinESMExports } from "node:module";
import streamPromises from "node:stream/promises";
import timersPromises from "node:timers/promises";

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

export interface VirtualTime {
  /** Milliseconds since the start. Only goes forward. */
  readonly elapsed: () => number;
  /** The wall clock of this machine. */
  readonly wall: () => number;
  /** The wall clock of AWS, which nobody sets. */
  readonly trueWall: () => number;
  /** Sets the wall clock of this machine forward, or back. */
  stepWall(byMs: number): void;
  at(dueMs: number, action: () => void): void;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Waits for work in real time, such as the packing of a file; meanwhile no time passes. */
  still<T>(work: () => Promise<T>): Promise<T>;
  /** Runs the work, and moves time on whenever nothing is under way. Rejects with NoEnd after `limitMs`. */
  drive<T>(work: Promise<T>, limitMs: number): Promise<T>;
  uninstall(): void;
}

export class NoEnd extends Error {
  override readonly name = "NoEnd";
}

const START = Date.UTC(2026, 10, 18, 8);
/** So many turns of the event loop without any work are no work: each step of a call takes one or two. */
const QUIET_TURNS = 6;
const MAX_DELAY_MS = 2 ** 31;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Takes over the timers and Date.now of the process. */
export function installVirtualTime(): VirtualTime {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const real = { setTimeout, clearTimeout, setInterval, clearInterval };
  const realNow = Date.now;
  const realDelay = timersPromises.setTimeout;
  const realPipeline = streamPromises.pipeline;
  const timers = new Map<object, Timer>();
  let time = 0;
  let offset = 0;
  let orders = 0;
  let working = 0;

  function add(due: number, run: () => void, handle: object = newHandle()): object {
    timers.set(handle, { due, order: orders++, run });
    return handle;
  }

  function next(): [object, Timer] | undefined {
    let best: [object, Timer] | undefined;
    for (const entry of timers) {
      if (best === undefined || (entry[1].due - best[1].due || entry[1].order - best[1].order) < 0)
        best = entry;
    }
    return best;
  }

  // Node waits at least one millisecond, and only whole ones. More than 24.8 days are one millisecond.
  const wholeMs = (ms: number): number => (ms >= 1 && ms < MAX_DELAY_MS ? Math.trunc(ms) : 1);

  function every(run: () => void, ms: number, handle: object = newHandle()): object {
    return add(
      time + wholeMs(ms),
      () => {
        every(run, ms, handle);
        run();
      },
      handle,
    );
  }

  const clear = (isReal: (handle: never) => void) => (handle: object | undefined) => {
    if (handle !== undefined && !timers.delete(handle)) Reflect.apply(isReal, globalThis, [handle]);
  };

  async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        timers.delete(handle);
        reject(signal?.reason);
      };
      const handle = add(time + wholeMs(ms), () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      });
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  Object.assign(globalThis, {
    setTimeout: (run: (...args: unknown[]) => void, ms = 1, ...args: unknown[]) =>
      add(time + wholeMs(ms), () => run(...args)),
    setInterval: (run: (...args: unknown[]) => void, ms = 1, ...args: unknown[]) =>
      every(() => run(...args), ms),
    clearTimeout: clear(clearTimeout),
    clearInterval: clear(clearInterval),
  });
  Object.assign(timersPromises, {
    setTimeout: async (ms: number, value: unknown, options?: { readonly signal?: AbortSignal }) => {
      await sleep(ms, options?.signal);
      return value;
    },
  });
  // A file is packed and unpacked by other threads, in real time.
  Object.assign(streamPromises, {
    pipeline: (...args: unknown[]) =>
      still(async (): Promise<unknown> => await Reflect.apply(realPipeline, undefined, args)),
  });
  Date.now = () => Math.floor(START + time + offset);
  syncBuiltinESMExports();

  async function still<T>(work: () => Promise<T>): Promise<T> {
    working += 1;
    try {
      return await work();
    } finally {
      working -= 1;
    }
  }

  return {
    elapsed: () => time,
    wall: () => Date.now(),
    trueWall: () => Math.floor(START + time),
    stepWall(byMs) {
      offset += byMs;
    },
    at(dueMs, action) {
      add(Math.max(dueMs, time), action);
    },
    sleep,
    still,
    async drive(work, limitMs) {
      const until = time + limitMs;
      const state = { isEnded: false };
      const end = (): void => {
        state.isEnded = true;
      };
      work.then(end, end);
      for (let quiet = 0; !state.isEnded; ) {
        await turn();
        quiet = working > 0 ? 0 : quiet + 1;
        if (quiet < QUIET_TURNS || state.isEnded) continue;
        const timer = next();
        if (timer === undefined || timer[1].due > until)
          throw new NoEnd(`no end within ${Math.round(limitMs / 1000)} s`);
        timers.delete(timer[0]);
        time = Math.max(time, timer[1].due);
        timer[1].run();
        quiet = 0;
      }
      return await work;
    },
    uninstall() {
      Object.assign(globalThis, real);
      Object.assign(timersPromises, { setTimeout: realDelay });
      Object.assign(streamPromises, { pipeline: realPipeline });
      Date.now = realNow;
      syncBuiltinESMExports();
    },
  };
}

function newHandle(): object {
  const handle = { ref: () => handle, unref: () => handle, hasRef: () => true, refresh: () => handle };
  return handle;
}
