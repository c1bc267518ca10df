import { userInfo } from "node:os";
import { GovernanceError } from "../../pkg/core/errors.ts";
import { type Context, ReaderGone } from "./context.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { failureLine } from "./failure-line.ts";
import { keepHeapSmall } from "./heap.ts";
import { run } from "./run.ts";
import { createInput } from "./stdin.ts";
import { createOutput } from "./stdio.ts";

const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

/** Ties a command line to the process: its streams, its signals, its exit code. */
export async function start(argv: readonly string[]): Promise<void> {
  keepHeapSmall();
  const stop = new AbortController();
  for (const signal of Object.keys(SIGNALS).filter(isSignal)) {
    process.on(signal, () => {
      // The first asks, the second does not.
      if (stop.signal.aborted) process.exit(128 + SIGNALS[signal]);
      stop.abort(new GovernanceError("canceled", `stopped by ${signal}`));
    });
  }
  // Node would print the text of the error, which may quote anything (D20).
  process.on("uncaughtException", (error) => {
    process.stderr.write(failureLine(error));
    process.exit(exitCodeOf(error));
  });
  const context: Context = {
    env: process.env,
    cwd: process.cwd(),
    user: userName(),
    stdin: createInput(process.stdin),
    stdout: createOutput(process.stdout, () =>
      stop.abort(new ReaderGone("nobody reads the output any more")),
    ),
    stderr: createOutput(process.stderr, () => {}),
    signal: stop.signal,
    now: () => Date.now(),
    monotonic: () => performance.now(),
  };
  process.exitCode = await run(argv, context);
}

function isSignal(name: string): name is keyof typeof SIGNALS {
  return Object.hasOwn(SIGNALS, name);
}

/** A container may run under a number that no file of users knows. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
