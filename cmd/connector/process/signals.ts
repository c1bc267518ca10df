import { GovernanceError } from "../../../pkg/core/errors.ts";

/** The signals that can stop the program. The exit code of a second one is 128 and its number. */
const ENDING = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The part of the process that is used here. */
export interface SignalSource {
  on(signal: keyof typeof ENDING, listener: () => void): unknown;
  exit(code: number): unknown;
}

/** Runs when SIGHUP asks to reload files. An error is reported and ends nothing. */
export type ReloadHook = () => void | Promise<void>;

export interface Signals {
  /** Aborted by the first SIGINT or SIGTERM, and by `stop`. A second signal ends the process at once. */
  readonly signal: AbortSignal;
  stop(reason: Error): void;
  /** Hooks run one after the other, in the order of their registration. Returns a function that removes the hook. */
  onReload(hook: ReloadHook): () => void;
}

export interface SignalsOptions {
  readonly source: SignalSource;
  /** Whether the program runs on a terminal, which sends SIGHUP when it is closed. */
  readonly onTerminal: boolean;
  /** Called with the error of each hook that fails. */
  readonly reloadFailed: (error: unknown) => void;
}

/**
 * SIGINT and SIGTERM drain. SIGHUP runs the reload hooks and never ends a process that has some. Without hooks, SIGHUP
 * stops a command on a terminal, since the terminal is gone, and is ignored elsewhere.
 */
export function createSignals({ source, onTerminal, reloadFailed }: SignalsOptions): Signals {
  const controller = new AbortController();
  const hooks = new Set<ReloadHook>();
  let reloading = false;
  let again = false;

  function end(signal: keyof typeof ENDING): void {
    // The first signal drains, the second one does not wait.
    if (controller.signal.aborted) source.exit(128 + ENDING[signal]);
    else controller.abort(new GovernanceError("canceled", `stopped by ${signal}`));
  }

  async function reload(): Promise<void> {
    // A SIGHUP during a reload starts another one afterwards: files may have changed after they were read.
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
