// The limiter as callers of the running service meet it: a clock that is set, and a caller that asks for too much.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ResourcesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, startCli } from "./support/connector-cli.ts";
import { type CallOptions, type GrpcTestClient, grpcClient } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";
const CLOCK = pathToFileURL(join(import.meta.dirname, "support/jumping-clock.ts")).href;

let cognito: ScriptedCognito;
let folder: string;
let started: RunningCli | undefined;
let clients: GrpcTestClient[];
let log = "";

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-limiter-"));
  cognito = await startScriptedCognito({
    pools: [createPool({ id: POOL, users: people(61), groups: ["all"] })],
  });
  clients = [];
  log = "";
});

afterEach(async () => {
  for (const client of clients) client.close();
  started?.process.kill("SIGKILL");
  await started?.result;
  started = undefined;
  await cognito.close();
  rmSync(folder, { recursive: true });
});

async function serve(more: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const fixed = ["--listen=127.0.0.1:0", `--user-pool-id=${POOL}`, `--endpoint-url=${cognito.url}`];
  started = startCli(["serve", ...fixed, "--log-format=json", ...more], env);
  started.process.stderr?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  await vi.waitFor(() => expect(log).toContain('"msg":"serving gRPC"'), { timeout: 100_000, interval: 20 });
  return /"address":"([^"]+)"[^\n]*"msg":"serving gRPC"/.exec(log)?.[1] ?? "";
}

function connect(address: string): GrpcTestClient {
  const client = grpcClient(address);
  clients.push(client);
  return client;
}

const listUsers = (client: GrpcTestClient, options: CallOptions = {}, pageSize = 10) =>
  client.unary(ResourcesService.method.listResources, { resourceTypeId: "user", pageSize }, options);

test("LIMITER-1: the wall clock is set while calls wait: all are answered, at the rate", async () => {
  const address = await serve(["--rate=20"], { NODE_OPTIONS: `--import=${CLOCK}` });
  const client = connect(address);
  const begun = performance.now();
  // In waves: the slots of one wave are ordered before the first of them is dated.
  for (let wave = 0; wave < 12; wave += 1) {
    const calls = Array.from({ length: 8 }, () => listUsers(client, { timeoutMs: 30_000 }));
    expect((await Promise.all(calls)).filter(({ code }) => code !== "OK")).toEqual([]);
  }
  expect(performance.now() - begun).toBeGreaterThan(4000);
  expect(log).not.toContain("pacing was started again");
});

/** Tells the calls of one caller from those of others. */
const MODEST_PAGE = 7;

function bearer(token: string): CallOptions {
  return { headers: { authorization: `Bearer ${token}` } };
}

test("LIMITER-8, LIMITER-9: 3,000 listings of one caller do not hold up another, and are refused with a time", async () => {
  const tokens = ["the-greedy-token", "the-modest-token"];
  const file = join(folder, "tokens");
  writeFileSync(
    file,
    tokens
      .map((token) => `read ${createHash("sha256").update(token).digest("hex")} ${token.slice(4, 10)}`)
      .join("\n"),
  );
  const address = await serve(["--rate=5", `--auth-tokens-file=${file}`]);
  const leave = new AbortController();
  const greedy = { ...bearer("the-greedy-token"), signal: leave.signal };
  const asked = Array.from({ length: 6 }, () => connect(address)).flatMap((client) =>
    Array.from({ length: 500 }, () => listUsers(client, greedy)),
  );
  // Each of the six connections has had some of its calls refused, so the queue is full.
  const refused = await Promise.any(
    asked.map(async (reply) => {
      const { code, message, rateLimit } = await reply;
      if (code !== "UNAVAILABLE") throw new Error(code);
      return { message, rateLimit };
    }),
  );
  expect(refused.message).toMatch(
    /300 calls wait already for the 5\.0 requests a second of UserList; try again at/,
  );
  expect(Number(refused.rateLimit?.resetAt?.seconds) * 1000 - Date.now()).toBeGreaterThan(30_000);

  const modest = connect(address);
  const pages = Array.from({ length: 5 }, () => listUsers(modest, bearer("the-modest-token"), MODEST_PAGE));
  for (const { code } of await Promise.all(pages)) expect(code).toBe("OK");
  // The greedy caller, whose 300 calls wait, has a turn between two of the modest one.
  const sizes = cognito.stats.calls
    .filter(({ operation }) => operation === "ListUsers")
    .map(({ input }) => input?.["Limit"]);
  const whose = sizes.slice(sizes.indexOf(MODEST_PAGE), sizes.lastIndexOf(MODEST_PAGE) + 1);
  expect(whose.filter((size) => size === MODEST_PAGE)).toHaveLength(5);
  expect(whose.length).toBeLessThanOrEqual(10);

  leave.abort();
  await Promise.all(asked);
  const last = await listUsers(modest, bearer("the-modest-token"));
  expect(last.code).toBe("OK");
});
