import { afterEach, describe, expect, test } from "vitest";
import { federatedPerson, linkedPerson, people, person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { awsQuotas } from "./cognito/rates.ts";
import { type ScriptedCognitoOptions, startScriptedCognito } from "./cognito/server.ts";
import { countsOf, emptyRun, type MemoryRun, memoryTarget, syncInto } from "./support/memory-target.ts";
import { createRig, type Rig, type RigOptions } from "./support/rig.ts";

const POOL = "us-east-1_Ab129faBb";
const never = new AbortController().signal;
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function stage(
  pool: Pool,
  options: Partial<ScriptedCognitoOptions> = {},
  rigOptions: Partial<RigOptions> = {},
) {
  const server = await startScriptedCognito({ pools: [pool], ...options });
  open.push(server);
  const rig = createRig({ url: server.url, poolId: pool.settings.id, ...rigOptions });
  open.push(rig);
  return { server, rig };
}

async function sync(rig: Rig, run: MemoryRun = emptyRun(), listingsAtOnce = 4) {
  const outcome = await syncInto([memoryTarget(run)], { connector: rig.connector, listingsAtOnce }, never);
  return { run, outcome, counts: countsOf(run) };
}

/** 250 users; groups of 250, 61, 60, 1 and 0 members. */
function staffPool(): Pool {
  const inGroups = (index: number) => {
    const groups = ["all"];
    if (index < 61) groups.push("sixty-one");
    if (index < 60) groups.push("sixty");
    if (index === 0) groups.push("one");
    return groups;
  };
  const names = ["all", "sixty-one", "sixty", "one", "none"];
  return createPool({
    id: POOL,
    users: people(250, (index) => ({ groups: inGroups(index) })),
    groups: names,
  });
}

const STAFF = { users: 250, groups: 5, memberships: 372 };

describe("a sync over the wire", () => {
  test("makes only the calls that are needed, with one DescribeUserPool", async () => {
    const { server, rig } = await stage(staffPool());
    expect((await sync(rig)).counts).toEqual(STAFF);
    expect(server.stats.counts()).toEqual({
      DescribeUserPool: 1,
      ListUsers: Math.ceil(250 / 60),
      ListGroups: 1,
      ListUsersInGroup: 5 + 2 + 1 + 1 + 1,
    });
  });

  test("mark 1: three empty pages in a row are not the end", async () => {
    const { server, rig } = await stage(staffPool());
    const rule = server.script({ operation: "ListUsers", nth: [2, 3, 4], shortPage: 0 });
    expect((await sync(rig)).counts).toEqual(STAFF);
    expect(rule.fired).toBe(3);
  });

  test("mark 2: a page of seven is not the end", async () => {
    const { server, rig } = await stage(staffPool());
    const rule = server.script({ shortPage: 7 });
    expect((await sync(rig)).counts).toEqual(STAFF);
    expect(rule.fired).toBeGreaterThan(40);
  });

  test("mark 3: every page of ListUsers is requested by PaginationToken, and of the others by NextToken", async () => {
    const { server, rig } = await stage(staffPool());
    await sync(rig);
    const tokens = (operation: string) =>
      server.stats.calls
        .filter((call) => call.operation === operation)
        .map(({ input }) => Object.keys(input ?? {}).filter((member) => member.endsWith("Token")));
    const later = Array.from({ length: 4 }, () => ["PaginationToken"]);
    expect(tokens("ListUsers")).toEqual([[], ...later]);
    expect(new Set(tokens("ListUsersInGroup").flat())).toEqual(new Set(["NextToken"]));
  });

  test.for([1, 2, 3, 5])("mark 4: markers in a circle of %i end the sync with an error", async (length) => {
    const { server, rig } = await stage(staffPool());
    const rule = server.script({ operation: "ListUsers", shortPage: 1, repeatTokens: length });
    await expect(sync(rig)).rejects.toMatchObject({
      code: "internal",
      message: expect.stringMatching(/marker/),
    });
    expect(rule.fired).toBeGreaterThan(0);
  });

  test("mark 5, mark 10: no page asks for more than 60 and none projects attributes", async () => {
    const { server, rig } = await stage(staffPool());
    await sync(rig);
    for (const { input } of server.stats.calls) {
      expect(input).not.toHaveProperty("AttributesToGet");
      expect(Number(input?.["Limit"] ?? 60)).toBeLessThanOrEqual(60);
    }
  });

  test("mark 6: a second sync in the same process reads every user again", async () => {
    const { rig } = await stage(staffPool());
    await sync(rig);
    expect((await sync(rig)).counts).toEqual(STAFF);
  });

  test("mark 7: markers older than an hour restart their listing, and no row is lost or doubled", async () => {
    let nowMs = Date.UTC(2026, 10, 21);
    const { server, rig } = await stage(staffPool(), { clock: () => nowMs });
    server.onCall("ListUsers", 3, () => {
      nowMs += 61 * 60_000;
    });
    expect((await sync(rig, emptyRun(), 1)).counts).toEqual(STAFF);
    // Three pages (the clock jumps while the third is answered), the refusal, all five again.
    expect(server.stats.count("ListUsers")).toBe(3 + 1 + 5);
    expect(server.stats.outcomes()["ListUsers InvalidParameterException"]).toBe(1);
  });

  test("mark 7: a run that resumes after more than an hour restarts its unfinished listings", async () => {
    let nowMs = Date.UTC(2026, 10, 21);
    const { server, rig } = await stage(staffPool(), { clock: () => nowMs });
    const denied = server.script({
      operation: "ListUsersInGroup",
      nth: 3,
      error: { name: "AccessDeniedException" },
    });
    const run = emptyRun();
    await expect(sync(rig, run)).rejects.toMatchObject({ code: "permission-denied" });
    denied.remove();
    nowMs += 61 * 60_000;
    expect((await sync(rig, run)).counts).toEqual(STAFF);
  });

  test("mark 9: a user who is created behind the listing is added from a group", async () => {
    const pool = staffPool();
    const { server, rig } = await stage(pool);
    server.onCall("ListUsersInGroup", 1, () => {
      pool.addUser(person(900, { groups: ["none"] }));
    });
    const { run, counts } = await sync(rig, emptyRun(), 1);
    expect(counts).toEqual({ users: 251, groups: 5, memberships: 373 });
    for (const { principal } of run.grants.values()) {
      expect(run.resources.has(`user:${principal?.id?.resource}`)).toBe(true);
    }
  });

  test("mark 9: a user who is deleted during the sync does not end it", async () => {
    const pool = staffPool();
    const { server, rig } = await stage(pool);
    server.onCall("ListUsers", 2, () => pool.deleteUser(pool.allUsers()[3]?.username ?? ""));
    expect((await sync(rig, emptyRun(), 1)).counts.users).toBeGreaterThanOrEqual(249);
  });

  test("mark 15, mark 16: no call is made for a single user", async () => {
    const { server, rig } = await stage(staffPool());
    await sync(rig);
    expect(server.stats.count("AdminGetUser") + server.stats.count("AdminListGroupsForUser")).toBe(0);
  });

  test("mark 17: ListGroups stays within five a second for the pool, though its category has twenty", async () => {
    const groups = Array.from({ length: 60 }, (_, n) => `g${n}`);
    const pool = createPool({ id: POOL, groups });
    const { server, rig } = await stage(pool, { rates: awsQuotas }, { perSecond: 20 });
    server.script({ operation: "ListGroups", shortPage: 5 });
    const stop = new AbortController();
    const groupsOnly = await syncInto(
      [memoryTarget(emptyRun())],
      { connector: rig.connector, listingsAtOnce: 8 },
      stop.signal,
    );
    expect(groupsOnly.pages).toBeGreaterThan(12 + 60);
    expect(server.stats.outcomes()["ListGroups TooManyRequestsException"]).toBeUndefined();
  });

  test("mark 19, mark 20: a throttle of any name is waited out", async () => {
    const { server, rig } = await stage(staffPool());
    const names = ["TooManyRequestsException", "ThrottlingException", "Throttling"];
    const rules = names.map((name, n) =>
      server.script({ operation: "ListUsersInGroup", nth: n + 1, throttle: name }),
    );
    expect((await sync(rig)).counts).toEqual(STAFF);
    for (const rule of rules) expect(rule.fired).toBe(1);
  });

  test("mark 22: a sync of a pool at its limit completes without a retry storm", async () => {
    const { server, rig } = await stage(
      staffPool(),
      { rates: { perSecond: { UserList: 5 }, mode: "second" } },
      { perSecond: 30, random: Math.random },
    );
    expect((await sync(rig, emptyRun(), 16)).counts).toEqual(STAFF);
    const throttled = Object.entries(server.stats.outcomes())
      .filter(([key]) => key.endsWith("TooManyRequestsException"))
      .reduce((sum, [, count]) => sum + count, 0);
    // 15 calls are needed. Without a limiter that slows down, the retries are a thousand times as many.
    expect(throttled).toBeLessThanOrEqual(45);
  });

  test("mark 29, mark 30, mark 31, mark 32: federated and linked people, groups made by sign-in, an unknown status", async () => {
    const made = `${POOL}_Google`;
    const pool = createPool({
      id: POOL,
      users: [
        federatedPerson(1, "Google", { groups: [made] }),
        ...linkedPerson(2),
        person(3, { status: "PENDING_2027" }),
      ],
      groups: [made],
    });
    const { rig } = await stage(pool);
    const { run } = await sync(rig);
    const profiles = [...run.resources.values()].map((row) => row.profile ?? {});
    const users = profiles.filter((profile) => profile["username"] !== undefined);
    expect(users.filter((profile) => profile["federated"] === true)).toHaveLength(3);
    const linked = users.flatMap((profile) => profile["linked_usernames"] ?? []);
    expect(linked).toHaveLength(1);
    expect(users.map((profile) => profile["username"])).toContain(linked[0]);
    expect(users.map((profile) => profile["user_status"])).toContain("PENDING_2027");
    expect(run.resources.get(`group:${made}`)?.profile).toMatchObject({ managed_by_sign_in: true });
  });

  test("a group deleted while it is read loses only its own rows, and the sync checks that the pool exists", async () => {
    const pool = staffPool();
    const { server, rig } = await stage(pool);
    server.script({
      operation: "ListUsersInGroup",
      group: "all",
      continues: true,
      times: 1,
      run: () => pool.deleteGroup("all"),
    });
    const { outcome, counts } = await sync(rig);
    expect(outcome.droppedGroups).toEqual(["all"]);
    expect(counts).toEqual({ users: 250, groups: 4, memberships: 122 });
    expect(server.stats.count("DescribeUserPool")).toBe(2);
  });

  test("a missing pool ends the sync with its name, never as not found (D9)", async () => {
    const server = await startScriptedCognito({ pools: [staffPool()] });
    open.push(server);
    const rig = createRig({ url: server.url, poolId: "us-east-1_Gone00000" });
    open.push(rig);
    await expect(sync(rig)).rejects.toMatchObject({ code: "failed-precondition", reason: "pool-missing" });
  });

  test("a pool that is deleted while members are read is not mistaken for a deleted group", async () => {
    const { server, rig } = await stage(staffPool());
    const gone = { name: "ResourceNotFoundException", message: `User pool ${POOL} does not exist.` };
    server.script({ operation: ["ListUsersInGroup"], nth: { from: 2 }, error: gone });
    server.script({ operation: "DescribeUserPool", nth: { from: 2 }, error: gone });
    await expect(sync(rig)).rejects.toMatchObject({ code: "failed-precondition", reason: "pool-missing" });
  });

  test.for([
    ["a revoked credential", "UnrecognizedClientException", "unauthenticated"],
    ["a missing permission", "AccessDeniedException", "permission-denied"],
  ] as const)("%s in the middle ends the sync with its name", async ([, name, code]) => {
    const { server, rig } = await stage(staffPool());
    const rule = server.script({ operation: "ListUsers", nth: { from: 3 }, error: { name } });
    await expect(sync(rig)).rejects.toMatchObject({ code });
    // Refused keys are fetched again once: they may have been rotated.
    expect(rule.fired).toBeLessThanOrEqual(2);
  });

  test.for([
    ["a cut connection", { cut: "before" }],
    ["a cut in the middle of the answer", { cut: "mid-answer" }],
    ["a malformed answer", { malformed: true }],
    ["a server error", { error: { name: "InternalErrorException", status: 500 } }],
  ] as const)("%s is read again, and not mistaken for an empty page", async ([, effects]) => {
    const { server, rig } = await stage(staffPool());
    const rule = server.script({ operation: "ListUsersInGroup", nth: [1, 4], ...effects });
    expect((await sync(rig)).counts).toEqual(STAFF);
    expect(rule.fired).toBe(2);
  });

  test("an answer without its list is an error, never an empty page", async () => {
    const { server, rig } = await stage(staffPool());
    server.script({ operation: "ListUsersInGroup", group: "all", rewrite: () => ({}) });
    await expect(sync(rig)).rejects.toMatchObject({ code: expect.stringMatching(/internal|unavailable/) });
  });

  test("mark 52: dates arrive as seconds with a fraction", async () => {
    const at = "2024-04-25T17:45:29.578Z";
    const pool = createPool({
      id: POOL,
      users: [person(1, { createdAt: at })],
      groups: [{ name: "g", createdAt: at }],
    });
    const { rig } = await stage(pool);
    const { run } = await sync(rig);
    for (const row of run.resources.values()) expect(row.profile?.["created_at"]).toBe(at);
  });

  test("mark 55: a secondary Region that answers nothing is named a read-only replica and not retried", async () => {
    const pool = createPool({ id: POOL, users: people(3), replica: "all" });
    const { server, rig } = await stage(pool);
    await expect(sync(rig)).rejects.toMatchObject({ code: "failed-precondition", reason: "replica" });
    expect(server.stats.calls.length).toBeLessThanOrEqual(2);
  });

  test.for([["a:b"], ["a/b"], [`"quoted"'s`], ["🦊"], ["g".repeat(128)]])(
    "ids are the bytes that Cognito sends: group %s",
    async ([name = ""]) => {
      const pool = createPool({
        id: POOL,
        users: [person(1, { username: "ann@example.com", groups: [name] })],
        groups: [name],
      });
      const { rig } = await stage(pool, {}, { userIdKind: "username" });
      const { run } = await sync(rig);
      expect([...run.grants.keys()]).toEqual([`group:${name}:member:user:ann@example.com`]);
      expect([...run.resources.keys()].sort()).toEqual([`group:${name}`, "user:ann@example.com"]);
    },
  );
});
