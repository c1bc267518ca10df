import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LocalPool } from "./local-pool.ts";
import { announced, ended, freePort } from "./programs.ts";

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
      await ended(server, "SIGTERM");
    },
  };
}
