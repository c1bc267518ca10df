import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { withoutEndpointLine } from "../../cmd/connector/endpoint-line.fixture.ts";

export interface CliResult {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  /** The same with all that stderr got. */
  readonly whole: Promise<CliResult>;
  /**
   * Without the line that says once that the endpoint is a fake of the test, and without those that say that AWS did not answer
   * for two seconds, as happens on a busy machine.
   */
  readonly result: Promise<CliResult>;
}

const ROOT = resolve(import.meta.dirname, "../..");
/** Where the program begins. */
export const MAIN = join(ROOT, "cmd/connector/main.ts");

/** A short command spends most of its time on compiling the program, so the compiled code is cached. */
const COMPILED = join(ROOT, ".cache/compiled");

/** Where programs of this test file keep their state unless they set another place. */
const STATE_HOME = mkdtempSync(join(tmpdir(), "state-home-"));
process.once("exit", () => rmSync(STATE_HOME, { recursive: true, force: true }));

/**
 * Starts the program as a user would, with keys that every fake accepts and without the settings of this machine.
 * `stdin` is the whole input.
 */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin = "",
  cwd = process.cwd(),
): RunningCli {
  return start([process.execPath, MAIN, ...args], env, stdin, cwd);
}

/** The same from a copy of the program: its main file. */
export function startCliAt(
  main: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCli {
  return start([process.execPath, main, ...args], env, "", process.cwd());
}

/** The same, with so many files that it may have open. */
export function startCliWithFiles(
  openFiles: number,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCli {
  const limited = ["bash", "-c", `ulimit -n ${openFiles}; exec "$0" "$@"`];
  return start([...limited, process.execPath, MAIN, ...args], env, "", process.cwd());
}

/** The same, with the size that a file may have, as on a disk that is almost full. */
export function startCliWithFileSize(
  kib: number,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCli {
  // The signal that goes with it is ignored, as under a service manager.
  const limited = ["bash", "-c", `trap "" XFSZ; ulimit -f ${kib}; exec "$0" "$@"`];
  return start([...limited, process.execPath, MAIN, ...args], env, "", process.cwd());
}

function start(
  [command = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin: string,
  cwd: string,
): RunningCli {
  const program = spawn(command, args, {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: "/nonexistent",
      XDG_STATE_HOME: STATE_HOME,
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
  const whole = new Promise<CliResult>((ended) => {
    program.once("close", (code) => ended({ code, stdout, stderr }));
  });
  const result = whole.then((all) => ({ ...all, stderr: withoutWaits(withoutEndpointLine(all.stderr)) }));
  return { process: program, whole, result };
}

function withoutWaits(stderr: string): string {
  return stderr.replace(/^.*\bwaiting for AWS\b.*\n/gm, "");
}

export function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin = "",
): Promise<CliResult> {
  return startCli(args, env, stdin).result;
}

/** The same from another folder. */
export function runCliIn(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  return startCli(args, env, "", folder).result;
}
