import type { Service } from "./serve-service.ts";

const PAUSE_MS = 50;
/** A busy machine may keep a process waiting for a while. */
const LIMIT_MS = 20_000;

/** Asks all the time whether the process is alive. */
export function probeAlive(service: Service, url: string): { close(): Promise<readonly string[]> } {
  const differences: string[] = [];
  const over = new AbortController();

  async function probe(): Promise<void> {
    const [number, wasServing] = [await service.up(), service.isServing()];
    try {
      const { status } = await fetch(url, {
        signal: AbortSignal.timeout(LIMIT_MS),
        headers: { connection: "close" },
      });
      if (status !== 200) differences.push(`/livez answered ${status}`);
    } catch (error) {
      const isSame = wasServing && service.isServing() && (await service.up()) === number;
      if (isSame) differences.push(`/livez did not answer: ${String(error)}`);
    }
  }

  const done = (async () => {
    while (!over.signal.aborted) {
      if (service.isServing()) await probe();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return {
    async close() {
      over.abort();
      await done;
      return differences.splice(0);
    },
  };
}
