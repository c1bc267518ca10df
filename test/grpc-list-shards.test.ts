// `serve --list-shards`: the whole program lists the users over gRPC in parts, and as one where the parts are not all users.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GrantsService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourcesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { people, person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, startCli } from "./support/connector-cli.ts";
import { type GrpcTestClient, grpcClient } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";
const WEEK_MS = 7 * 24 * 3_600_000;

let folder: string;
let cognito: ScriptedCognito | undefined;
let started: RunningCli | undefined;
let client: GrpcTestClient | undefined;
let log: string;
/** The filter of each first page of users that AWS was asked for; "all" without one. */
let listings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-list-shards-"));
});

afterEach(async () => {
  await stop();
  await cognito?.close();
  rmSync(folder, { recursive: true });
});

async function stop(): Promise<void> {
  client?.close();
  started?.process.kill("SIGKILL");
  await started?.result;
  started = undefined;
}

async function stage(pool: Pool): Promise<ScriptedCognito> {
  const server = await startScriptedCognito({ pools: [pool], latencyMs: 5 });
  cognito = server;
  // It only looks on: no call is throttled.
  server.script({
    operation: "ListUsers",
    when({ input }) {
      const filter = input?.["Filter"];
      // The start of the service asks for one user, to see whether it may.
      if (input?.["PaginationToken"] === undefined && input?.["Limit"] !== 1) {
        listings.push(typeof filter === "string" ? filter : "all");
      }
      return false;
    },
    throttle: true,
  });
  return server;
}

async function serve(server: ScriptedCognito, ...more: readonly string[]): Promise<void> {
  await stop();
  log = "";
  started = startCli([
    "serve",
    "--listen=127.0.0.1:0",
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${server.url}`,
    `--state-dir=${folder}`,
    "--log-format=json",
    "--rate=500",
    ...more,
  ]);
  started.process.stderr?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  await vi.waitFor(() => expect(log).toContain('"msg":"the pool can be read"'), {
    timeout: 100_000,
    interval: 20,
  });
  client = grpcClient(/"address":"([^"]+)"[^\n]*"msg":"serving gRPC"/.exec(log)?.[1] ?? "");
  listings = [];
}

interface Listed {
  readonly subs: readonly string[];
  /** The first letters of the page tokens: `s1` is of a listing in parts. */
  readonly tokens: ReadonlySet<string>;
}

/** The users as Baton's syncer takes them: one that comes again is the same one. */
async function listUsers(): Promise<Listed> {
  const subs = new Set<string>();
  const tokens = new Set<string>();
  let pageToken = "";
  do {
    const reply = await client?.unary(ResourcesService.method.listResources, {
      resourceTypeId: "user",
      pageToken,
    });
    if (reply?.answer === undefined) throw new Error(`the call ended with ${reply?.code}`);
    for (const { id } of reply.answer.list) subs.add(id?.resource ?? "");
    pageToken = reply.answer.nextPageToken;
    if (pageToken !== "") tokens.add(pageToken.slice(0, 2));
  } while (pageToken !== "");
  return { subs: [...subs].toSorted(), tokens };
}

const subsOf = (pool: Pool): readonly string[] =>
  pool
    .allUsers()
    .map(({ sub }) => sub)
    .toSorted();

const PARTS = "0123456789abcdef".split("").map((digit) => `sub ^= "${digit}"`);
const REFUSED = "the users are listed as one from now on";

describe("serve --list-shards", () => {
  test.for(["16", "2"])(
    "%s: the users of a large pool are read by prefixes, side by side",
    async (shards) => {
      const pool = createPool({ id: POOL, users: people(1_100) });
      const server = await stage(pool);
      await serve(server, `--list-shards=${shards}`);
      const { subs, tokens } = await listUsers();
      expect(subs).toEqual(subsOf(pool));
      expect(tokens).toEqual(new Set(["s1"]));
      expect(listings.toSorted()).toEqual(PARTS);
      expect(server.stats.maxInFlight).toBeGreaterThan(1);
      expect(log).not.toContain(REFUSED);
    },
  );

  test.for([
    ["--list-shards=16", 999],
    ["--list-shards=1", 1_100],
  ] as const)("%s and %i users: they are one listing", async ([setting, count]) => {
    const pool = createPool({ id: POOL, users: people(count) });
    await serve(await stage(pool), setting);
    const { subs, tokens } = await listUsers();
    expect({ subs, tokens }).toEqual({ subs: subsOf(pool), tokens: new Set(["p1"]) });
    expect(listings).toEqual(["all"]);
  });

  test("a token of a listing in parts goes on after a restart with another setting", async () => {
    const pool = createPool({ id: POOL, users: people(1_100) });
    const server = await stage(pool);
    await serve(server, "--list-shards=16");
    const first = await client?.unary(ResourcesService.method.listResources, { resourceTypeId: "user" });
    await serve(server);
    let pageToken = first?.answer?.nextPageToken ?? "";
    const ids = first?.answer?.list.map(({ id }) => id?.resource ?? "") ?? [];
    while (pageToken !== "") {
      const next = await client?.unary(ResourcesService.method.listResources, {
        resourceTypeId: "user",
        pageToken,
      });
      if (next?.answer === undefined) throw new Error(`the call ended with ${next?.code}`);
      ids.push(...next.answer.list.map(({ id }) => id?.resource ?? ""));
      pageToken = next.answer.nextPageToken;
    }
    expect(ids.toSorted()).toEqual(subsOf(pool));
  });

  test("a token of another version, or of another resource type, is refused", async () => {
    const server = await stage(createPool({ id: POOL, users: people(1_100) }));
    await serve(server, "--list-shards=16");
    const { method } = ResourcesService;
    const first = await client?.unary(method.listResources, { resourceTypeId: "user" });
    const token = first?.answer?.nextPageToken ?? "";
    expect(token).toMatch(/^s1:/u);
    for (const [resourceTypeId, pageToken] of [
      ["user", token.replace("s1:", "s2:")],
      ["user", token.slice(0, -9)],
      ["group", token],
    ] as const) {
      expect((await client?.unary(method.listResources, { resourceTypeId, pageToken }))?.code).toBe(
        "INVALID_ARGUMENT",
      );
    }
  });
});

/** Somebody whose `sub` no part selects, too few to be missed in the count. */
function poolWithAnother(sub: string, groups: readonly string[]): Pool {
  return createPool({
    id: POOL,
    users: [...people(1_100), person(5_000, { sub, groups })],
    groups: ["staff"],
  });
}

describe("serve --list-shards, in a pool whose sub has another alphabet", () => {
  test("of all users: they are listed again as one, and later listings are one from the start", async () => {
    const pool = createPool({
      id: POOL,
      users: people(1_100, (index) => ({ sub: `AB-${String(index).padStart(6, "0")}` })),
    });
    await serve(await stage(pool), "--list-shards=16");
    const { subs, tokens } = await listUsers();
    expect(subs).toEqual(subsOf(pool));
    expect(tokens).toContain("p1");
    expect(log).toContain(REFUSED);
    listings = [];
    expect((await listUsers()).subs).toEqual(subsOf(pool));
    expect(listings).toEqual(["all"]);
  });

  test("of one member of a group: the listing after it was met is one, also in the next process", async () => {
    const odd = "ZZ-000001";
    const pool = poolWithAnother(odd, ["staff"]);
    const server = await stage(pool);
    await serve(server, "--list-shards=16");
    expect((await listUsers()).subs).not.toContain(odd);
    const resource = { id: { resourceType: "group", resource: "staff" } };
    expect((await client?.unary(GrantsService.method.listGrants, { resource }))?.answer?.list).toHaveLength(
      1,
    );
    expect(log).toContain(REFUSED);
    expect((await listUsers()).subs).toEqual(subsOf(pool));
    await serve(server, "--list-shards=16");
    expect((await listUsers()).subs).toEqual(subsOf(pool));
    expect(listings).toEqual(["all"]);
  });

  test("of one user in no group: the listing that is due once a week finds it, and the next ones keep it", async () => {
    const odd = "ZZ-000001";
    const pool = poolWithAnother(odd, []);
    const server = await stage(pool);
    await serve(server, "--list-shards=16");
    expect((await listUsers()).subs).not.toContain(odd);
    writeFileSync(
      join(folder, `${POOL}.grpc.whole-listing`),
      new Date(Date.now() - WEEK_MS - 1000).toISOString(),
    );
    expect((await listUsers()).subs).toEqual(subsOf(pool));
    expect(log).toContain(REFUSED);
    listings = [];
    expect((await listUsers()).subs).toEqual(subsOf(pool));
    await serve(server, "--list-shards=16");
    expect((await listUsers()).subs).toEqual(subsOf(pool));
    expect(listings).toEqual(["all"]);
  });
});
