import type { MonotonicClock } from "../../core/clock.ts";

/**
 * How fast a peer may cancel calls that have no answer yet. Such a call costs the service its handling and the peer
 * nothing. Clients cancel at a deadline or at their own end, and never so many.
 */
const BURST = 2000;
const PER_SECOND = 100;
/** Peers that are counted at a time; those above it share one count. */
const MAX_PEERS = 1000;
const OTHERS = "";

export interface Cancellations {
  /** A call of this address was cancelled. False when there were too many: its connection must go. */
  within(address: string): boolean;
}

export function createCancellations(monotonic: MonotonicClock): Cancellations {
  const peers = new Map<string, { left: number; at: number }>();

  function dropRested(now: number): void {
    for (const [address, { left, at }] of peers) {
      if (left + ((now - at) / 1000) * PER_SECOND >= BURST) peers.delete(address);
    }
  }

  return {
    within(address) {
      const now = monotonic();
      if (!peers.has(address) && peers.size >= MAX_PEERS) dropRested(now);
      const key = peers.has(address) || peers.size < MAX_PEERS ? address : OTHERS;
      const { left, at } = peers.get(key) ?? { left: BURST, at: now };
      const budget = Math.min(BURST, left + ((now - at) / 1000) * PER_SECOND) - 1;
      peers.set(key, { left: Math.max(0, budget), at: now });
      return budget >= 0;
    },
  };
}
