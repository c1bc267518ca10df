import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import type { LocalPool } from "./local-pool.ts";

export interface CognitoLocal {
  readonly url: string;
  stop(): Promise<void>;
}

const BIN = resolve(import.meta.dirname, "../../node_modules/cognito-local/lib/bin/start.js");

/** Starts cognito-local on loopback with one pool, whose database it finds already written in `folder`. */
export async function startCognitoLocal(pool: LocalPool, folder: string): Promise<CognitoLocal> {
  const databases = join(folder, ".cognito", "db");
  rmSync(databases, { recursive: true, force: true });
  mkdirSync(databases, { recursive: true });
  writeFileSync(join(databases, `${pool.Options.Id}.json`), JSON.stringify(pool));
  const port = await freePort();
  const server = spawn(process.execPath, ["--no-warnings", BIN], {
    cwd: folder,
    env: { ...process.env, HOST: "127.0.0.1", PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  await announced(server, "running on");
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      // Ctrl-C on a terminal ends it together with this process.
      if (server.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, "exit");
      server.kill();
      await gone;
    },
  };
}

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

/** Resolves when the program has printed the text; rejects with all that it printed when it ends first. */
export async function announced(program: ChildProcess, text: string): Promise<void> {
  let printed = "";
  await new Promise<void>((ready, failed) => {
    const look = (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes(text)) ready();
    };
    program.stdout?.on("data", look);
    program.stderr?.on("data", look);
    program.once("exit", (code) =>
      failed(new Error(`it ended with ${code} before it was ready:\n${printed}`)),
    );
  });
}
