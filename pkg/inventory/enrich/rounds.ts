import type { Sleep } from "../../core/clock.ts";
import type { EnrichmentReport } from "./enrichment.ts";

const HOUR_MS = 60 * 60_000;
/** A failure of AWS or of the database may pass: the wait is longer than any patience of a call. */
const AFTER_FAILURE_MS = 10 * 60_000;

export interface RoundsOptions {
  /** Never rejects. Waits for its budget by itself. */
  readonly round: (signal: AbortSignal) => Promise<EnrichmentReport>;
  readonly sleep: Sleep;
}

/** Rounds one after the other while nothing else is to be read. None of the methods throws. */
export interface EnrichmentRounds {
  /** Begins, unless it has begun. */
  begin(): void;
  /** Stops the call under way; what was read is kept. */
  halt(): void;
  /** Halts, and resolves when nothing runs any more. */
  close(): Promise<void>;
}

export function createEnrichmentRounds({ round, sleep }: RoundsOptions): EnrichmentRounds {
  let running: AbortController | undefined;
  let last: Promise<void> = Promise.resolve();
  let isClosed = false;

  async function untilHalted(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { ended } = await round(signal);
      try {
        await sleep(ended === "failed" ? AFTER_FAILURE_MS : HOUR_MS, signal);
      } catch {
        return; // halted
      }
    }
  }

  function halt(): void {
    running?.abort(new Error("the reading of single users stops here"));
    running = undefined;
  }

  return {
    begin() {
      if (running !== undefined || isClosed) return;
      const controller = new AbortController();
      running = controller;
      last = last.then(() => untilHalted(controller.signal));
    },
    halt,
    async close() {
      isClosed = true;
      halt();
      await last;
    },
  };
}
