import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

const ENOUGH_MIB = 8;

/**
 * Lets the young generation of a thread grow to so many MiB. `start.ts` keeps it at 1 MiB; in a sync and under many calls a
 * collection came so often that most of what it copied was about to be over. V8 left to itself takes up to 64 MiB.
 *
 * V8 reads the flag whenever it may grow the space, and it shrinks the space of an idle process.
 */
export function growYoungGeneration(enoughMib = ENOUGH_MIB): { stop(): void } {
  // V8 counts both halves.
  const enoughBytes = 2 * enoughMib * 2 ** 20;
  // All threads share the flag: what another one has set since does not count.
  function decide(): void {
    setGrowth(youngBytes() < enoughBytes ? 2 : 1);
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
