// What unit tests of the command line share.
import type { Context, Output } from "./context.ts";

export interface MemoryOutput extends Output {
  text(): string;
}

export function memoryOutput({ isTerminal = false, columns = 80 } = {}): MemoryOutput {
  let text = "";
  return {
    isTerminal,
    columns: () => columns,
    async write(more) {
      text += more;
    },
    writeNow(more) {
      text += more;
    },
    text: () => text,
  };
}

export interface MemoryContext extends Context {
  readonly stdout: MemoryOutput;
  readonly stderr: MemoryOutput;
}

export function memoryContext(over: Partial<MemoryContext> = {}): MemoryContext {
  return {
    env: {},
    cwd: "/nowhere",
    stdout: memoryOutput(),
    stderr: memoryOutput(),
    signal: new AbortController().signal,
    now: () => Date.UTC(2026, 10, 21),
    monotonic: () => 0,
    ...over,
  };
}
