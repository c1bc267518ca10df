// `connector serve` as a process, over a planted pool, with everything that it printed.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunningCli, startCli } from "../support/connector-cli.ts";
import {
  KEY_SECRET,
  leaksBelow,
  leaksIn,
  NEVER_KEPT,
  NEVER_TOLD,
  POOL,
  SESSION_TOKEN,
  setPlantedStage,
} from "../support/planted.ts";

export const TOKEN = "a-token-of-the-fuzzer";

export interface FuzzedService {
  readonly grpcPort: number;
  readonly httpPort: number;
  rssBytes(): number;
  /** Undefined while it runs, and how it ended after that. */
  ended(): string | undefined;
  /** Stops it, and returns what it should not have printed or kept. */
  stop(): Promise<readonly string[]>;
}

export async function startFuzzedService(): Promise<FuzzedService> {
  const stage = await setPlantedStage();
  const tokens = join(stage.folder, "tokens");
  const digest = createHash("sha256").update(TOKEN).digest("hex");
  writeFileSync(tokens, `provision ${digest} fuzzer\n`, { mode: 0o600 });
  const args = [
    "serve",
    "--health-check",
    "--health-check-port=0",
    "--listen=127.0.0.1:0",
    "--log-format=json",
  ];
  const guards = ["deletions-per-hour", "disables-per-hour", "invitations-per-day"];
  const limits = guards.map((name) => `--max-${name}=1000000`);
  const running = startCli([...args, ...limits, `--auth-tokens-file=${tokens}`, "--patience-seconds=5"], {
    BATON_USER_POOL_ID: POOL,
    BATON_ENDPOINT_URL: stage.cognito.url,
    BATON_RATE: "5000",
    BATON_STATE_DIR: stage.stateDir,
    BATON_PROVISIONING: "true",
    AWS_SECRET_ACCESS_KEY: KEY_SECRET,
    AWS_SESSION_TOKEN: SESSION_TOKEN,
  });
  const [grpcPort, httpPort] = await portsOf(running);
  const status = () => readFileSync(`/proc/${String(running.process.pid)}/status`, "utf8");
  let stopping: Promise<readonly string[]> | undefined;

  return {
    grpcPort,
    httpPort,
    rssBytes: () => Number(/VmRSS:\s+(\d+) kB/.exec(status())?.[1]) * 1024,
    ended() {
      const { exitCode, signalCode } = running.process;
      return exitCode === null && signalCode === null ? undefined : String(exitCode ?? signalCode);
    },
    stop() {
      stopping ??= stopped();
      return stopping;
    },
  };

  async function stopped(): Promise<readonly string[]> {
    running.process.kill("SIGTERM");
    const { code, stdout, stderr } = await running.result;
    const problems = code === 0 ? [] : [`it ended with ${String(code)}: ${stderr.slice(-2000)}`];
    problems.push(
      ...leaksIn("stdout", stdout, NEVER_TOLD),
      ...leaksIn("the log", stderr, NEVER_TOLD),
      ...leaksBelow(stage.stateDir, NEVER_KEPT),
      ...stderr.split("\n").filter((line) => isInternal(line)),
    );
    await stage.close();
    return [...new Set(problems)];
  }
}

/** Requests that are not a message are logged as INTERNAL too, and summed up; the fuzzer looks at the answer of each call. */
function isInternal(line: string): boolean {
  return (
    line.includes('"grpcCode":"INTERNAL"') &&
    !/is not a valid|more gRPC calls of this caller failed/.test(line)
  );
}

/** Of gRPC, and of health and metrics. */
function portsOf(running: RunningCli): Promise<readonly [number, number]> {
  return new Promise((resolve, reject) => {
    let text = "";
    running.process.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const port = (what: string) => new RegExp(`:(\\d+)"[^\\n]*"msg":"${what}"`).exec(text)?.[1];
      const [grpc, http] = [port("serving gRPC"), port("serving health and metrics")];
      if (grpc !== undefined && http !== undefined) resolve([Number(grpc), Number(http)]);
    });
    running.process.once("exit", () => reject(new Error(`it ended at its start:\n${text}`)));
  });
}
