// Programs of others that a test starts beside itself.
import type { ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the ports that the system gives to connections and to listeners without one of their own (from 32768 on Linux): those
 * may take it again between two starts of one program.
 */
const PORTS = { from: 10_000, to: 32_000 };

/** A port that was free just before: for programs that do not accept "any". */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    const port = randomInt(PORTS.from, PORTS.to);
    const probe = createServer();
    const isFree = new Promise<boolean>((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!(await isFree)) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
  throw new Error("no free port on 127.0.0.1");
}

/** Resolves when the program has printed the text; rejects with all that it printed when it ends first. Reads on after it. */
export async function announced(program: ChildProcess, text: string): Promise<void> {
  let printed = "";
  let isReady = false;
  await new Promise<void>((ready, failed) => {
    const look = (chunk: Buffer) => {
      if (isReady) return;
      printed += chunk.toString();
      if (!printed.includes(text)) return;
      isReady = true;
      ready();
    };
    program.stdout?.on("data", look);
    program.stderr?.on("data", look);
    program.once("error", failed);
    program.once("exit", (code) =>
      failed(new Error(`it ended with ${code} before it was ready:\n${printed}`)),
    );
  });
}

/** Resolves when the program has ended; at once where it had ended before. */
export async function ended(program: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (program === undefined || program.exitCode !== null || program.signalCode !== null) return;
  const gone = once(program, "exit");
  program.kill(signal);
  await gone;
}
