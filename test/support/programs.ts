// Programs of others that a test starts beside itself.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** A port that was free just before: for programs that do not accept "any". */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
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
