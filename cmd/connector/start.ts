import { userInfo } from "node:os";
import { systemClocks } from "../../pkg/core/clock.ts";
import { type Context, ReaderGone } from "./process/context.ts";
import { exitCodeOf } from "./process/exit-codes.ts";
import { failureLine } from "./process/failure-line.ts";
import { keepHeapSmall } from "./process/heap.ts";
import { createSignals } from "./process/signals.ts";
import { createInput } from "./process/stdin.ts";
import { createOutput } from "./process/stdio.ts";
import { run } from "./run.ts";

/** How long what nobody waits for any more, a dead peer's socket for one, may keep the process. */
const LINGER_MS = 1_000;

/** Ties a command line to the process: its streams, its signals, its exit code. */
export async function start(argv: readonly string[]): Promise<void> {
  keepHeapSmall();
  const signals = createSignals({
    source: process,
    onTerminal: process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY,
    reloadFailed: (error) => process.stderr.write(failureLine(error)),
  });
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
      signals.stop(new ReaderGone("nobody reads the output any more")),
    ),
    stderr: createOutput(process.stderr, () => {}),
    signal: signals.signal,
    onReload: (hook) => signals.onReload(hook),
    ...systemClocks,
  };
  process.exitCode = await run(argv, context);
  // All output is taken by now. A process that can end has ended long before.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** A container may run under a number that no file of users knows. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
