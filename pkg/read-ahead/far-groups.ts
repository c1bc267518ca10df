import type { Chain } from "./chain.ts";

type GroupChain = Pick<Chain<unknown>, "held" | "bytes" | "wasAskedFor">;

/** What is left of the pass is guessed from what was seen of it: groups that come later may be many times larger. */
const MOST_LEFT_MS = 5 * 60_000;
/** Of a pass that has gone on for less, nothing is guessed. */
const LEAST_SEEN_MS = 5_000;

/** How far a caller is on its way through the groups. */
export interface PassProgress {
  /** Pages of members that the caller has got. */
  readonly pages: number;
  /** The most that it has got of one group. */
  readonly largestGroup: number;
  readonly elapsedMs: number;
}

/**
 * The groups at the end of a pass. A group is one listing, with one page per answer time, so that a large one that comes
 * last is read alone. Every other reading of a group to come is one of the last group that has pages left to read.
 */
export class FarGroups {
  readonly #chains = new Set<GroupChain>();
  #wasFar = false;

  /** Whether the next reading is of the last group, of so many that come. */
  isNext(groupsToCome: number, { pages, largestGroup, elapsedMs }: PassProgress): boolean {
    if (this.#wasFar || pages === 0 || elapsedMs < LEAST_SEEN_MS) return false;
    return groupsToCome * largestGroup * (elapsedMs / pages) <= MOST_LEFT_MS;
  }

  /** A reading of a group to come begins. */
  begins(chain: GroupChain, isFar: boolean): void {
    this.#wasFar = isFar;
    if (isFar) this.#chains.add(chain);
  }

  /** Whether the pages of groups that the caller has not come to, here or under way, take less than a quarter of what it may hold. */
  hasPlace(pages: number, bytes: number): boolean {
    const chains = this.#still();
    const held = chains.reduce((sum, chain) => sum + chain.held, 0);
    const taken = chains.reduce((sum, chain) => sum + chain.bytes, 0);
    return 4 * held < pages && 4 * taken < bytes;
  }

  #still(): GroupChain[] {
    for (const chain of this.#chains) if (chain.wasAskedFor || chain.held === 0) this.#chains.delete(chain);
    return [...this.#chains];
  }
}
