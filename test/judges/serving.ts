import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CliResult, type RunningCli, startCli } from "../support/connector-cli.ts";
import { type OfficialClient, startOfficialClient } from "./official-client.ts";

export interface Serving {
  readonly address: string;
  readonly client: OfficialClient;
  /** The state directory. */
  readonly dir: string;
  /** The lines of the audit log so far. */
  audit(): readonly AuditLine[];
  /** Everything that the connector keeps on disk, as text. */
  kept(): string;
  /** Ends the client, then the connector by SIGTERM, and returns how it ended. */
  stop(): Promise<CliResult>;
}

export interface AuditLine {
  readonly kind: string;
  readonly outcome: string;
}

export interface ServingOptions {
  readonly url: string;
  readonly poolId: string;
  /** False: without `--provisioning`. */
  readonly provisioning?: boolean;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `connector serve --provisioning` as a whole process, and the official client connected to it. */
export async function startServing(options: ServingOptions): Promise<Serving> {
  const { url, poolId, provisioning = true, args = [], env = {} } = options;
  const dir = mkdtempSync(join(tmpdir(), "connector-judged-"));
  const running = startCli(
    [
      "serve",
      ...(provisioning ? ["--provisioning"] : []),
      "--listen=127.0.0.1:0",
      `--user-pool-id=${poolId}`,
      `--endpoint-url=${url}`,
      `--state-dir=${dir}`,
      "--rate=1000",
      "--log-format=json",
      "--log-level=debug",
      ...args,
    ],
    env,
  );
  const address = await addressOf(running);
  const client = startOfficialClient(address);
  return {
    address,
    client,
    dir,
    audit: () =>
      readFileSync(join(dir, `${poolId}.audit.jsonl`), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map(auditLine),
    kept: () =>
      readdirSync(dir)
        .map((name) => readFileSync(join(dir, name), "utf8"))
        .join("\n"),
    async stop() {
      try {
        await client.close();
      } finally {
        running.process.kill("SIGTERM");
        await running.result;
        rmSync(dir, { recursive: true, force: true });
      }
      return await running.result;
    },
  };
}

/** Where a `connector serve` with a JSON log serves gRPC. */
export async function addressOf({ process: program, result }: RunningCli): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  program.stderr?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const address = /"address":"([^"]+)".*"msg":"serving gRPC"/.exec(text)?.[1];
    if (address !== undefined) resolve(address);
  });
  void result.then(({ code, stderr }) => reject(new Error(`serve ended with ${String(code)}:\n${stderr}`)));
  return await promise;
}

function auditLine(line: string): AuditLine {
  const value: unknown = JSON.parse(line);
  if (!isAuditLine(value)) throw new Error(`no line of an audit log: ${line}`);
  return value;
}

function isAuditLine(value: unknown): value is AuditLine {
  return typeof value === "object" && value !== null && "kind" in value && "outcome" in value;
}
