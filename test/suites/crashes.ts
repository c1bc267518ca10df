// What is known of a process that crashed: Vitest says only that a file ended, and such a crash may be seen once in a month.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const CORE = /^core(\.\d+)?$/;
const FRAME = /^#\d+ +(?:0x[0-9a-f]+ in )?(.+?) \(/;
const SIGNAL = /^Program terminated with signal (\w+)/;
const MAX_FRAMES = 8;

/**
 * One line for each core file that processes of Node have left in this folder since then: the signal and the functions it
 * happened in, innermost first. The stacks of all threads are printed, and the file is removed. Without a debugger it stays.
 */
export function crashesIn(folder: string, sinceMs: number): readonly string[] {
  const cores = readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isFile() && CORE.test(one.name))
    .map(({ name }) => join(folder, name))
    .filter((core) => statSync(core).mtimeMs >= sinceMs);
  return cores.map((core) => {
    const { stdout, error } = spawnSync(
      "gdb",
      ["-q", "-batch", "-ex", "bt 40", "-ex", "thread apply all bt 40", process.execPath, core],
      { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
    );
    if (error !== undefined) return `a process crashed: the debugger cannot read ${core}: ${error.message}`;
    rmSync(core);
    process.stdout.write(stdout);
    return crashLine(stdout);
  });
}

/** The one line, of what the debugger printed. */
export function crashLine(printed: string): string {
  const lines = printed.split("\n");
  const signal = lines.map((line) => SIGNAL.exec(line)?.[1]).find((name) => name !== undefined);
  const stack = lines.slice(lines.findIndex((line) => line.startsWith("#0 ")));
  const frames = stack
    .map((line) => FRAME.exec(line)?.[1]?.replaceAll("(anonymous namespace)::", "").replace(/\(.*/, ""))
    .filter((frame) => frame !== undefined && frame !== "??")
    .slice(0, MAX_FRAMES);
  return `a process crashed: ${signal ?? "unknown signal"} in ${frames.join(" < ") || "no known function"}`;
}
