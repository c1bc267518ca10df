// What unit tests of the command line share.
import { withoutEndpointLine } from "./endpoint-line.fixture.ts";
import type { Context, Input, Output } from "./process/context.ts";

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
    text: () => withoutEndpointLine(text),
  };
}

export function memoryInput(text: string, { isTerminal = false } = {}): Input {
  return {
    isTerminal,
    read: async (until) => (until === "line" ? (text.split("\n")[0] ?? "") : text),
  };
}

export interface MemoryContext extends Context {
  readonly stdout: MemoryOutput;
  readonly stderr: MemoryOutput;
}

export function memoryContext(over: Partial<MemoryContext> = {}): MemoryContext {
  return {
    // Nothing can be created there: a test that keeps state names a directory.
    env: { HOME: "/proc/none" },
    cwd: "/nowhere",
    user: "tester",
    stdin: memoryInput(""),
    stdout: memoryOutput(),
    stderr: memoryOutput(),
    signal: new AbortController().signal,
    onReload: () => () => {},
    onNodeWarning: () => () => {},
    now: () => Date.UTC(2026, 10, 21),
    monotonic: () => 0,
    ...over,
  };
}
