import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const GROUPS = Array.from({ length: 130 }, (_, n) => `group-${n}`);

let cognito: ScriptedCognito;
let folder: string;

/** 20 users, and 130 groups of one member or two: each user is in up to 67. */
beforeEach(async () => {
  const users = people(20, (index) => ({
    groups: GROUPS.filter((_, n) => (index < 2 && n % 2 === index) || n === index + 50),
  }));
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users, groups: GROUPS })] });
  folder = mkdtempSync(join(tmpdir(), "connector-members-"));
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

async function connector(...args: string[]) {
  const { code, stdout, stderr } = await runCli([
    ...args,
    `--state-dir=${join(folder, "state")}`,
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    "--rate=UserList=1000,UserResourceRead=1000,UserPoolRead=1000,UserPoolResourceRead=1000",
    "--log-level=info",
  ]);
  return { code, stdout, stderr };
}

async function sync(file: string, ...more: string[]) {
  const before = { ...cognito.stats.outcomes() };
  const { code, stdout, stderr } = await connector("sync", `--file=${join(folder, file)}`, ...more);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const summary: unknown = JSON.parse(stdout);
  const count = (operation: string): number =>
    (cognito.stats.outcomes()[`${operation} ok`] ?? 0) - (before[`${operation} ok`] ?? 0);
  return { summary, stderr, byGroup: count("ListUsersInGroup"), byUser: count("AdminListGroupsForUser") };
}

test("the first run reads memberships by group, and the next one as it takes less time", async () => {
  const first = await sync("pool.c1z");
  expect(first).toMatchObject({
    byGroup: 130,
    byUser: 0,
    summary: { groups: 130, members_read: "by group" },
  });
  expect(first.summary).toMatchObject({
    members_read_reason: expect.stringContaining("no earlier run says"),
  });
  const second = await sync("pool.c1z");
  // Two users are in more than sixty groups.
  expect(second).toMatchObject({ byGroup: 0, byUser: 22 });
  const reason = expect.stringMatching(
    /^by group about 131 calls in [0-9]+ s, by user about 22 calls in [0-9]+ s$/,
  );
  expect(second.summary).toMatchObject({ members_read: "by user", members_read_reason: reason });
  expect(second.stderr).toContain("memberships are read by user: by group about 131 calls in ");
});

test("both ways give the same rows", async () => {
  const byGroup = await sync("by-group.c1z", "--read-members=by-group");
  const byUser = await sync("by-user.c1z", "--read-members=by-user");
  expect([byGroup.byUser, byUser.byGroup, byUser.byUser]).toEqual([0, 0, 22]);
  const [one, two] = ["by-group.c1z", "by-user.c1z"].map((name) => join(folder, name));
  const { code, stderr } = await runCli(["diff", one ?? "", two ?? ""]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
});

test("by user is not chosen where IAM does not allow it, and its setting fails there", async () => {
  await sync("pool.c1z");
  cognito.script({
    operation: "AdminListGroupsForUser",
    error: { name: "AccessDeniedException", message: "not authorized" },
  });
  const { summary, byGroup } = await sync("pool.c1z");
  expect({ summary, byGroup }).toMatchObject({ summary: { members_read: "by group" }, byGroup: 130 });
  expect(summary).toMatchObject({
    members_read_reason: expect.stringContaining(
      "which needs AdminListGroupsForUser, and that is not known to be allowed",
    ),
  });
  const refused = await connector("sync", `--file=${join(folder, "other.c1z")}`, "--read-members=by-user");
  expect(refused).toMatchObject({ code: 7 });
});

const DENIED = { name: "AccessDeniedException", message: "not authorized" };

test("a run by user, which IAM denies meanwhile, is read again by group in the same process", async () => {
  await sync("pool.c1z");
  // The first one asks whether it is allowed.
  cognito.script({ operation: "AdminListGroupsForUser", nth: { from: 5 }, error: DENIED });
  const { summary, stderr } = await sync("pool.c1z");
  const reason = /^by user was begun, and AWS refuses it: AdminListGroupsForUser: not allowed/;
  expect(summary).toMatchObject({
    users: 20,
    groups: 130,
    memberships: 148,
    members_read: "by group",
    members_read_reason: expect.stringMatching(reason),
    resumed: false,
  });
  expect(stderr).toContain("starting over: by user was begun, and AWS refuses it: AdminListGroupsForUser");
});

test("one user whom AWS does not take fails a run that has to read by user, and names the cure", async () => {
  await sync("pool.c1z");
  const name = "InvalidParameterException";
  cognito.script({ operation: "AdminListGroupsForUser", nth: { from: 9 }, error: { name } });
  expect((await sync("pool.c1z")).summary).toMatchObject({ members_read: "by group", memberships: 148 });
  const refused = await connector("sync", `--file=${join(folder, "pool.c1z")}`, "--read-members=by-user");
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(
    /AdminListGroupsForUser: .*, of the user with sub [0-9a-f-]{36}; or set --read-members to by-group/,
  );
});

test("a pool with a user whom AWS always refuses is begun by user once, and then when it is set", async () => {
  await sync("pool.c1z");
  const refusal = cognito.script({
    operation: "AdminListGroupsForUser",
    nth: { from: 9 },
    error: { name: "InvalidParameterException" },
  });
  expect((await sync("pool.c1z")).summary).toMatchObject({ members_read: "by group" });
  const noted = join(folder, "state", `${POOL}.by-user-refused`);
  expect(statSync(noted).mode & 0o777).toBe(0o600);
  expect(readFileSync(noted, "utf8")).toMatch(/^[0-9T:.-]+Z\n$/);
  const known = await sync("pool.c1z");
  expect(known).toMatchObject({ byUser: 0, byGroup: 130 });
  const reason = "but AWS refused the groups of a user on ";
  expect(known.summary).toMatchObject({ members_read_reason: expect.stringContaining(reason) });
  expect(known.stderr).toContain("memberships are read by group: by group about 131 calls in ");
  expect(known.stderr).toContain(reason);
  refusal.remove();
  expect((await sync("pool.c1z", "--read-members=by-user")).summary).toMatchObject({
    members_read: "by user",
  });
  expect(existsSync(noted)).toBe(false);
});

test.each([
  ["a file", "--file"],
  ["an inventory", "--inventory"],
])("the reason is kept with a run in %s, for the process that goes on", async (_, flag) => {
  const target = `${flag}=${join(folder, "kept")}`;
  expect((await connector("sync", target)).code).toBe(0);
  const outage = cognito.script({
    operation: "AdminListGroupsForUser",
    nth: { from: 5 },
    error: { name: "ExpiredTokenException" },
  });
  expect((await connector("sync", target)).code).not.toBe(0);
  outage.remove();
  const { code, stdout } = await connector("sync", target);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    resumed: true,
    members_read: "by user",
    members_read_reason: expect.stringMatching(/^by group about 131 calls in .*, by user about 22 calls in /),
  });
});

test("a run of chosen groups reads their members by group", async () => {
  const chosen = await sync("pool.c1z", "--read-members=by-user", "--sync-resources=group:group-3");
  expect(chosen).toMatchObject({ byUser: 0, byGroup: 1, summary: { members_read: "by group" } });
});

test("by user, the users are not read in parts: nobody in a group would prove them", async () => {
  const { summary } = await sync("pool.c1z", "--read-members=by-user", "--list-shards=16");
  expect(summary).toMatchObject({ users: 20, users_read: "whole", members_read: "by user" });
});
