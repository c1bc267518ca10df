import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { exitCode, type ScriptedServer } from "../scripted-server.ts";
import { PLAIN_ENV, startService } from "../service-process.ts";

/** A way at work: the processes that it is made of, and its end. */
export interface Working {
  readonly pids: readonly number[];
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

export interface Where {
  readonly pool: ScriptedServer;
  readonly folder: string;
  /** The setting of the connector, in requests a second; the others have none, and meet the limit of the server. */
  readonly perSecond: number;
  readonly main: string;
}

export interface Way {
  readonly name: string;
  /** One call for each user, beside those for the pages of users. */
  readonly perUser?: true;
  /** Keeps the rate by itself; the server refuses the calls of the others that are above it. */
  readonly keepsRate?: true;
  /** Reads the users with one cursor while others read the members of the groups. */
  readonly sideBySide?: true;
  /** What must be there for it; undefined when all is. */
  missing(): string | undefined;
  start(where: Where): Promise<Working>;
}

const JUDGE = ".cache/conformance/conformance";
const PYTHON = ".cache/bench-python/bin/python";

/** Users are read by prefixes of their `sub`, side by side, as many as the rate and the latency ask for. */
const IN_PARTS = "--list-shards=auto";

const nothing = () => undefined;

function working(program: ChildProcess): Working {
  const ended = exitCode(program);
  return {
    pids: [program.pid ?? 0],
    ended,
    async stop() {
      program.kill("SIGKILL");
      await ended;
    },
  };
}

function run(command: string, args: readonly string[]): Working {
  const env = { ...PLAIN_ENV, AWS_EC2_METADATA_DISABLED: "true", BATON_LOG_LEVEL: "error" };
  return working(spawn(command, args, { stdio: ["ignore", "ignore", "inherit"], env }));
}

function sync(name: string, more: readonly string[]): Way {
  return {
    name,
    keepsRate: true,
    sideBySide: true,
    missing: nothing,
    async start({ pool, folder, perSecond, main }) {
      const args = [main, "sync", "--endpoint-url", pool.url, "--user-pool-id", pool.poolId];
      const file = ["--file", join(folder, "bench.c1z"), "--state-dir", join(folder, "state")];
      return run(process.execPath, [...args, ...file, "--rate", String(perSecond), "--output=json", ...more]);
    },
  };
}

function goSyncer(name: string, engine: "sqlite" | "pebble", more: readonly string[]): Way {
  return {
    name,
    keepsRate: true,
    missing: () => (existsSync(JUDGE) ? undefined : "test/conformance/build.sh"),
    async start({ pool, folder, perSecond, main }) {
      const state = join(folder, "state");
      const args = [`--endpoint-url=${pool.url}`, `--user-pool-id=${pool.poolId}`, `--rate=${perSecond}`];
      const service = await startService(main, [...args, `--state-dir=${state}`, ...more]);
      const file = join(folder, "go.c1z");
      const syncer = run(JUDGE, [
        "sync",
        `--address=${service.address}`,
        `--file=${file}`,
        `--engine=${engine}`,
        "--timeout=24h",
      ]);
      return {
        pids: [service.pid, ...syncer.pids],
        ended: syncer.ended,
        async stop() {
          await syncer.stop();
          await service.stop();
        },
      };
    },
  };
}

function script(name: string, file: string, perUser: boolean): Way {
  const isPython = file.endsWith(".py");
  return {
    name,
    ...(perUser ? { perUser } : {}),
    missing: () => (isPython ? pythonMissing() : undefined),
    async start({ pool, folder }) {
      const args = [join("test/bench/ways", file), pool.url, pool.poolId, join(folder, "rows.jsonl")];
      return run(isPython ? PYTHON : process.execPath, args);
    },
  };
}

/** boto3 in an environment of its own, made once. */
function pythonMissing(): string | undefined {
  const made =
    existsSync(PYTHON) ||
    (spawnSync("python3", ["-m", "venv", ".cache/bench-python"]).status === 0 &&
      spawnSync(PYTHON, ["-m", "pip", "install", "--quiet", "boto3"], { stdio: "inherit" }).status === 0);
  return made ? undefined : "python3 with venv, and boto3";
}

export const WAYS: readonly Way[] = [
  sync("connector sync", []),
  sync("connector sync, in parts", [IN_PARTS]),
  goSyncer("Go syncer, SQLite", "sqlite", []),
  goSyncer("Go syncer, Pebble", "pebble", []),
  goSyncer("Go syncer, Pebble, in parts", "pebble", [IN_PARTS]),
  script("paginator, JavaScript", "paginator.ts", false),
  script("floor", "floor.ts", false),
  script("lasting floor", "lasting-floor.ts", false),
  script("paginator, Python", "paginator.py", false),
  script("call per user, JavaScript", "per-user.ts", true),
  script("call per user, Python", "per-user.py", true),
];
