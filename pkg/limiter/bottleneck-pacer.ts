import Bottleneck from "bottleneck";
import { type MonotonicClock, systemClocks } from "../core/clock.ts";

/** Fires slots at an even pace, each as soon as it is due. It knows nothing of who waits. */
export interface Pacer {
  /** Orders one slot. Exactly one of the two runs, once: `fire` when it is due, `drop` if it never will be; neither after `close`. */
  slot(fire: () => void, drop: (cause: unknown) => void): void;
  /** The distance from the next slots on; slots that are already ordered keep theirs. */
  setPeriod(periodMs: number): void;
  /** Drops the ordered slots and their timers. */
  close(): Promise<void>;
}

/** Bottleneck dates slots by the wall clock; a step back beyond this would make it wait for the lost time again. */
const CLOCK_STEP_MS = 100;

/** The only place that knows Bottleneck. `onFailure` hears what goes wrong beside the slots. */
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

  // minTime, no reservoir: a refilled one can pass twice its size across a boundary, and it needs a heartbeat
  // (LIMITER-7).
  function build(): Bottleneck {
    const built = new Bottleneck({ minTime: periodMs });
    built.on("error", unlessClosed(onFailure));
    return built;
  }

  /** Slots dropped by close() reject as well, and nobody waits for them. */
  function unlessClosed(handle: (cause: unknown) => void): (cause: unknown) => void {
    return (cause) => {
      if (!closed) handle(cause);
    };
  }

  function wallSkew(): number {
    return systemClocks.now() - monotonic();
  }

  /**
   * A fresh limiter has no slot to wait for; the slots of the old one fire all the same, and the gate holds LIMITER-1.
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
      // The job is over when it has fired: how long the call takes is none of the pacer's business.
      limiter
        .schedule(async () => {
          if (!closed) fire();
        })
        .catch(unlessClosed(drop));
    },
    setPeriod(next) {
      periodMs = next;
      // Typed as the limiter itself, it is a promise of it.
      Promise.resolve(limiter.updateSettings({ minTime: next })).catch(unlessClosed(onFailure));
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([limiter.stop(), retired?.stop()]);
    },
  };
}
