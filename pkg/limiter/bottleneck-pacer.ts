import Bottleneck from "bottleneck";
import { type MonotonicClock, systemClocks } from "../core/clock.ts";

/** Fires slots at an even pace, each as soon as it is due. It does not know which calls wait. */
export interface Pacer {
  /** Orders one slot. Runs `fire` when it is due, or `drop` if it never will be; neither after `close`. */
  slot(fire: () => void, drop: (cause: unknown) => void): void;
  /** The time between the slots ordered from now on. Slots already ordered keep theirs. */
  setPeriod(periodMs: number): void;
  /** Drops the ordered slots and their timers. */
  close(): Promise<void>;
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
  let limiter = build();
  let retired: Bottleneck | undefined;

  // minTime and no reservoir: a reservoir can let twice its size through when it is refilled, and it needs a heartbeat
  // timer (LIMITER-7).
  function build(): Bottleneck {
    const built = new Bottleneck({ minTime: periodMs });
    built.on("error", unlessClosed(onFailure));
    return built;
  }

  /** Slots dropped by close() reject too; no call waits for them. */
  function unlessClosed(handle: (cause: unknown) => void): (cause: unknown) => void {
    return (cause) => {
      if (!closed) handle(cause);
    };
  }

  function wallSkew(): number {
    return systemClocks.now() - monotonic();
  }

  /**
   * A new limiter has no earlier slot to wait for. The slots of the old one still fire, and the windows keep LIMITER-1.
   */
  function rebuildIfClockWentBack(): void {
    const skew = wallSkew();
    if (skew < skewMs - CLOCK_STEP_MS) {
      retired = limiter;
      limiter = build();
    }
    skewMs = skew;
  }

  return {
    slot(fire, drop) {
      rebuildIfClockWentBack();
      // The job ends when it fires. The pacer does not wait for the call.
      limiter
        .schedule(async () => {
          if (!closed) fire();
        })
        .catch(unlessClosed(drop));
    },
    setPeriod(next) {
      periodMs = next;
      // Its type says that it returns the limiter; it returns a promise.
      Promise.resolve(limiter.updateSettings({ minTime: next })).catch(unlessClosed(onFailure));
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([limiter.stop(), retired?.stop()]);
    },
  };
}
