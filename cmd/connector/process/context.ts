import type { Environment } from "../../../pkg/config/sources/environment.ts";
import type { EpochClock, MonotonicClock } from "../../../pkg/core/clock.ts";
import type { ReloadHook } from "./signals.ts";

/** One of the program's two outputs. */
export interface Output {
  readonly isTerminal: boolean;
  /** Columns of the terminal, as they are now. */
  readonly columns: () => number;
  /** Resolves when the text is taken. Rejects with ReaderGone when nobody reads any more. */
  write(text: string): Promise<void>;
  /** As `write`, for who cannot wait: a log, a line that is rewritten. What fails is not told. */
  writeNow(text: string): void;
}

/** What the program is given on stdin. */
export interface Input {
  readonly isTerminal: boolean;
  /** One line without its break, or all up to the end. Rejects with `invalid-argument` beyond 1 MiB. */
  read(until: "line" | "end", signal: AbortSignal): Promise<string>;
}

/** `connector list … | head`: the reader has what it wanted. Not a failure. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** All that a command knows of the process. */
export interface Context {
  readonly env: Environment;
  readonly cwd: string;
  /** The operating system's name of who runs the program. */
  readonly user: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by SIGINT, SIGTERM, and when the reader of stdout is gone. */
  readonly signal: AbortSignal;
  /** Has SIGHUP run the hook; gives what takes it away again. */
  readonly onReload: (hook: ReloadHook) => () => void;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  /** Milliseconds that only go forward. */
  readonly monotonic: MonotonicClock;
}
