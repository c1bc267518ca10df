import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCode } from "./scripted-server.ts";

/** `connector serve` as it is installed: compiled, in a process of its own. */
export interface ServiceProcess {
  readonly address: string;
  /** The address of health and metrics; undefined if it is not open. */
  readonly http: string | undefined;
  /** The address of SCIM, with `--scim` among the arguments. */
  readonly scim: string | undefined;
  /** From the start of the process to its log line that it serves. */
  readonly startedMs: number;
  /** The log lines above level info. */
  readonly complaints: readonly string[];
  rssBytes(): number;
  cpuSeconds(): number;
  /** Resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends it at once. */
  kill(): void;
  /** Undefined while it runs; afterwards its exit code or signal. */
  ended(): string | undefined;
  readonly pid: number;
  /** How much it has logged. */
  logBytes(): number;
}

export interface StartOptions {
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly node?: readonly string[];
  /** The limit on open files; that of this process unless given. */
  readonly openFiles?: number | undefined;
}

const MOST_COMPLAINTS = 10_000;

/** The kernel's unit of CPU time in /proc. */
const TICKS_PER_SECOND = 100;

/** Compiles the program beside the checkout's modules, and returns the path of its `main.js`. */
export function compileProgram(): string {
  const outDir = ".cache/bench-dist";
  const { status } = spawnSync("tsc", ["-p", "tsconfig.build.json", "--outDir", outDir], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`tsc ended with ${String(status)}`);
  return `${outDir}/cmd/connector/main.js`;
}

/** The keys that the scripted Cognito accepts, without the settings of this machine. */
export const PLAIN_ENV = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  XDG_STATE_HOME: mkdtempSync(join(tmpdir(), "bench-state-")),
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
};

export async function startService(
  main: string,
  args: readonly string[],
  { node = [], openFiles, env = {} }: StartOptions = {},
): Promise<ServiceProcess> {
  const begun = performance.now();
  const command = [process.execPath, ...node, main, "serve", "--listen=127.0.0.1:0", "--log-format=json"];
  const limit = openFiles === undefined ? "" : `ulimit -n ${openFiles} && `;
  const program = spawn("sh", ["-c", `${limit}exec "$@"`, "sh", ...command, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...PLAIN_ENV, ...env },
  });
  let logged = 0;
  const ended = exitCode(program);
  const complaints: string[] = [];
  const keep = (line: string): void => {
    if (complaints.length < MOST_COMPLAINTS) complaints.push(line);
  };
  const said = new Map<string, string>();
  const awaited = args.includes("--scim") ? ["serving gRPC", "serving SCIM"] : ["serving gRPC"];
  let startedMs = 0;
  await new Promise<void>((resolve, reject) => {
    let rest = "";
    program.stderr.on("data", (chunk: Buffer) => {
      logged += chunk.byteLength;
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (!/"level":"?(info|30)\b/.test(line)) keep(line);
        const [, address, what] = /"address":"([^"]+)".*"msg":"([^"]+)"/.exec(line) ?? [];
        if (address === undefined || what === undefined) continue;
        said.set(what, address);
        if (awaited.some((each) => !said.has(each))) continue;
        startedMs = performance.now() - begun;
        resolve();
      }
    });
    void ended.then((code) =>
      reject(new Error(`serve ended with ${String(code)}: ${complaints.join("\n")}`)),
    );
  });
  const read = (name: string) => readFileSync(`/proc/${String(program.pid)}/${name}`, "utf8");
  const [http, scim] = ["serving health and metrics", "serving SCIM"].map((what) => said.get(what));
  return {
    address: said.get("serving gRPC") ?? "",
    http: http === undefined ? undefined : `http://${http}`,
    scim: scim === undefined ? undefined : `http://${scim}/scim/v2`,
    startedMs,
    complaints,
    rssBytes: () => Number(/VmRSS:\s+(\d+) kB/.exec(read("status"))?.[1]) * 1024,
    cpuSeconds() {
      // The name of the program, in brackets, may hold spaces; user and system time are fields 14 and 15.
      const fields = read("stat")
        .replace(/^.*\) /s, "")
        .split(" ");
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    },
    pid: program.pid ?? 0,
    logBytes: () => logged,
    ended() {
      const end = program.exitCode ?? program.signalCode;
      return end === null ? undefined : String(end);
    },
    kill: () => void program.kill("SIGKILL"),
    stop() {
      program.kill("SIGTERM");
      return ended;
    },
  };
}
