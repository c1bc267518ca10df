// A client that asks for one page after the other, against the whole service: what it gets, and what AWS is asked for.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EntitlementsService } from "../pkg/gen/c1/connector/v2/entitlement_pb.ts";
import { GrantManagerService, GrantsService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourcesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, startCli } from "./support/connector-cli.ts";
import { type GrpcTestClient, grpcClient } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";
const GROUPS = Array.from({ length: 30 }, (_, at) => `group-${String(at).padStart(2, "0")}`);
const USERS = 250;

let cognito: ScriptedCognito;
let pool: Pool;
let folder: string;
let started: RunningCli | undefined;
let client: GrpcTestClient;
let nowMs: number;
let log = "";

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-read-ahead-"));
  log = "";
  nowMs = Date.now();
  // Everybody is in one group of thirty and, every other one, in the first: groups of one page and one of several.
  const users = Array.from({ length: USERS }, (_, n) =>
    person(n, { groups: [GROUPS[n % GROUPS.length] ?? "", ...(n % 2 === 0 ? [GROUPS[0] ?? ""] : [])] }),
  );
  pool = createPool({ id: POOL, users, groups: GROUPS });
  cognito = await startScriptedCognito({ pools: [pool], latencyMs: 20, clock: () => nowMs });
});

afterEach(async () => {
  client.close();
  started?.process.kill("SIGKILL");
  await started?.result;
  started = undefined;
  await cognito.close();
  rmSync(folder, { recursive: true });
});

async function serve(...more: readonly string[]): Promise<void> {
  const fixed = ["--listen=127.0.0.1:0", `--user-pool-id=${POOL}`, `--endpoint-url=${cognito.url}`];
  started = startCli([
    "serve",
    ...fixed,
    `--state-dir=${folder}`,
    "--log-format=json",
    "--rate=200",
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
}

interface PageOfRows {
  readonly list: readonly { readonly id?: string | { readonly resource: string } | undefined }[];
  readonly nextPageToken: string;
}

/** Every row of a listing, as Baton's syncer asks for it. */
async function rows(ask: (pageToken: string) => Promise<PageOfRows>): Promise<string[]> {
  const ids: string[] = [];
  let pageToken = "";
  let answers = 0;
  do {
    answers += 1;
    if (answers > 1_000) throw new Error("the listing does not end");
    const { list, nextPageToken } = await ask(pageToken);
    for (const { id } of list) ids.push(typeof id === "object" ? id.resource : String(id));
    pageToken = nextPageToken;
  } while (pageToken !== "");
  return ids;
}

/** The fourth page is the first one that is read ahead. */
async function tokenOfFourthPage(ask: (pageToken: string) => Promise<PageOfRows>): Promise<string> {
  let pageToken = "";
  for (let page = 1; page <= 3; page += 1) ({ nextPageToken: pageToken } = await ask(pageToken));
  return pageToken;
}

async function answered<A>(
  call: Promise<{ readonly code: string; readonly answer: A | undefined }>,
): Promise<A> {
  const { code, answer } = await call;
  if (answer === undefined) throw new Error(`the call ended with ${code}`);
  return answer;
}

const groupOf = (name: string) => ({ id: { resourceType: "group", resource: name } });

const resources = (resourceTypeId: string) =>
  rows((pageToken) =>
    answered(client.unary(ResourcesService.method.listResources, { resourceTypeId, pageToken })),
  );

const grants = (name: string) =>
  rows((pageToken) =>
    answered(client.unary(GrantsService.method.listGrants, { resource: groupOf(name), pageToken })),
  );

/** The calls of Baton's syncer, in its order. */
async function sync() {
  const groups = await resources("group");
  const users = await resources("user");
  for (const name of groups) {
    await answered(client.unary(EntitlementsService.method.listEntitlements, { resource: groupOf(name) }));
  }
  const memberships: string[] = [];
  for (const name of groups) memberships.push(...(await grants(name)));
  return { groups, users, memberships };
}

const MEMBERSHIPS = USERS + USERS / 2 - Math.ceil(USERS / GROUPS.length);
const PAGES_OF_MEMBERS = GROUPS.length - 1 + Math.ceil(125 / 60);

describe("a client that asks for one page after the other", () => {
  test.for([2, 3, 5])("mark 4: gets an error where markers lead in a circle of %i", async (length) => {
    await serve();
    for (const operation of ["ListUsers", "ListGroups", "ListUsersInGroup"]) {
      cognito.script({ operation, shortPage: 1, repeatTokens: length });
    }
    for (const list of [() => resources("user"), () => resources("group"), () => grants(GROUPS[0] ?? "")]) {
      await expect(list()).rejects.toThrow("the call ended with INTERNAL");
    }
    // Each listing ends after three times the circle, and some pages are read ahead.
    expect(cognito.stats.calls.length).toBeLessThan(3 * (3 * length + 24) + 20);
  });

  test("gets every row once, the members of several groups are read side by side, and no page twice", async () => {
    await serve();
    const before = cognito.stats.count("ListUsers");
    const { groups, users, memberships } = await sync();
    expect(groups).toEqual(GROUPS);
    expect(users).toHaveLength(USERS);
    expect(new Set(users).size).toBe(USERS);
    expect(new Set(memberships).size).toBe(memberships.length);
    expect(memberships).toHaveLength(MEMBERSHIPS);
    expect(cognito.stats.count("ListUsers") - before).toBe(Math.ceil(USERS / 60));
    expect(cognito.stats.count("ListUsersInGroup")).toBe(PAGES_OF_MEMBERS);
    expect(cognito.stats.maxInFlight).toBeGreaterThan(2);
  });

  test("gets every row through throttles, cut answers and refused markers, and no failure that it did not cause", async () => {
    await serve();
    cognito.script({
      operation: ["ListUsers", "ListUsersInGroup"],
      nth: { from: 2, every: 3 },
      times: 6,
      throttle: true,
    });
    cognito.script({
      operation: "ListUsersInGroup",
      nth: { from: 4, every: 5 },
      times: 3,
      cut: "mid-answer",
    });
    cognito.onCall("ListUsersInGroup", 3, () => {
      nowMs += 61 * 60_000;
    });
    const { users, memberships } = await sync();
    expect(new Set(users).size).toBe(USERS);
    expect(new Set(memberships).size).toBe(MEMBERSHIPS);
  });

  test("sees its own grant at once in a group that was read ahead", async () => {
    await serve("--provisioning");
    const [user = ""] = await resources("user");
    const groups = await resources("group");
    for (const name of groups) {
      await answered(client.unary(EntitlementsService.method.listEntitlements, { resource: groupOf(name) }));
    }
    const [first = "", second = ""] = groups;
    await grants(first);
    await expect.poll(() => cognito.stats.count("ListUsersInGroup"), { interval: 10 }).toBeGreaterThan(4);
    const principal = { id: { resourceType: "user", resource: user } };
    const entitlement = { id: `group:${second}:member`, resource: groupOf(second) };
    await answered(client.unary(GrantManagerService.method.grant, { entitlement, principal }));
    expect(await grants(second)).toContain(`group:${second}:member:user:${user}`);
  });

  test("does not see whom SCIM has deleted meanwhile in a page that was read ahead", async () => {
    await serve("--provisioning", "--scim", "--scim-listen=127.0.0.1:0");
    const { method } = ResourcesService;
    const nextPageToken = await tokenOfFourthPage((pageToken) =>
      answered(client.unary(method.listResources, { resourceTypeId: "user", pageToken })),
    );
    // The inventory of SCIM reads all users too.
    const withFourth = Math.ceil(USERS / 60) + 4;
    await vi.waitFor(() => expect(cognito.stats.count("ListUsers")).toBeGreaterThanOrEqual(withFourth), {
      timeout: 100_000,
      interval: 10,
    });
    const deleted = pool.allUsers()[200]?.sub ?? "";
    const address = /"address":"([^"]+)"[^\n]*"msg":"serving SCIM"/.exec(log)?.[1] ?? "";
    const { status } = await fetch(`http://${address}/scim/v2/Users/${deleted}`, { method: "DELETE" });
    expect(status).toBe(204);
    const rest = await rows((pageToken) =>
      answered(
        client.unary(method.listResources, {
          resourceTypeId: "user",
          pageToken: pageToken === "" ? nextPageToken : pageToken,
        }),
      ),
    );
    expect(rest.length).toBeGreaterThan(0);
    expect(rest).not.toContain(deleted);
  });

  test("that loses its credentials gets nothing of what was read for it, and neither does another caller", async () => {
    const file = join(folder, "tokens");
    const line = (role: string, token: string, name: string): string =>
      `${role} ${createHash("sha256").update(token).digest("hex")} ${name}\n`;
    writeFileSync(
      file,
      line("read", "the-first-token", "ada") + line("provision", "the-other-token", "grace"),
    );
    await serve(`--auth-tokens-file=${file}`);
    const list = (token: string, pageToken = "") =>
      client.unary(
        ResourcesService.method.listResources,
        { resourceTypeId: "user", pageToken },
        { headers: { authorization: `Bearer ${token}` } },
      );
    const before = cognito.stats.count("ListUsers");
    const nextPageToken = await tokenOfFourthPage((pageToken) =>
      answered(list("the-first-token", pageToken)),
    );
    const read = (): number => cognito.stats.count("ListUsers") - before;
    await expect.poll(read, { interval: 10 }).toBe(4);
    await answered(list("the-other-token", nextPageToken));
    expect(read()).toBe(5);
    writeFileSync(file, line("provision", "the-other-token", "grace"));
    started?.process.kill("SIGHUP");
    await vi.waitFor(
      async () => expect((await list("the-first-token", nextPageToken)).code).toBe("UNAUTHENTICATED"),
      {
        timeout: 100_000,
        interval: 50,
      },
    );
  });

  test("that leaves costs no more than was read ahead for it, and does not hold up the end of the service", async () => {
    await serve();
    const before = cognito.stats.count();
    await answered(client.unary(ResourcesService.method.listResources, { resourceTypeId: "user" }));
    client.close();
    cognito.setLatency(60_000);
    started?.process.kill("SIGTERM");
    expect((await started?.result)?.code).toBe(0);
    expect(cognito.stats.count() - before).toBeLessThanOrEqual(1 + 1);
  });
});
