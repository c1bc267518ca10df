import { setImmediate as nextTurn } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";

/** Sizes of the young generation, both halves, over rounds of work. */
export interface YoungSizes {
  readonly usualMib: number;
  /** Includes a moment in which V8 adds pages to move what is alive: of 3 MiB it may be 12. */
  readonly mostMib: number;
}

/** Much is alive at each collection, and between two there are turns for what runs after one. */
export async function youngSizesAfterWork(): Promise<YoungSizes> {
  const sizes: number[] = [];
  for (let round = 0; round < 300; round += 1) {
    const kept = Array.from({ length: 10_000 }, (_, index) => ({ index, list: [index] }));
    await nextTurn(kept);
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    sizes.push((young?.space_size ?? 0) / 2 ** 20);
  }
  sizes.sort((a, b) => a - b);
  return { usualMib: sizes[sizes.length / 2] ?? 0, mostMib: sizes.at(-1) ?? 0 };
}
