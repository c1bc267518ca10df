// A test instrument: callers in virtual time.

import type { CallOrigin } from "../core/call-origin.ts";
import { systemClocks } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Category, Operation } from "../core/operations.ts";
import type { Priority } from "../core/throttle.ts";
import { type CategoryStatus, createThrottle, type QuotaThrottle, type ThrottleOptions } from "./throttle.ts";
import { installVirtualLoop, type VirtualLoop } from "./virtual-loop.fixture.ts";

/** Which turn came, and when. A turn that was refused says so in its name. */
export interface Given {
  readonly name: string;
  readonly at: number;
}

export interface Scene {
  readonly loop: VirtualLoop;
  throttleOf(options?: Omit<ThrottleOptions, "monotonic" | "now">): QuotaThrottle;
  /** Asks for a turn under a name. */
  ask(
    throttle: QuotaThrottle,
    given: Given[],
    name: string,
    priority?: Priority,
    operation?: Operation,
    signal?: AbortSignal,
  ): void;
  /** Keeps `callers` calls of `latencyMs` each going; the result fills with the time at which each started. */
  keepCalling(throttle: QuotaThrottle, callers: number, latencyMs: number, operation?: Operation): number[];
}

const never = new AbortController().signal;

export function openScene(): Scene {
  const loop = installVirtualLoop();
  return {
    loop,
    throttleOf: (options = {}) => createThrottle({ ...options, monotonic: loop.now, now: systemClocks.now }),
    ask(throttle, given, name, priority = "sync", operation = "ListUsers", signal = never) {
      throttle.acquire(operation, priority, signal).then(
        () => given.push({ name, at: loop.now() }),
        (reason: unknown) => given.push({ name: `${name} refused: ${String(reason)}`, at: loop.now() }),
      );
    },
    keepCalling(throttle, callers, latencyMs, operation = "ListUsers") {
      const starts: number[] = [];
      const call = (): void => {
        void throttle
          .acquire(operation, "sync", never)
          .then(() => starts.push(loop.now()) && loop.at(loop.now() + latencyMs, call));
      };
      for (let caller = 0; caller < callers; caller += 1) call();
      return starts;
    },
  };
}

/** Runs work on behalf of the caller that is set. */
export function createCallers() {
  let current: CallOrigin | undefined;
  return {
    origin: () => current,
    /** As one call of the caller. */
    as<T>(caller: string, work: () => T, mustFinish = false): T {
      current = { caller, mustFinish };
      try {
        return work();
      } finally {
        current = undefined;
      }
    },
  };
}

export function statusOf(throttle: QuotaThrottle, category: Category): CategoryStatus {
  const status = throttle.status().find((entry) => entry.category === category);
  if (status === undefined) throw new GovernanceError("internal", `no status of ${category}`);
  return status;
}

/** The share of the rate that was used between two times. */
export function used(starts: readonly number[], rate: number, fromMs: number, toMs: number): number {
  return starts.filter((at) => at >= fromMs && at < toMs).length / ((rate * (toMs - fromMs)) / 1000);
}
