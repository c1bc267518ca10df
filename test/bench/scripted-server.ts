import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** The scripted Cognito in a process of its own, so that it has its own core. */
export interface ScriptedServer {
  readonly url: string;
  readonly poolId: string;
  stop(): void;
}

export async function startScriptedServer(
  options: Readonly<Record<string, number | string | true>>,
): Promise<ScriptedServer> {
  const args = Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  const server = spawn(process.execPath, ["test/cognito/main.ts", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await firstLine(server.stdout);
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== "object" || parsed === null || !("url" in parsed) || !("poolId" in parsed)) {
    throw new Error(`the server said ${line}`);
  }
  return { url: String(parsed.url), poolId: String(parsed.poolId), stop: () => void server.kill() };
}

function firstLine(output: Readable): Promise<string> {
  return new Promise((resolve) => output.once("data", (chunk: Buffer) => resolve(chunk.toString())));
}

/** Resolves with the exit code; null when a signal ended it. */
export function exitCode(program: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => program.once("exit", resolve));
}
