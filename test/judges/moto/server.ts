import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { announced, ended, freePort } from "../../support/programs.ts";

export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts moto's server from the virtual environment that the suite runner made. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const program = resolve(import.meta.dirname, "../../../.cache/moto/bin/moto_server");
  const server = spawn(program, ["-H", "127.0.0.1", "-p", String(port)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  await announced(server, "Running on");
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await ended(server, "SIGTERM");
    },
  };
}
