// A service whose files make others wait: its callers do not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GrantManagerService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourceTypesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { auditLogPath } from "../pkg/ops/audit/audit-log.ts";
import { verifyAuditFile } from "../pkg/ops/audit/verify-audit-file.ts";
import { journalDatabasePath } from "../pkg/store/journal/state-directory.ts";
import { person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, startCli } from "./support/connector-cli.ts";
import { callUnary } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";
const never = new AbortController().signal;

let folder: string;
let pool: Pool;
let cognito: ScriptedCognito;
let started: RunningCli | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-threads-"));
  pool = createPool({ id: POOL, users: [person(0, { username: "grace" })], groups: ["readers"] });
  cognito = await startScriptedCognito({ pools: [pool] });
});

afterEach(async () => {
  started?.process.kill("SIGKILL");
  await started?.result;
  started = undefined;
  await cognito.close();
  rmSync(folder, { recursive: true });
});

/** Resolves with the addresses of gRPC and HTTP. */
function serve(): Promise<{ readonly grpc: string; readonly http: string; readonly running: RunningCli }> {
  const running = startCli([
    "serve",
    "--listen=127.0.0.1:0",
    "--health-check",
    "--health-check-port=0",
    "--provisioning",
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    "--rate=1000",
    `--state-dir=${folder}`,
    "--log-format=json",
  ]);
  started = running;
  return new Promise((resolve, reject) => {
    let text = "";
    running.process.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [, http] = /"address":"([^"]+)"[^\n]*"msg":"serving health and metrics"/.exec(text) ?? [];
      const [, grpc] = /"address":"([^"]+)"[^\n]*"msg":"serving gRPC"/.exec(text) ?? [];
      if (grpc !== undefined && http !== undefined) resolve({ grpc, http: `http://${http}`, running });
    });
    running.process.once("exit", () => reject(new Error(`it ended:\n${text}`)));
  });
}

function grant(address: string) {
  const resource = { id: { resourceType: "group", resource: "readers" } };
  const sub = pool.stored("grace")?.sub ?? "";
  return callUnary(address, GrantManagerService.method.grant, {
    entitlement: { id: "group:readers:member", resource },
    principal: { id: { resourceType: "user", resource: sub } },
  });
}

test("while another process holds the journal a change waits, and nobody else", async () => {
  const { grpc, http, running } = await serve();
  const other = new DatabaseSync(journalDatabasePath(folder, POOL), { timeout: 10_000 });
  other.exec("BEGIN IMMEDIATE");
  let isGranted = false;
  const granted = grant(grpc).then((reply) => {
    isGranted = true;
    return reply;
  });
  for (let round = 0; round < 3; round += 1) {
    expect((await fetch(`${http}/livez`)).status).toBe(200);
    expect((await callUnary(grpc, ResourceTypesService.method.listResourceTypes, {})).code).toBe("OK");
  }
  expect(isGranted).toBe(false);
  expect(cognito.stats.calls.map(({ operation }) => operation)).not.toContain("AdminAddUserToGroup");
  other.exec("ROLLBACK");
  other.close();
  expect((await granted).code).toBe("OK");
  running.process.kill("SIGTERM");
  expect((await running.result).code).toBe(0);
  expect(await verifyAuditFile(auditLogPath(folder, POOL), {}, never)).toMatchObject({
    lines: 1,
    problems: [],
  });
});

test("changes that wait for a locked journal wait once, and its end does not hold up that of the service", async () => {
  const { grpc, running } = await serve();
  const other = new DatabaseSync(journalDatabasePath(folder, POOL));
  other.exec("BEGIN IMMEDIATE");
  const replies = await Promise.all(Array.from({ length: 8 }, () => grant(grpc)));
  for (const { code, message } of replies) {
    expect(code).toBe("UNAVAILABLE");
    expect(message).toContain("another process keeps it locked");
  }
  running.process.kill("SIGTERM");
  const { code, stderr } = await running.result;
  expect(code).toBe(0);
  const took = [...stderr.matchAll(/"method":"Grant".*"durationMs":(\d+)/g)].map(([, ms]) => Number(ms));
  // Eight waits of five seconds would be forty.
  expect(took).toHaveLength(8);
  expect(Math.max(...took)).toBeLessThan(35_000);
  other.exec("ROLLBACK");
  other.close();
});
