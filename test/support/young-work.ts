import { setImmediate as nextTurn } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";

/** Much is alive at each collection, and between two there are turns for what runs after one. */
export async function youngMibAfterWork(): Promise<number> {
  let most = 0;
  for (let round = 0; round < 300; round += 1) {
    const kept = Array.from({ length: 10_000 }, (_, index) => ({ index, list: [index] }));
    await nextTurn(kept);
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    most = Math.max(most, young?.space_size ?? 0);
  }
  return most / 2 ** 20;
}
