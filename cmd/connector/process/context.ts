import type { Environment } from "../../../pkg/config/sources/environment.ts";
import type { ProcessInfo } from "../../../pkg/config/sources/read-settings.ts";
import type { Clocks } from "../../../pkg/core/clock.ts";
import type { ReloadHook } from "./signals.ts";

/** One of the program's two outputs. */
export interface Output {
  readonly isTerminal: boolean;
  /** Columns of the terminal, as they are now. Undefined if they are not known. */
  readonly columns: () => number | undefined;
  /**
   * Resolves when the text is written. Rejects with ReaderGone when the reader has closed the output, and with a
   * GovernanceError when it cannot be written, such as on a full disk. Writes to stderr never reject.
   */
  write(text: string): Promise<void>;
  /** Like `write`, without waiting: for log lines and the progress line. Write errors are ignored. */
  writeNow(text: string): void;
}

/** The program's standard input. */
export interface Input {
  readonly isTerminal: boolean;
  /** Reads one line without its line break, or everything. Rejects with `invalid-argument` beyond 1 MiB. */
  read(until: "line" | "end", signal: AbortSignal): Promise<string>;
}

/** The reader of the output has closed it, as in `connector list … | head`. This is not a failure. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** Everything that a command may use of the process. */
export interface Context extends Clocks {
  readonly env: Environment;
  readonly cwd: string;
  /** The effective user id; undefined where the system has none. */
  readonly uid?: number | undefined;
  /** The effective group id and all others. */
  readonly gids?: readonly number[];
  /** Name of the operating system user that runs the program. */
  readonly user: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by SIGINT and SIGTERM, and when the reader of stdout has closed it. */
  readonly signal: AbortSignal;
  /** Runs the hook at every SIGHUP. Returns a function that removes it. */
  readonly onReload: (hook: ReloadHook) => () => void;
  /** Runs the hook at every warning of Node, such as a deprecation. Returns a function that removes it. */
  readonly onNodeWarning: (hook: (warning: Error) => void) => () => void;
}

/** The part of the context that settings are read from. */
export function processInfo({ env, cwd, uid, gids = [], stdout, stderr }: Context): ProcessInfo {
  const terminals = { stdoutIsTerminal: stdout.isTerminal, stderrIsTerminal: stderr.isTerminal };
  return { env, cwd, uid, gids, ...terminals };
}
