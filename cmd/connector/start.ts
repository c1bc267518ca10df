import { userInfo } from "node:os";
import { setFlagsFromString } from "node:v8";
import { systemClocks } from "../../pkg/core/clock.ts";
import type { Context } from "./process/context.ts";
import { exitCodeOf } from "./process/exit-codes.ts";
import { failureLine } from "./process/messages.ts";
import { isSilenced } from "./process/node-warnings.ts";
import { createSignals } from "./process/signals.ts";
import { createInput } from "./process/stdin.ts";
import { createOutput } from "./process/stdio.ts";
import { run } from "./run.ts";

/** How long the process may live on after its work is done, for example because of a socket whose peer is gone. */
const LINGER_MS = 1_000;

/** Connects a command line to the process: its streams, its signals and its exit code. */
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
    uid: process.geteuid?.(),
    gids: [process.getegid?.(), ...(process.getgroups?.() ?? [])].filter((gid) => gid !== undefined),
    user: userName(),
    stdin: createInput(process.stdin),
    stdout: createOutput(process.stdout, (reason) => signals.stop(reason)),
    stderr: createOutput(process.stderr, "ignore"),
    signal: signals.signal,
    onReload: (hook) => signals.onReload(hook),
    onNodeWarning(hook) {
      const unlessSilenced = (warning: Error): void => {
        if (!isSilenced(warning, process)) hook(warning);
      };
      process.on("warning", unlessSilenced);
      return () => process.off("warning", unlessSilenced);
    },
    ...systemClocks,
  };
  process.exitCode = await run(argv, context);
  // All output is written by now. A process without open handles ends before this timer.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** A container may run under a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/**
 * Keeps the heap near what is in use. A page is garbage as soon as it is committed, and V8 left to itself lets it pile
 * up to twice the memory: measured, 464 MiB against 211 MiB for 400,000 rows, at the same speed. Must run at the start,
 * while the heap is small.
 */
function keepHeapSmall(): void {
  // A young generation that does not grow for garbage, and an old one that grows in small steps.
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=80");
}
