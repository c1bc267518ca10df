import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** V8 counts both halves. */
const ENOUGH_BYTES = 2 * 8 * 2 ** 20;

/**
 * Lets the young generation of a service grow to 8 MiB. `start.ts` keeps it at 1 MiB, which suits a sync; under many calls a
 * collection came so often that most of what it copied was about to be over. V8 left to itself takes up to 64 MiB.
 *
 * V8 reads the flag whenever it may grow the space, and it shrinks the space of an idle process.
 */
export function growYoungGeneration(): { stop(): void } {
  let grows: boolean | undefined;
  function decide(): void {
    const wanted = youngBytes() < ENOUGH_BYTES;
    if (wanted === grows) return;
    grows = wanted;
    setGrowth(wanted ? 2 : 1);
  }
  decide();
  const observer = new PerformanceObserver(decide);
  observer.observe({ entryTypes: ["gc"] });
  return {
    stop() {
      observer.disconnect();
      setGrowth(1);
    },
  };
}

function setGrowth(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
}
