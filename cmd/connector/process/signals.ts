import { GovernanceError } from "../../../pkg/core/errors.ts";

/** Signals that ask for the end, with the numbers that exit codes are made of. */
const ENDING = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** What of the process is used here. */
export interface SignalSource {
  on(signal: keyof typeof ENDING, listener: () => void): unknown;
  exit(code: number): unknown;
}

/** Run when SIGHUP asks to read files anew. What it throws is told, and ends nothing. */
export type ReloadHook = () => void | Promise<void>;

export interface Signals {
  /** Aborted by the first SIGINT or SIGTERM, and by `stop`; the second signal leaves the process at once. */
  readonly signal: AbortSignal;
  stop(reason: Error): void;
  /** Hooks run one after the other, in the order they came. Gives what takes the hook away again. */
  onReload(hook: ReloadHook): () => void;
}

export interface SignalsOptions {
  readonly source: SignalSource;
  /** Whether a terminal may hang up on us. */
  readonly onTerminal: boolean;
  /** Hears what a hook failed with. */
  readonly reloadFailed: (error: unknown) => void;
}

/**
 * SIGINT and SIGTERM drain. SIGHUP reloads where something is to be reloaded and never ends that process; a command
 * without anything to reload is stopped by it when its terminal is gone, and does not mind it otherwise.
 */
export function createSignals({ source, onTerminal, reloadFailed }: SignalsOptions): Signals {
  const controller = new AbortController();
  const hooks = new Set<ReloadHook>();
  let reloading = false;
  let again = false;

  function end(signal: keyof typeof ENDING): void {
    // The first asks, the second does not.
    if (controller.signal.aborted) source.exit(128 + ENDING[signal]);
    else controller.abort(new GovernanceError("canceled", `stopped by ${signal}`));
  }

  async function reload(): Promise<void> {
    // Files may have changed after they were read, so what comes meanwhile counts once more.
    again = true;
    if (reloading) return;
    reloading = true;
    while (again) {
      again = false;
      for (const hook of hooks) {
        try {
          await hook();
        } catch (error) {
          reloadFailed(error);
        }
      }
    }
    reloading = false;
  }

  source.on("SIGINT", () => end("SIGINT"));
  source.on("SIGTERM", () => end("SIGTERM"));
  source.on("SIGHUP", () => {
    if (hooks.size > 0) void reload();
    else if (onTerminal) end("SIGHUP");
  });

  return {
    signal: controller.signal,
    stop: (reason) => controller.abort(reason),
    onReload(hook) {
      hooks.add(hook);
      return () => void hooks.delete(hook);
    },
  };
}
