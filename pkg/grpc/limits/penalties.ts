import type { MonotonicClock } from "../../core/clock.ts";
import { createCallBuckets } from "./call-buckets.ts";

/**
 * How many calls of a caller, or of an address without credentials, may be refused by a bound or by authentication, or
 * be cancelled, before its connections are paused. A client that waits before it tries again stays far below.
 */
const BURST = 100;
const PER_SECOND = 50;
const FIRST_PAUSE_MS = 100;
/** Also the time between two connections that are read again. */
const LONGEST_PAUSE_MS = 2000;
/** Of one connection, however many of the same caller are paused: a client waits longer for the answer to a ping. */
const LONGEST_WAIT_MS = 10_000;
/** Of a new connection: shorter than the timeout of a probe, which may come from the same address. */
const NEWCOMER_WAIT_MS = 500;
/** After such a time without a pause the next one is short again. */
const FORGOTTEN_MS = 10_000;

export interface Penalties {
  /**
   * A call of this caller or address was refused or cancelled. For how long its connection is not read: 0 while there
   * were few, and unless a pause is due.
   */
  refused(key: string, isDue: boolean): number;
  /** A new connection of this address. For how long it is not read: 0 unless another one of it is paused. */
  newcomer(address: string): number;
}

interface Pause {
  /** How long the next one is. */
  ms: number;
  /** When the last connection that is paused is read again. */
  until: number;
}

export function createPenalties(monotonic: MonotonicClock): Penalties {
  const isForgotten = ({ until }: Pause, nowMs: number): boolean => nowMs >= until + FORGOTTEN_MS;
  const buckets = createCallBuckets<Pause>({
    monotonic,
    burst: BURST,
    perSecond: PER_SECOND,
    newState: () => ({ ms: FIRST_PAUSE_MS, until: -Infinity }),
    isOver: isForgotten,
  });
  return {
    refused(key, isDue) {
      const { within, state: pause, nowMs } = buckets.take(key);
      if (within || !isDue) return 0;
      if (isForgotten(pause, nowMs)) pause.ms = FIRST_PAUSE_MS;
      // One after the other: many connections of one caller are read no faster than one.
      const from = Math.max(nowMs, pause.until);
      pause.until = Math.min(from + pause.ms, nowMs + LONGEST_WAIT_MS);
      pause.ms = Math.min(2 * pause.ms, LONGEST_PAUSE_MS);
      return pause.until - nowMs;
    },
    newcomer: (address) =>
      Math.min(NEWCOMER_WAIT_MS, Math.max(0, (buckets.stateOf(address)?.until ?? 0) - monotonic())),
  };
}
