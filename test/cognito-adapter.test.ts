import { afterEach, describe, expect, test } from "vitest";
import { type CognitoDirectory, createCognitoDirectory } from "../pkg/cognito/directory.ts";
import type { CognitoOptions } from "../pkg/cognito/options.ts";
import { FEATURE_NAMES, operationsOf } from "../pkg/connector/features.ts";
import { signInProvider } from "../pkg/core/group.ts";
import type { Page } from "../pkg/core/page.ts";
import { isFederated, type User } from "../pkg/core/user.ts";
import { federatedPerson, linkedPerson, people, person } from "./cognito/definitions.ts";
import { createPool, type PoolDefinition } from "./cognito/pool.ts";
import { awsQuotas } from "./cognito/rates.ts";
import { type ScriptedCognito, type ScriptedCognitoOptions, startScriptedCognito } from "./cognito/server.ts";
import { instantClock, never, openThrottle, refusal } from "./support/adapter.ts";

const POOL = "us-east-1_Ab129faBb";
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function serve(
  definition: Partial<PoolDefinition>,
  options: Partial<ScriptedCognitoOptions> = {},
  adapter: Partial<CognitoOptions> = {},
) {
  const pool = createPool({ id: POOL, ...definition });
  const server = await startScriptedCognito({ pools: [pool], ...options });
  const directory = directoryOver(server, adapter);
  open.push(server);
  return { pool, server, directory };
}

function directoryOver(server: ScriptedCognito, over: Partial<CognitoOptions> = {}) {
  const directory = createCognitoDirectory({
    poolId: POOL,
    region: "us-east-1",
    endpoint: server.url,
    credentials: { kind: "static", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    httpTimeoutMs: 30_000,
    throttle: openThrottle(),
    clock: instantClock(),
    random: () => 0.5,
    ...over,
  });
  open.push(directory);
  return directory;
}

async function readAll<T>(read: (marker: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let marker: string | undefined;
  do {
    const page = await read(marker);
    items.push(...page.items);
    marker = page.next;
  } while (marker !== undefined);
  return items;
}

const names = (users: readonly User[]) => users.map(({ username }) => username).sort();
const expected = (count: number) => people(count).map(({ username = "" }) => username);

describe("listings", () => {
  test("mark 1, mark 2, mark 3, mark 5: every user once, over full, short and empty pages, with 60 a page asked for", async () => {
    const { server, directory } = await serve({ users: people(200) });
    const empty = server.script({ operation: "ListUsers", nth: [2, 3, 4], shortPage: 0 });
    const short = server.script({ operation: "ListUsers", nth: 5, shortPage: 7 });
    const last = server.script({ operation: "ListUsers", trailingToken: true, nth: 8 });
    const users = await readAll((marker) => directory.listUsers({ marker }, never));
    expect(names(users)).toEqual(expected(200).sort());
    expect([empty.fired, short.fired, last.fired]).toEqual([3, 1, 1]);
    for (const { input } of server.stats.calls) expect(input?.["Limit"]).toBe(60);
  });

  test("mark 3: all four listings continue by their own marker", async () => {
    const groups = Array.from({ length: 100 }, (_, index) => `group-${index}`);
    const { server, directory } = await serve({
      users: people(130, () => ({ groups: [groups[0] ?? ""] })),
      groups,
    });
    const [ann] = people(1);
    expect(await readAll((marker) => directory.listUsers({ marker }, never))).toHaveLength(130);
    expect(await readAll((marker) => directory.listGroups({ marker }, never))).toHaveLength(100);
    expect(await readAll((marker) => directory.listMembers("group-0", { marker }, never))).toHaveLength(130);
    expect(
      await readAll((marker) => directory.listGroupsOfUser(ann?.username ?? "", { marker }, never)),
    ).toHaveLength(1);
    expect(server.stats.counts()).toEqual({
      ListUsers: 3,
      ListGroups: 2,
      ListUsersInGroup: 3,
      AdminListGroupsForUser: 1,
    });
  });

  test("mark 4: a marker that comes twice is an error, not the end", async () => {
    const { server, directory } = await serve({ users: people(300) });
    const repeats = server.script({ operation: "ListUsers", repeatTokens: 1 });
    const error = await refusal(readAll((marker) => directory.listUsers({ marker }, never)));
    expect(error.code).toBe("internal");
    expect(repeats.fired).toBe(2);
  });

  test("mark 6: the second pass over the same directory reads the same as the first", async () => {
    const { directory } = await serve({ users: people(150) });
    const first = names(await readAll((marker) => directory.listUsers({ marker }, never)));
    const second = names(await readAll((marker) => directory.listUsers({ marker }, never)));
    expect(second).toEqual(first);
  });

  test("mark 7: a marker older than an hour has an error of its own, in every listing", async () => {
    let nowMs = Date.UTC(2026, 10, 21);
    const groups = Array.from({ length: 70 }, (_, index) => `group-${index}`);
    const { directory } = await serve(
      {
        users: [...people(100, () => ({ groups: ["group-0"] })), person(600, { username: "zoe", groups })],
        groups,
      },
      { clock: () => nowMs },
    );
    const reads = [
      (marker?: string) => directory.listUsers({ marker }, never),
      (marker?: string) => directory.listGroups({ marker }, never),
      (marker?: string) => directory.listMembers("group-0", { marker }, never),
      (marker?: string) => directory.listGroupsOfUser("zoe", { marker }, never),
    ];
    const markers = [];
    for (const read of reads) markers.push((await read()).next);
    nowMs += 3_600_001;
    for (const [index, read] of reads.entries()) {
      expect(markers[index]).toBeTypeOf("string");
      expect(await refusal(read(markers[index]))).toMatchObject({ reason: "marker-refused" });
    }
  });

  test("mark 7: a marker of another listing has the same error", async () => {
    const { directory } = await serve({
      users: people(100, () => ({ groups: ["g", "h"] })),
      groups: ["g", "h"],
    });
    const { next } = await directory.listMembers("g", {}, never);
    expect((await refusal(directory.listMembers("h", { marker: next }, never))).reason).toBe(
      "marker-refused",
    );
    expect((await refusal(directory.listUsers({ marker: next }, never))).reason).toBe("marker-refused");
  });

  test("mark 10, mark 15: a listing asks for all attributes, and reads no single user", async () => {
    const { server, directory } = await serve({
      users: people(70, () => ({ attributes: { "custom:team": "blue", locale: null }, groups: ["g"] })),
      groups: ["g"],
      schema: [{ name: "custom:team" }],
    });
    const users = await readAll((marker) => directory.listUsers({ marker }, never));
    await readAll((marker) => directory.listMembers("g", { marker }, never));
    expect(users.every(({ attributes }) => attributes.get("custom:team") === "blue")).toBe(true);
    for (const { input } of server.stats.calls) expect(input).not.toHaveProperty("AttributesToGet");
    expect(server.stats.counts()).toEqual({ ListUsers: 2, ListUsersInGroup: 2 });
  });

  test("mark 16: a user's groups are read past the sixtieth", async () => {
    const groups = Array.from({ length: 100 }, (_, index) => `group-${index}`);
    const { directory } = await serve({ users: [person(1, { username: "ann", groups })], groups });
    const found = await readAll((marker) => directory.listGroupsOfUser("ann", { marker }, never));
    expect(found.map(({ name }) => name).sort()).toEqual([...groups].sort());
  });

  test("mark 9: a user made between two pages is in the members and need not be in the list", async () => {
    const { pool, server, directory } = await serve({ users: people(70), groups: ["g"] });
    server.onCall("ListUsersInGroup", 1, () => {
      pool.addUser(person(900, { username: "late" }));
      pool.join("late", "g");
    });
    const users = await readAll((marker) => directory.listUsers({ marker }, never));
    const members = await readAll((marker) => directory.listMembers("g", { marker }, never));
    expect(names(users)).not.toContain("late");
    expect(members).toMatchObject([{ username: "late", sub: expect.any(String), enabled: true }]);
  });
});

describe("faults of AWS and of the network", () => {
  test.for([
    ["a throttle", { throttle: true }],
    ["another throttle", { throttle: "ThrottlingException" }],
    ["a 500", { error: { name: "InternalErrorException" } }],
    ["a connection cut before", { cut: "before" }],
    ["a connection cut after", { cut: "after" }],
    ["an answer cut in its middle", { cut: "mid-answer" }],
    ["an answer that is not JSON", { malformed: true }],
    ["a proxy's page", { answer: { status: 502, body: "<html>" } }],
    ["an answer without its list", { rewrite: () => ({}) }],
  ] as const)("COGNITO-1: %s on every page loses no user", async ([, fault]) => {
    const throttle = openThrottle();
    const { server, directory } = await serve({ users: people(200) }, {}, { throttle });
    const armed = server.script({ operation: "ListUsers", nth: { every: 2 }, ...fault });
    const users = await readAll((marker) => directory.listUsers({ marker }, never));
    expect(names(users)).toEqual(expected(200).sort());
    expect(armed.fired).toBe(4);
    expect(throttle.turns).toHaveLength(server.stats.count());
  });

  test("mark 19, mark 20, mark 22: at AWS's own quotas twenty readers at once all get through", async () => {
    let nowMs = Date.UTC(2026, 10, 21);
    const clock = {
      now: () => nowMs,
      monotonic: () => nowMs,
      // The server's rate gate runs by the same clock, so that waiting out a throttle takes no real time.
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
    const throttle = openThrottle();
    const { server, directory } = await serve(
      { users: people(60) },
      { rates: awsQuotas, clock: () => nowMs },
      { throttle, clock },
    );
    const pages = await Promise.all(Array.from({ length: 100 }, () => directory.listUsers({}, never)));
    expect(pages.every(({ items }) => items.length === 60)).toBe(true);
    const refused = server.stats.outcomes()["ListUsers TooManyRequestsException"] ?? 0;
    expect(refused).toBeGreaterThan(0);
    expect(throttle.throttles).toHaveLength(refused);
    expect(throttle.turns).toHaveLength(server.stats.count("ListUsers"));
  });

  test("mark 55: a secondary Region is a read-only replica, asked once", async () => {
    const { server, directory } = await serve({ users: people(1), replica: "all" });
    expect(await refusal(directory.listUsers({}, never))).toMatchObject({
      code: "failed-precondition",
      reason: "replica",
    });
    expect(server.stats.count()).toBe(1);
  });

  test.for([
    ["ListUsers", (directory) => directory.listUsers({}, never)],
    ["ListGroups", (directory) => directory.listGroups({}, never)],
    ["ListUsersInGroup", (directory) => directory.listMembers("g", {}, never)],
    ["GetGroup", (directory) => directory.getGroup("g", never)],
    ["DescribeUserPool", (directory) => directory.describePool(never)],
    ["AdminListGroupsForUser", (directory) => directory.listGroupsOfUser("ann", {}, never)],
    ["AdminGetUser", (directory) => directory.getUser("ann", never)],
    ["AdminListUserAuthEvents", (directory) => directory.listAuthEvents("ann", {}, never)],
    ["findUsers", (directory) => directory.findUsers("sub", "x", never)],
  ] as [string, (directory: CognitoDirectory) => Promise<unknown>][])(
    "D9: a missing pool is never an empty listing nor NotFound: %s",
    async ([, ask]) => {
      const { server } = await serve({});
      const directory = directoryOver(server, { poolId: "us-east-1_NoSuchPool" });
      expect(await refusal(ask(directory))).toMatchObject({
        code: "failed-precondition",
        reason: "pool-missing",
      });
    },
  );

  test("a group that is deleted while it is read is reported as missing, the pool is not", async () => {
    const { pool, server, directory } = await serve({
      users: people(100, () => ({ groups: ["g"] })),
      groups: ["g"],
    });
    const { next } = await directory.listMembers("g", {}, never);
    pool.deleteGroup("g");
    expect(await refusal(directory.listMembers("g", { marker: next }, never))).toMatchObject({
      code: "not-found",
      reason: "group-gone",
    });
    server.credentials.deny("DescribeUserPool");
    expect(await refusal(directory.getGroup("g", never))).toMatchObject({ reason: "group-gone" });
    expect(server.stats.counts()).toMatchObject({ DescribeUserPool: 2, ListGroups: 1 });
  });

  test("a cancelled call releases its connection", async () => {
    const { server, directory } = await serve({ users: people(1) });
    const hold = server.hold({ operation: "ListUsers" });
    const controller = new AbortController();
    const work = refusal(directory.listUsers({}, controller.signal));
    await hold.arrived();
    controller.abort();
    expect((await work).code).toBe("canceled");
    await expect.poll(() => server.stats.calls[0]?.outcome).toBe("client-gone");
  });
});

describe("people", () => {
  test("mark 25: a re-created username is another account", async () => {
    const { pool, directory } = await serve({ users: [person(1, { username: "ann" })] });
    const before = await directory.getUser("ann", never);
    pool.deleteUser("ann");
    pool.addUser(person(2, { username: "ann" }));
    const after = await directory.getUser("ann", never);
    expect(after.username).toBe(before.username);
    expect(after.sub).not.toBe(before.sub);
    expect(await directory.findUsers("sub", before.sub, never)).toEqual([]);
    expect(names(await directory.findUsers("sub", after.sub, never))).toEqual(["ann"]);
  });

  test("mark 26: in a pool that signs in by e-mail the Username is the generated one", async () => {
    const { directory } = await serve({
      users: [
        person(1, {
          username: "11111111-2222-4333-8444-555555555555",
          sub: "11111111-2222-4333-8444-555555555555",
        }),
      ],
      usernameAttributes: ["email"],
    });
    const [user] = (await directory.listUsers({}, never)).items;
    expect(user?.username).toBe(user?.sub);
    expect(user?.attributes.get("email")).toContain("@");
    expect((await directory.describePool(never)).usernameAttributes).toEqual(["email"]);
  });

  test("mark 27: names that differ by case only are two people", async () => {
    const { directory } = await serve({
      users: [person(1, { username: "Ann" }), person(2, { username: "ann" })],
    });
    expect(names((await directory.listUsers({}, never)).items)).toEqual(["Ann", "ann"]);
    expect(names(await directory.findUsers("username", "ann", never))).toEqual(["ann"]);
    expect((await directory.describePool(never)).caseSensitiveUsernames).toBe(true);
  });

  test("mark 13, mark 14: a search by e-mail finds every user with the address, and no user whose address only begins with it", async () => {
    const email = (address: string) => ({ attributes: { email: address } });
    const { directory } = await serve({
      users: [
        person(1, { username: "a", ...email("ann@example.com") }),
        person(2, { username: "b", ...email("ann@example.com") }),
        person(3, { username: "c", ...email("ann@example.com.au") }),
        ...people(100, () => ({}), 9),
      ],
    });
    expect(names(await directory.findUsers("email", "ann@example.com", never))).toEqual(["a", "b"]);
    expect(await directory.findUsers("username", "ann@example.com", never)).toEqual([]);
  });

  test.for(['Ann "the boss" Lee', 'a" or sub = "', "=", "安娜 🙂", "O'Neil", "a  b", '"'])(
    "mark 11: a search finds exactly the name %j",
    async (name) => {
      const { directory } = await serve({
        users: [person(1, { username: "it", attributes: { name } }), ...people(5)],
      });
      expect(names(await directory.findUsers("name", name, never))).toEqual(["it"]);
    },
  );

  test("mark 29, mark 30: federated and linked profiles carry their identities and remain two entries", async () => {
    const { directory } = await serve({
      users: [federatedPerson(500), ...linkedPerson(501, "Okta"), person(1)],
    });
    const users = await readAll((marker) => directory.listUsers({ marker }, never));
    const federated = users.filter((user) => isFederated(user));
    expect(users).toHaveLength(4);
    expect(federated).toHaveLength(3);
    const [local, external] = federated.filter(({ identities }) => identities[0]?.providerName === "Okta");
    expect(local?.identities[0]?.userId).toBe(external?.identities[0]?.userId);
    expect(local?.sub).not.toBe(external?.sub);
    expect(local?.identities[0]?.createdAt?.getUTCFullYear()).toBeGreaterThan(2000);
    expect(local?.identities[0]?.createdAt?.getUTCFullYear()).toBeLessThan(2100);
  });

  test("mark 31: the group of an identity provider is known by its name", async () => {
    const { directory } = await serve({ groups: [`${POOL}_Google`, `${POOL}_`, "plain"] });
    const { items } = await directory.listGroups({}, never);
    expect(items.map(({ name }) => signInProvider(POOL, name))).toEqual(["Google", undefined, undefined]);
  });

  test("mark 32: an unknown status passes through, and Enabled is independent of it", async () => {
    const { directory } = await serve({
      users: [person(1, { username: "ann", status: "ON_PROBATION", enabled: false })],
    });
    expect(await directory.getUser("ann", never)).toMatchObject({ status: "ON_PROBATION", enabled: false });
  });

  test("mark 52: dates keep their milliseconds", async () => {
    const { directory } = await serve({
      users: [
        person(1, {
          username: "ann",
          createdAt: "2023-05-01T15:43:49.578Z",
          modifiedAt: "2025-01-01T00:00:00.001Z",
        }),
      ],
      groups: [{ name: "g", createdAt: "2024-02-29T23:59:59.999Z" }],
    });
    const user = await directory.getUser("ann", never);
    expect(user.createdAt.toISOString()).toBe("2023-05-01T15:43:49.578Z");
    expect(user.modifiedAt.toISOString()).toBe("2025-01-01T00:00:00.001Z");
    expect((await directory.getGroup("g", never)).createdAt.toISOString()).toBe("2024-02-29T23:59:59.999Z");
  });

  test("group names are kept to the byte", async () => {
    const groups = ["a:b/c", 'quoted"name', "emoji🙂", "x".repeat(128), "\u00e9", "e\u0301"];
    const { directory } = await serve({ groups });
    const { items } = await directory.listGroups({}, never);
    expect(items.map(({ name }) => name).sort()).toEqual([...groups].sort());
    for (const name of groups) expect((await directory.getGroup(name, never)).name).toBe(name);
  });

  test("the pool has its settings and its estimated count", async () => {
    const { directory } = await serve({
      users: people(5),
      schema: [{ name: "custom:team", max: 20 }],
      tier: "PLUS",
      passwordPolicy: { minimumLength: 14, requireSymbols: false },
    });
    const pool = await directory.describePool(never);
    expect(pool).toMatchObject({
      id: POOL,
      arn: `arn:aws:cognito-idp:us-east-1:123456789012:userpool/${POOL}`,
      estimatedUsers: 5,
      tier: "PLUS",
      passwordPolicy: { minimumLength: 14, requireSymbols: false, requireNumbers: true },
    });
    expect(pool.schema.find(({ name }) => name === "custom:team")).toMatchObject({
      maxLength: 20,
      mutable: true,
    });
    expect(pool.schema.find(({ name }) => name === "sub")).toMatchObject({ mutable: false });
  });
});

describe("mark 24: credentials", () => {
  const ROLE = "arn:aws:iam::123456789012:role/connector";

  async function assuming(over: Partial<ScriptedCognitoOptions> = {}) {
    let nowMs = Date.UTC(2026, 10, 21);
    const throttle = openThrottle();
    const { server } = await serve(
      { users: people(150) },
      {
        clock: () => nowMs,
        credentials: [{ accessKeyId: "AKIDBASE", secretAccessKey: "base-secret" }],
        roles: [{ arn: ROLE, externalId: "tenant-7" }],
        ...over,
      },
    );
    const withRole = (externalId: string | undefined) =>
      directoryOver(server, {
        throttle,
        clock: { now: () => nowMs, monotonic: () => nowMs, sleep: async () => undefined },
        credentials: {
          kind: "static",
          accessKeyId: "AKIDBASE",
          secretAccessKey: "base-secret",
          assumeRole: {
            roleArn: ROLE,
            sessionName: "nightly",
            externalId,
            durationSeconds: 3600,
            stsEndpoint: server.url,
          },
        },
      });
    return {
      server,
      throttle,
      withRole,
      pass: (ms: number) => {
        nowMs += ms;
      },
    };
  }

  test("both services accept the signatures", async () => {
    const { server, withRole } = await assuming();
    const users = await readAll((marker) => withRole("tenant-7").listUsers({ marker }, never));
    expect(names(users)).toEqual(expected(150).sort());
    expect(server.assumedRoles[0]).toMatchObject({
      roleArn: ROLE,
      sessionName: "nightly",
      externalId: "tenant-7",
      askedBy: "AKIDBASE",
    });
  });

  test("a listing continues when a role's session ends, and no call is refused", async () => {
    const { server, withRole, pass } = await assuming();
    const directory = withRole("tenant-7");
    const users = await readAll((marker) => {
      pass(marker === undefined ? 0 : 3_500_000);
      return directory.listUsers({ marker }, never);
    });
    expect(users).toHaveLength(150);
    expect(server.assumedRoles.length).toBeGreaterThan(1);
    expect(server.stats.outcomes()).toEqual({ "ListUsers ok": 3 });
  });

  test("a session that AWS ends early is replaced and the call repeated once", async () => {
    const { server, withRole } = await assuming();
    const directory = withRole("tenant-7");
    const first = await directory.listUsers({}, never);
    server.credentials.expire(server.assumedRoles[0]?.accessKeyId ?? "");
    const second = await directory.listUsers({ marker: first.next }, never);
    expect(second.items).toHaveLength(60);
    expect(server.assumedRoles).toHaveLength(2);
    expect(server.stats.outcomes()).toEqual({ "ListUsers ok": 2, "ListUsers ExpiredTokenException": 1 });
  });

  test("a wrong external id is reported as a role that could not be assumed; AWS Cognito is not called", async () => {
    const { server, throttle, withRole } = await assuming();
    const error = await refusal(withRole("tenant-8").listUsers({}, never));
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toContain(ROLE);
    expect(error.message).toContain("external id");
    expect(server.stats.count()).toBe(0);
    expect(throttle.turns).toEqual([]);
  });

  test("revoked keys and a missing permission are never reported as a missing user or an empty page", async () => {
    const { server, directory } = await serve({ users: people(1) });
    server.credentials.deny("ListUsers");
    const denied = await refusal(directory.listUsers({}, never));
    expect(denied.code).toBe("permission-denied");
    expect(denied.message).toContain("no identity-based policy allows it");
    server.credentials.revoke("AKIDEXAMPLE");
    expect((await refusal(directory.getUser("x", never))).code).toBe("unauthenticated");
    expect((await refusal(directory.listGroups({}, never))).code).toBe("unauthenticated");
  });
});

describe("the facts of one user", () => {
  const at = (day: number): string => `2026-10-${String(day).padStart(2, "0")}T08:00:00.100Z`;

  test("the history comes newest first, in pages", async () => {
    const { directory } = await serve({
      advancedSecurity: "AUDIT",
      users: [
        person(1, {
          username: "ann",
          events: [{ at: at(3) }, { at: at(9), response: "Fail" }, { at: at(1), type: "SignUp" }],
        }),
      ],
    });
    const all = await readAll((marker) => directory.listAuthEvents("ann", { marker, limit: 2 }, never));
    expect(all).toEqual([
      { kind: "SignIn", at: new Date(at(9)), passed: false },
      { kind: "SignIn", at: new Date(at(3)), passed: true },
      { kind: "SignUp", at: new Date(at(1)), passed: true },
    ]);
  });

  test("mark 53: a pool without threat protection says that it has no history, after one call", async () => {
    const { server, directory } = await serve({ users: [person(1, { username: "ann" })] });
    expect(await refusal(directory.listAuthEvents("ann", {}, never))).toMatchObject({
      code: "failed-precondition",
      reason: "feature-off",
      message: expect.stringContaining("threat protection (plan Plus) is off"),
    });
    expect(server.stats.count()).toBe(1);
  });

  test("a user who was deleted is reported as gone", async () => {
    const { directory } = await serve({ advancedSecurity: "AUDIT" });
    const gone = { code: "not-found", reason: "user-gone" };
    expect(await refusal(directory.listAuthEvents("ann", {}, never))).toMatchObject(gone);
    expect(await refusal(directory.readDetails("ann", never))).toMatchObject(gone);
  });

  test("second factors are read as they are set", async () => {
    const { directory } = await serve({
      users: [
        person(1, { username: "ann", mfa: ["SOFTWARE_TOKEN_MFA", "SMS_MFA"], preferredMfa: "SMS_MFA" }),
        person(2, { username: "bob" }),
      ],
    });
    expect(await directory.readDetails("ann", never)).toMatchObject({
      factors: ["SOFTWARE_TOKEN_MFA", "SMS_MFA"],
      preferredFactor: "SMS_MFA",
    });
    expect((await directory.readDetails("bob", never)).factors).toEqual([]);
  });
});

test("the probe reports what IAM allows, bills no user and changes nothing", async () => {
  const { server, directory, pool } = await serve({ users: people(3), groups: ["g"] });
  const before = JSON.stringify([pool.userCount(), pool.groupCount()]);
  const denied = ["AdminGetUser", "ListUsersInGroup", "AdminCreateUser", "AdminDeleteUser", "CreateGroup"];
  for (const operation of denied) server.credentials.deny(operation);
  const operations = [...new Set(FEATURE_NAMES.flatMap(operationsOf))];
  const probes = await directory.probePermissions(operations, never);
  const by = (wanted: unknown) =>
    probes.filter(({ allowed }) => allowed === wanted).map(({ operation }) => operation);
  expect(by(false).toSorted()).toEqual(denied.toSorted());
  expect(by(true)).toHaveLength(operations.length - denied.length);
  expect(server.stats.count()).toBe(operations.length);
  expect(JSON.stringify([pool.userCount(), pool.groupCount()])).toBe(before);

  server.credentials.allow("CreateGroup");
  expect(await directory.probePermissions(["CreateGroup"], never)).toMatchObject([{ allowed: "likely" }]);
  expect(pool.groupCount()).toBe(1);
});
