import { spawn } from "node:child_process";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../bad-days");

/** The days in virtual time that are always played. */
export const FIRST_SEED = 20261129;
export const DAYS = 40;

/** Runs a program of the bad days in a process of its own: they take over timers, sockets and files. */
export function playDays(
  program: "main.ts" | "notice-defects.ts",
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly said: string }> {
  const running = spawn(process.execPath, [join(FOLDER, program), ...args]);
  let said = "";
  for (const stream of [running.stdout, running.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  return new Promise((resolve) => {
    running.once("close", (code) => resolve({ code, said }));
  });
}
