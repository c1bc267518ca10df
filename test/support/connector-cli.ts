import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";

export interface CliResult {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly result: Promise<CliResult>;
}

const ROOT = resolve(import.meta.dirname, "../..");
const MAIN = join(ROOT, "cmd/connector/main.ts");

/** A short command spends most of its time on compiling the program, so the compiled code is cached. */
const COMPILED = join(ROOT, ".cache/compiled");

/**
 * Starts the program as a user would, with keys that every fake accepts and without the settings of this machine.
 * `stdin` is the whole input.
 */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin = "",
): RunningCli {
  const program = spawn(process.execPath, [MAIN, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: "/nonexistent",
      NODE_COMPILE_CACHE: COMPILED,
      AWS_ACCESS_KEY_ID: "AKIDTEST",
      AWS_SECRET_ACCESS_KEY: "test-secret-key",
      ...env,
    },
  });
  // A program that does not read stdin may have closed it.
  program.stdin.on("error", () => {});
  program.stdin.end(stdin);
  let stdout = "";
  let stderr = "";
  program.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  program.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const result = new Promise<CliResult>((ended) => {
    program.once("close", (code) => ended({ code, stdout, stderr }));
  });
  return { process: program, result };
}

export function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin = "",
): Promise<CliResult> {
  return startCli(args, env, stdin).result;
}
