import { GovernanceError } from "../../core/errors.ts";

/** Which actions run and which wait, so that neither grows without end. */
export interface Turns {
  /**
   * Resolves when the action may run, with what must be called at its end. Throws `throttled` when too many wait; rejects
   * with the reason of `signal` when its caller leaves before.
   */
  take(caller: string, signal: AbortSignal): Promise<() => void>;
}

export interface TurnLimits {
  readonly running: number;
  readonly waiting: number;
  /** Of one caller. */
  readonly waitingEach: number;
}

/** An action holds a few tens of KiB, and at five requests a second a hundred take minutes. */
export const TURN_LIMITS: TurnLimits = { running: 64, waiting: 200, waitingEach: 100 };

interface Waiting {
  readonly caller: string;
  readonly begin: () => void;
}

export function createTurns(limits: TurnLimits, onFull: () => void): Turns {
  const runningOf = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let running = 0;

  function count(caller: string, change: number): void {
    running += change;
    const now = (runningOf.get(caller) ?? 0) + change;
    if (now > 0) runningOf.set(caller, now);
    else runningOf.delete(caller);
  }

  /** The one that waits longest of the caller of whom the fewest run. */
  function next(): Waiting | undefined {
    let best: Waiting | undefined;
    for (const one of waiting) {
      const fewer =
        (runningOf.get(one.caller) ?? 0) <
        (best === undefined ? Infinity : (runningOf.get(best.caller) ?? 0));
      if (fewer) best = one;
    }
    return best;
  }

  function begun(caller: string): () => void {
    count(caller, 1);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      count(caller, -1);
      const one = next();
      if (one === undefined) return;
      waiting.delete(one);
      one.begin();
    };
  }

  function checkRoom(caller: string): void {
    const own = [...waiting].filter((one) => one.caller === caller).length;
    if (waiting.size < limits.waiting && own < limits.waitingEach) return;
    onFull();
    throw new GovernanceError("throttled", "too many actions wait to run; try again when some have ended");
  }

  return {
    async take(caller, signal) {
      if (running < limits.running) return begun(caller);
      checkRoom(caller);
      return await new Promise((resolve, reject) => {
        const leave = (): void => {
          if (waiting.delete(one)) reject(GovernanceError.from(signal.reason));
        };
        const one: Waiting = {
          caller,
          begin() {
            signal.removeEventListener("abort", leave);
            resolve(begun(caller));
          },
        };
        waiting.add(one);
        signal.addEventListener("abort", leave, { once: true });
      });
    },
  };
}
