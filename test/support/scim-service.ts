// `connector serve --scim` as a process, over a scripted pool.
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../cognito/server.ts";
import { type RunningCli, startCli } from "./connector-cli.ts";

/** Two callers that may change the pool, and one that may read. */
export const SCIM_TOKENS = {
  deploy: "token-of-the-identity-provider",
  other: "token-of-another-provider",
  reader: "token-of-the-reader",
} as const;

export type ScimCaller = keyof typeof SCIM_TOKENS;

export interface ScimReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is empty. */
  readonly body: unknown;
}

export interface ScimRequest {
  readonly as?: ScimCaller | undefined;
  readonly method?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ScimProgram {
  readonly port: number;
  /** `http://127.0.0.1:<port>/scim/v2` */
  readonly base: string;
  readonly program: RunningCli;
  ask(path: string, request?: ScimRequest): Promise<ScimReply>;
  readonly stateDir: string;
  /** Adds a line to the file of tokens, which the service reads again. */
  addTokenLine(line: string): void;
  /** What it has logged so far. */
  log(): string;
  rssBytes(): number;
  /** Ends the process and removes its files, unless it was given the folder. Resolves with what it logged. */
  stop(): Promise<string>;
  /** Ends the process by SIGKILL. Its files stay. */
  kill(): Promise<void>;
}

export interface ScimService extends ScimProgram {
  readonly cognito: ScriptedCognito;
}

interface ScimProgramOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether changes are allowed; they are unless it is false. */
  readonly provisioning?: boolean;
  /** Where its files are, for a process that goes on where another one ended. */
  readonly folder?: string;
}

export interface ScimServiceOptions extends ScimProgramOptions {
  readonly pool: Pool;
  /** The IAM actions that are allowed; all unless given. */
  readonly allowed?: readonly string[];
}

/** Resolves when the service has read the pool, so that lists are answered. */
export async function startScimService({
  pool,
  allowed,
  ...options
}: ScimServiceOptions): Promise<ScimService> {
  const cognito = await startScriptedCognito({ pools: [pool] });
  if (allowed !== undefined) cognito.credentials.allowOnly(allowed);
  const service = await startScimProgram(pool.settings.id, cognito.url, options);
  return {
    ...service,
    cognito,
    async stop() {
      const log = await service.stop();
      await cognito.close();
      return log;
    },
  };
}

/** The same over any server that speaks Cognito's protocol. */
export async function startScimProgram(
  poolId: string,
  url: string,
  { args = [], env, provisioning = true, folder: given }: ScimProgramOptions = {},
): Promise<ScimProgram> {
  const folder = given ?? mkdtempSync(join(tmpdir(), "scim-service-"));
  const lines = Object.entries(SCIM_TOKENS).map(([name, token]) => {
    const role = name === "reader" ? "read" : "provision";
    return `${role} ${createHash("sha256").update(token).digest("hex")} ${name}\n`;
  });
  writeFileSync(join(folder, "tokens"), lines.join(""), { mode: 0o600 });
  const program = startCli(
    [
      "serve",
      "--listen=127.0.0.1:0",
      "--scim",
      "--scim-listen=127.0.0.1:0",
      `--user-pool-id=${poolId}`,
      `--endpoint-url=${url}`,
      "--rate=1000",
      // A client of a test that asks one question after the other is quicker than the rate of a caller.
      ...(args.some((arg) => arg.startsWith("--scim-rate=")) ? [] : ["--scim-rate=1000"]),
      "--log-format=json",
      ...(provisioning ? ["--provisioning"] : []),
      `--state-dir=${join(folder, "state")}`,
      `--auth-tokens-file=${join(folder, "tokens")}`,
      ...args,
    ],
    env,
  );
  let log = "";
  program.process.stderr?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const port = await scimPort(program);
  const base = `http://127.0.0.1:${port}/scim/v2`;

  async function ask(path: string, request: ScimRequest = {}): Promise<ScimReply> {
    const { as = "deploy", method = "GET", json, headers = {} } = request;
    const reply = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${SCIM_TOKENS[as]}`,
        ...(json === undefined ? {} : { "content-type": "application/scim+json" }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: typeof json === "string" ? json : JSON.stringify(json) }),
    });
    const text = await reply.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: reply.status, headers: reply.headers, text, body };
  }

  // The service answers 503 with Retry-After until it has read the pool.
  const isRead = async () => (await ask("/Users?count=0")).status === 200;
  while (!(await isRead())) await new Promise((resolve) => setTimeout(resolve, 50));

  return {
    port,
    base,
    program,
    ask,
    stateDir: join(folder, "state"),
    addTokenLine(line) {
      appendFileSync(join(folder, "tokens"), `${line}\n`);
      program.process.kill("SIGHUP");
    },
    log: () => log,
    rssBytes() {
      const status = readFileSync(`/proc/${program.process.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    async stop() {
      program.process.kill("SIGTERM");
      const { stderr } = await program.result;
      if (given === undefined) rmSync(folder, { recursive: true });
      return stderr;
    },
    async kill() {
      program.process.kill("SIGKILL");
      await program.result;
    },
  };
}

function scimPort({ process: { stderr }, result }: RunningCli): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split("\n").find((each) => each.includes("serving SCIM"));
      const port = /"address":"[^"]*:(\d+)"/.exec(line ?? "")?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    void result.then(({ stderr: all }) => reject(new Error(all)));
  });
}
