// `connector serve` as a process over a scripted pool and a collector of traces, and what it says about itself.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { people } from "../cognito/definitions.ts";
import { createPool } from "../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../cognito/server.ts";
import { type RunningCli, startCli } from "./connector-cli.ts";
import { type OtlpCollector, startOtlpCollector } from "./otlp-collector.ts";

export const OBSERVED_POOL = "us-east-1_Ab129faBb";

type Hook = (work: () => Promise<void>) => void;

/** `beforeEach` and `afterEach` are the test runner's. */
export function useObservedService(beforeEach: Hook, afterEach: Hook, { users }: { readonly users: number }) {
  let cognito: ScriptedCognito | undefined;
  let collector: OtlpCollector | undefined;
  let folder = "";
  let started: RunningCli | undefined;
  let log = "";

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-observed-"));
    cognito = await startScriptedCognito({
      pools: [createPool({ id: OBSERVED_POOL, users: people(users), groups: ["all"] })],
    });
    collector = await startOtlpCollector();
    log = "";
  });

  afterEach(async () => {
    started?.process.kill("SIGKILL");
    await started?.result;
    started = undefined;
    collector?.close();
    await cognito?.close();
    rmSync(folder, { recursive: true });
  });

  return {
    get cognito(): ScriptedCognito {
      if (cognito === undefined) throw new Error("only a test has a pool");
      return cognito;
    },
    get collector(): OtlpCollector {
      if (collector === undefined) throw new Error("only a test has a collector");
      return collector;
    },
    /** Files of the test. */
    get folder(): string {
      return folder;
    },
    /** What the last process has logged. */
    get log(): string {
      return log;
    },
    start(...args: readonly string[]): RunningCli {
      log = "";
      started = startCli([
        "serve",
        "--listen=127.0.0.1:0",
        `--user-pool-id=${OBSERVED_POOL}`,
        `--endpoint-url=${this.cognito.url}`,
        "--rate=1000",
        "--log-format=json",
        ...args,
      ]);
      started.process.stderr?.on("data", (chunk: Buffer) => {
        log += chunk.toString();
      });
      return started;
    },
    signal(name: NodeJS.Signals): void {
      started?.process.kill(name);
    },
    /** The exit code of the process, once it has ended. */
    async code(): Promise<number | null | undefined> {
      return (await started?.result)?.code;
    },
    said: (text: string) => vi.waitFor(() => expect(log).toContain(text), { timeout: 30_000, interval: 20 }),
    /** Of a line that has been logged, such as `serving gRPC`. */
    addressOf: (message: string): string =>
      new RegExp(`"address":"([^"]+)"[^\\n]*"msg":"${message}"`).exec(log)?.[1] ?? "",
    lines: (): readonly Record<string, unknown>[] =>
      log
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => {
          const entry: unknown = JSON.parse(line);
          if (typeof entry !== "object" || entry === null) throw new TypeError(`no log line: ${line}`);
          return { ...entry };
        }),
  };
}
