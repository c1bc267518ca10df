import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A program that runs while suites do, with what they leave of the processor. */
export interface Beside {
  /** Waits for its end. Resolves with whether it succeeded; what it said is printed if it did not. */
  ended(): Promise<boolean>;
}

export function startBeside(
  [command = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Beside {
  const folder = mkdtempSync(join(tmpdir(), "connector-beside-"));
  const log = join(folder, "log");
  // A file and not a pipe: nobody reads while a suite runs, since the suites run synchronously.
  const output = openSync(log, "w");
  const program = spawn("nice", ["-n", "19", command, ...args], { stdio: ["ignore", output, output], env });
  closeSync(output);
  const ended = new Promise<boolean>((resolve) => {
    program.once("error", () => resolve(false));
    program.once("exit", (status) => resolve(status === 0));
  }).then((succeeded) => {
    if (!succeeded) process.stdout.write(readFileSync(log));
    rmSync(folder, { recursive: true });
    return succeeded;
  });
  return { ended: () => ended };
}
