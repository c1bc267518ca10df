import type { Chain } from "../core/sync-plan.ts";

/** The chains waiting to be read, for any number of workers. */
export interface ChainQueue {
  add(chains: readonly Chain[]): void;
  /** The chain to read next, once there is one; undefined when nothing is left and nobody can add any more. */
  take(): Promise<Chain | undefined>;
  /** To be called once for each chain taken, when its reader is done with it. */
  finished(): void;
  /** Ends it early: whoever waits, and whoever asks later, gets undefined. */
  close(): void;
}

/**
 * Users first and groups next, since one listing is one serial chain and the longest decides when the sync ends; then
 * the members of the largest group, for the same reason.
 */
export function createChainQueue(expectedMembers: (group: string) => number): ChainQueue {
  const ordered: { readonly chain: Chain; readonly weight: number }[] = []; // lightest first
  const waiting: ((chain: Chain | undefined) => void)[] = [];
  let beingRead = 0;
  let closed = false;

  function settle(): void {
    while (waiting.length > 0) {
      const next = closed ? undefined : ordered.pop();
      if (next === undefined && !closed && beingRead > 0) return; // a reader may still open chains
      if (next !== undefined) beingRead += 1;
      waiting.shift()?.(next?.chain);
    }
  }

  return {
    add(chains) {
      for (const chain of chains) {
        const weight = weightOf(chain, expectedMembers);
        ordered.splice(firstHeavierOrEqual(ordered, weight), 0, { chain, weight });
      }
      settle();
    },
    take() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        settle();
      });
    },
    finished() {
      beingRead -= 1;
      settle();
    },
    close() {
      closed = true;
      settle();
    },
  };
}

function weightOf(chain: Chain, expectedMembers: (group: string) => number): number {
  switch (chain.kind) {
    case "users":
      return Number.POSITIVE_INFINITY;
    case "groups":
      return Number.MAX_VALUE;
    case "members":
      return expectedMembers(chain.group);
  }
}

function firstHeavierOrEqual(ordered: readonly { readonly weight: number }[], weight: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle]?.weight ?? weight) < weight) low = middle + 1;
    else high = middle;
  }
  return low;
}
