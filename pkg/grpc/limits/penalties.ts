import type { MonotonicClock } from "../../core/clock.ts";

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
/** Those that are counted at a time; those above it share one count. */
const MAX_COUNTED = 1000;
const OTHERS = "";

export interface Penalties {
  /**
   * A call of this caller or address was refused or cancelled. For how long its connection is not read: 0 while there
   * were few.
   */
  refused(key: string): number;
  /** A new connection of this address. For how long it is not read: 0 unless another one of it is paused. */
  newcomer(address: string): number;
}

interface Count {
  left: number;
  at: number;
  pauseMs: number;
  /** When the last connection that is paused is read again. */
  pausedUntil: number;
}

export function createPenalties(monotonic: MonotonicClock): Penalties {
  const counts = new Map<string, Count>();

  function dropRested(now: number): void {
    for (const [key, count] of counts) {
      const isFull = count.left + ((now - count.at) / 1000) * PER_SECOND >= BURST;
      if (isFull && now >= count.pausedUntil + FORGOTTEN_MS) counts.delete(key);
    }
  }

  function countOf(key: string, now: number): Count {
    if (!counts.has(key) && counts.size >= MAX_COUNTED) dropRested(now);
    const counted = counts.has(key) || counts.size < MAX_COUNTED ? key : OTHERS;
    const found = counts.get(counted);
    if (found !== undefined) return found;
    const count: Count = { left: BURST, at: now, pauseMs: FIRST_PAUSE_MS, pausedUntil: -Infinity };
    counts.set(counted, count);
    return count;
  }

  return {
    refused(key) {
      const now = monotonic();
      const count = countOf(key, now);
      count.left = Math.min(BURST, count.left + ((now - count.at) / 1000) * PER_SECOND) - 1;
      count.at = now;
      if (count.left >= 0) return 0;
      count.left = 0;
      if (now >= count.pausedUntil + FORGOTTEN_MS) count.pauseMs = FIRST_PAUSE_MS;
      // One after the other: many connections of one caller are read no faster than one.
      const from = Math.max(now, count.pausedUntil);
      count.pausedUntil = Math.min(from + count.pauseMs, now + LONGEST_WAIT_MS);
      count.pauseMs = Math.min(2 * count.pauseMs, LONGEST_PAUSE_MS);
      return count.pausedUntil - now;
    },
    newcomer: (address) =>
      Math.min(NEWCOMER_WAIT_MS, Math.max(0, (counts.get(address)?.pausedUntil ?? 0) - monotonic())),
  };
}
