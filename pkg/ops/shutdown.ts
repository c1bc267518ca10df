import type { MonotonicClock } from "../core/clock.ts";
import type { Logger } from "./logger.ts";

export interface ShutdownOptions {
  /** For everything together: the one who stops the program waits for all of it. */
  readonly graceMs: number;
  readonly monotonic: MonotonicClock;
  readonly log: Logger;
}

/** Closes a program in the reverse order of its start: what was built later uses what was built earlier. */
export interface Shutdown {
  /**
   * Call it right after the piece is built. `close` gets what is left of the grace. The log knows the piece by its name,
   * such as `the gRPC server`.
   */
  add(name: string, close: (graceLeftMs: number) => void | Promise<void>): void;
  /** Closes one piece after the other. A piece that fails is logged, and the others are still closed. Never rejects. */
  close(): Promise<void>;
}

export function createShutdown({ graceMs, monotonic, log }: ShutdownOptions): Shutdown {
  const pieces = new AsyncDisposableStack();
  let endsAtMs: number | undefined;

  function graceLeftMs(): number {
    endsAtMs ??= monotonic() + graceMs;
    return Math.max(0, endsAtMs - monotonic());
  }

  return {
    add(name, close) {
      pieces.defer(async () => {
        try {
          await close(graceLeftMs());
        } catch (error) {
          log.failure(`closing ${name} failed`, error);
        }
      });
    },
    close: () => pieces.disposeAsync(),
  };
}
