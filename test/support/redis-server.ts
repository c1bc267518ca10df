// Redis servers of the machine's own package, for the tests that need some: each with a free port, in memory alone, and gone
// with the test.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { announced, ended, freePort } from "./programs.ts";

export interface RedisServer {
  readonly port: number;
  /** Sends one command and resolves with its answer. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>;
  /** Ends it at once, with all that it knows. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** The process does nothing any more, and keeps its connections. */
  pause(): void;
  resume(): void;
  remove(): Promise<void>;
}

export interface RedisOptions {
  /** Lines of redis.conf. */
  readonly settings?: readonly string[];
  /** A Sentinel is the same program. */
  readonly isSentinel?: true;
  readonly port?: number;
  /** How a test itself connects. */
  readonly client?: Readonly<Record<string, unknown>>;
}

export function hasRedisServer(): boolean {
  return spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), "connector-redis-"));
  const file = join(folder, "redis.conf");
  const usual = options.isSentinel ? [] : ["save ''", "appendonly no"];
  const lines = [`port ${port}`, "bind 127.0.0.1", `dir ${folder}`, ...usual, ...(options.settings ?? [])];
  let server: ChildProcess | undefined;

  async function command(name: string, ...args: (string | number)[]): Promise<unknown> {
    const client = new Redis({ port, maxRetriesPerRequest: 0, retryStrategy: null, ...options.client });
    client.on("error", () => undefined);
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  async function start(): Promise<void> {
    // A Sentinel writes into its file.
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    const child = spawn("redis-server", [file, ...(options.isSentinel ? ["--sentinel"] : [])], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    server = child;
    await announced(child, options.isSentinel ? "Sentinel ID is" : "Ready to accept connections");
  }

  async function kill(): Promise<void> {
    const child = server;
    server = undefined;
    await ended(child, "SIGKILL");
  }

  const removeAtExit = (): void => {
    server?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", removeAtExit);
  await start();
  return {
    port,
    command,
    kill,
    start,
    pause: () => void server?.kill("SIGSTOP"),
    resume: () => void server?.kill("SIGCONT"),
    async remove() {
      await kill();
      process.off("exit", removeAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
