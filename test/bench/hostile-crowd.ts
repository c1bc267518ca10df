import { KINDS } from "../hostile/kinds.ts";
import type { Target } from "../hostile/target.ts";
import { type HostilePeer, startHostilePeer } from "./hostile-peer.ts";

/** One hostile peer of each kind that needs no settings of its own, all at once. Each begins again when it is over. */
export interface HostileCrowd {
  /** Resolves with what each kind did in a second: how often it was answered, refused or cut off. One text for each kind. */
  stop(): Promise<readonly string[]>;
}

export const CROWD: readonly string[] = Object.entries(KINDS)
  .filter(
    ([, { settings, needs, openFiles }]) =>
      settings === undefined && needs === undefined && openFiles === undefined,
  )
  .map(([name]) => name);

export function startHostileCrowd(kinds: readonly string[], target: Target): HostileCrowd {
  const current = new Map<string, HostilePeer>();
  const totals = new Map<string, Map<string, number>>();
  const ending = new AbortController();
  const begun = performance.now();

  async function attack(kind: string): Promise<void> {
    const total = new Map<string, number>();
    totals.set(kind, total);
    while (!ending.signal.aborted) {
      const peer = startHostilePeer(kind, target);
      current.set(kind, peer);
      for (const [what, count] of await peer.counts) total.set(what, (total.get(what) ?? 0) + count);
    }
  }

  const attacking = Promise.all(kinds.map(attack));
  return {
    async stop() {
      ending.abort();
      const seconds = (performance.now() - begun) / 1000;
      for (const peer of current.values()) peer.stop();
      await attacking;
      return [...totals].map(
        ([kind, counts]) =>
          `${kind}, a second: ${[...counts].map(([what, count]) => `${what} ${(count / seconds).toFixed(1)}`).join(", ")}`,
      );
    },
  };
}
