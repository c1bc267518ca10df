import type { Service } from "./serve-service.ts";

const PAUSE_MS = 50;
/** A busy machine may keep a process waiting for a while. */
const LIMIT_MS = 60_000;

export interface AliveProbe {
  /**
   * The longest time between two answers of one process that serves. While the process or this program is paused, no
   * answer comes.
   */
  pausedMs(): number;
  close(): Promise<readonly string[]>;
}

/** Asks all the time whether the process is alive. */
export function probeAlive(service: Service, url: string): AliveProbe {
  const differences: string[] = [];
  const over = new AbortController();
  let pausedMs = 0;
  let answered: { readonly number: number; readonly atMs: number } | undefined;

  async function probe(): Promise<void> {
    const [number, wasServing] = [await service.up(), service.isServing()];
    // The first one counts from when it is seen to serve.
    if (answered?.number !== number) answered = { number, atMs: performance.now() };
    try {
      const { status } = await fetch(url, {
        signal: AbortSignal.timeout(LIMIT_MS),
        headers: { connection: "close" },
      });
      // 408: this program was too slow with its own request.
      if (status !== 200 && status !== 408) differences.push(`/livez answered ${status}`);
      const now = performance.now();
      pausedMs = Math.max(pausedMs, Math.ceil(now - answered.atMs));
      answered = { number, atMs: now };
    } catch (error) {
      const isSame = wasServing && service.isServing() && (await service.up()) === number;
      if (isSame) differences.push(`/livez did not answer: ${String(error)}`);
    }
  }

  const done = (async () => {
    while (!over.signal.aborted) {
      // A service that is given up is reported by its callers.
      if (service.isServing()) await probe().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return {
    pausedMs: () => pausedMs,
    async close() {
      over.abort();
      await done;
      return differences.splice(0);
    },
  };
}
