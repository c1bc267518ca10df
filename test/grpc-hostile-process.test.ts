// Peers without credentials attack a whole process: it keeps files for itself, its memory and its log stay small, and the
// provisioner beside them makes its change.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GrantManagerService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import { people } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, startCli, startCliWithFiles } from "./support/connector-cli.ts";
import { type GrpcTestClient, grpcClient } from "./support/grpc-client.ts";
import { crowd } from "./support/hostile.ts";

const POOL = "us-east-1_Ab129faBb";
const TOKEN = "t".repeat(40);
const VALIDATE = "/c1.connector.v2.ConnectorService/Validate";
const WATCH = "/grpc.health.v1.Health/Watch";

let cognito: ScriptedCognito;
let folder: string;
let pool: Pool;
let started: RunningCli;
let client: GrpcTestClient | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hostile-process-"));
  const hash = createHash("sha256").update(TOKEN).digest("hex");
  writeFileSync(join(folder, "tokens"), `provision ${hash} deploy`, { mode: 0o600 });
  pool = createPool({ id: POOL, users: people(3), groups: ["staff"] });
  cognito = await startScriptedCognito({ pools: [pool] });
});

afterEach(async () => {
  client?.close();
  client = undefined;
  started.process.kill("SIGKILL");
  await started.result;
  await cognito.close();
  rmSync(folder, { recursive: true });
});

/** Starts the service and resolves with its two ports. */
async function serve(
  start: (args: readonly string[]) => RunningCli,
): Promise<{ grpc: number; http: number }> {
  started = start([
    "serve",
    "--listen=127.0.0.1:0",
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    "--rate=1000",
    "--log-format=json",
    "--provisioning",
    `--state-dir=${folder}`,
    `--auth-tokens-file=${join(folder, "tokens")}`,
    "--health-check",
    "--health-check-port=0",
  ]);
  const ports = await Promise.all(["serving gRPC", "serving health"].map((message) => portIn(message)));
  return { grpc: ports[0] ?? 0, http: ports[1] ?? 0 };
}

function portIn(message: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    started.process.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split("\n").find((each) => each.includes(message));
      const port = /"address":"[^"]*:(\d+)"/.exec(line ?? "")?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    started.process.once("exit", () => reject(new Error(text)));
  });
}

/** The code of a grant, which needs the journal and the audit log. */
async function grantCode(port: number): Promise<string> {
  client ??= grpcClient(`127.0.0.1:${port}`);
  const request = {
    principal: { id: { resourceType: "user", resource: pool.allUsers()[0]?.sub ?? "" } },
    entitlement: { id: "group:staff:member", resource: { id: { resourceType: "group", resource: "staff" } } },
  };
  const headers = { authorization: `Bearer ${TOKEN}` };
  return (await client.unary(GrantManagerService.method.grant, request, { headers })).code;
}

const auditLines = (): number =>
  readFileSync(join(folder, `${POOL}.audit.jsonl`), "utf8")
    .trim()
    .split("\n").length;

describe("a process", () => {
  test.runIf(existsSync("/proc/self/limits"))(
    "with few open files keeps some for itself, however many silent connections there are",
    async () => {
      const { grpc, http } = await serve((args) => startCliWithFiles(200, args));
      const sockets = await crowd(grpc, 400, () => Buffer.alloc(0));
      const pages = await crowd(http, 100, () => Buffer.alloc(0));
      expect(await grantCode(grpc)).toBe("OK");
      expect(auditLines()).toBe(1);
      expect((await fetch(`http://127.0.0.1:${http}/livez`)).status).toBe(200);
      for (const socket of [...sockets, ...pages]) socket.destroy();
    },
  );

  test("with watches and refused calls without end stays small, and so does its log", {
    timeout: 150_000,
  }, async () => {
    const { grpc, http } = await serve((args) =>
      startCli(args, { NODE_OPTIONS: "--max-old-space-size=256" }),
    );
    const before = rssBytes();
    // Further streams of a connection, and further connections, would wait for the pauses.
    for (let batch = 0; batch < 2; batch += 1) {
      await Promise.all(Array.from({ length: 60 }, () => sendCalls(grpc, 32)));
    }
    expect(await grantCode(grpc)).toBe("OK");
    // 3,840 streams, of which 64 are open.
    expect(rssBytes() - before).toBeLessThan(150 * 1024 * 1024);
    const metrics = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
    expect(metrics).toMatch(/^connector_bounds_met_total\{bound="peer-calls"\} 1856$/m);
    started.process.kill("SIGTERM");
    const { stderr } = await started.result;
    const lines = stderr.trim().split("\n");
    expect(lines.length).toBeLessThan(30);
    expect(stderr).toContain("more gRPC calls of this peer were refused in the last minute");
  });
});

/** On a new connection, half of them watches. Resolves when each has an answer, and leaves the connection open. */
async function sendCalls(port: number, count: number): Promise<void> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  await once(session, "remoteSettings");
  await Promise.all(
    Array.from({ length: count }, (_, at) => ended(session, at % 2 === 0 ? WATCH : VALIDATE)),
  );
}

/** Resolves when the call has an answer, which it keeps if the service does. */
function ended(session: ClientHttp2Session, path: string): Promise<void> {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => {});
  stream.resume();
  stream.end(Buffer.alloc(5));
  return new Promise((resolve) => stream.once("response", () => resolve()));
}

function rssBytes(): number {
  const status = readFileSync(`/proc/${started.process.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
