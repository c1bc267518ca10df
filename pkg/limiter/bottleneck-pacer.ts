import Bottleneck from "bottleneck";
import { type MonotonicClock, systemClocks } from "../core/clock.ts";

/** Fires slots at an even pace, each as soon as it is due. It does not know which calls wait. */
export interface Pacer {
  /** Orders one slot. Runs `fire` when it is due, or `drop` if it never will be; neither after `close`. */
  slot(fire: () => void, drop: (cause: unknown) => void): void;
  /** The time between the slots ordered from now on. Slots already ordered keep theirs. */
  setPeriod(periodMs: number): void;
  /** Starts again with a new Bottleneck. The ordered slots are ordered again, the first for now. */
  restart(): void;
  /** Drops the ordered slots and their timers. */
  close(): Promise<void>;
}

interface Slot {
  readonly fire: () => void;
  readonly drop: (cause: unknown) => void;
}

/** Bottleneck schedules by the wall clock. After a larger step back it would wait for the lost time again. */
const CLOCK_STEP_MS = 100;

/** The only user of Bottleneck. `onFailure` is called for failures that belong to no slot. */
export function createBottleneckPacer(
  firstPeriodMs: number,
  monotonic: MonotonicClock,
  onFailure: (cause: unknown) => void,
): Pacer {
  let periodMs = firstPeriodMs;
  let closed = false;
  let skewMs = wallSkew();
  /** Ordered and not fired, oldest first. Any job of the current limiter fires the oldest. */
  const slots: Slot[] = [];
  let limiter = build();
  let retired: Promise<unknown> = Promise.resolve();

  // minTime and no reservoir: a reservoir can let twice its size through when it is refilled, and it needs a heartbeat
  // timer (LIMITER-7).
  function build(): Bottleneck {
    const built = new Bottleneck({ minTime: periodMs });
    const inUse = (): boolean => !closed && built === limiter;
    built.on("error", (cause: unknown) => {
      if (inUse()) onFailure(cause);
    });
    // Right after a job was dated: the clock may have been set since the slot was ordered.
    built.on("scheduled", () => {
      if (inUse()) restartIfClockWentBack();
    });
    return built;
  }

  function wallSkew(): number {
    return systemClocks.now() - monotonic();
  }

  function restartIfClockWentBack(): void {
    const skew = wallSkew();
    const wentBack = skew < skewMs - CLOCK_STEP_MS;
    skewMs = skew;
    if (wentBack) restart();
  }

  /** A new limiter has no earlier job to wait for. The windows keep LIMITER-1. */
  function restart(): void {
    const old = limiter;
    limiter = build();
    retired = Promise.all([retired, old.stop().catch(onFailure)]);
    slots.forEach(addJob);
  }

  function addJob(): void {
    const used = limiter;
    const inUse = (): boolean => !closed && used === limiter;
    let slot: Slot | undefined;
    // The job ends when it fires. The pacer does not wait for the call.
    used
      .schedule(async () => {
        if (!inUse()) return;
        slot = slots.shift();
        slot?.fire();
      })
      .catch((cause: unknown) => {
        // Jobs that a limiter in use no more drops belong to no slot.
        if (slot !== undefined) slot.drop(cause);
        else if (inUse()) slots.shift()?.drop(cause);
      });
  }

  return {
    slot(fire, drop) {
      if (closed) return;
      restartIfClockWentBack();
      slots.push({ fire, drop });
      addJob();
    },
    setPeriod(next) {
      periodMs = next;
      const used = limiter;
      // Its type says that it returns the limiter; it returns a promise.
      Promise.resolve(used.updateSettings({ minTime: next })).catch((cause: unknown) => {
        if (!closed && used === limiter) onFailure(cause);
      });
    },
    restart() {
      if (!closed) restart();
    },
    async close() {
      if (closed) return;
      closed = true;
      slots.length = 0;
      await Promise.all([limiter.stop(), retired]);
    },
  };
}
