import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../cmd/connector/run.ts";
import { memoryContext, memoryOutput } from "../cmd/connector/testing.fixture.ts";
import { people } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";

function pool(users: number): Pool {
  return createPool({ id: POOL, users: people(users, () => ({ groups: ["all"] })), groups: ["all", "none"] });
}

describe("connector sync", () => {
  let served: Pool;
  let cognito: ScriptedCognito;
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-sync-"));
    file = join(folder, "pool.c1z");
    served = pool(130);
    cognito = await startScriptedCognito({ pools: [served] });
  });

  afterEach(async () => {
    await cognito.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const args = (...more: string[]) => [
    "sync",
    `--file=${file}`,
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    "--rate=1000",
    ...more,
  ];

  /** Runs in this process as on a terminal; a process of its own would need a pseudo-terminal. */
  async function onTerminal(columns: number, env: Record<string, string> = {}) {
    const stdout = memoryOutput({ isTerminal: true, columns });
    const stderr = memoryOutput({ isTerminal: true, columns });
    const keys = ["--allow-secret-flags", "--aws-access-key-id=AKIDTEST", "--aws-secret-access-key=s"];
    const home = { XDG_STATE_HOME: join(folder, "state") };
    const context = memoryContext({
      stdout,
      stderr,
      env: { ...home, ...env },
      monotonic: () => performance.now(),
      now: Date.now,
    });
    const exitCode = await run(args(...keys), context);
    return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
  }

  test("of chosen resources is a partial run beside the full one, and says so", async () => {
    await runCli(args());
    const [user] = people(1);
    const chosen = `--sync-resources=user:${user?.sub},bid:r:group/none`;
    const { code, stdout, stderr } = await runCli(args(chosen));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const summary = { users: 1, groups: 1, memberships: 0, runs_in_file: 2, sync_type: "partial" };
    expect(JSON.parse(stdout)).toMatchObject(summary);
    const whole = await runCli(args());
    expect(JSON.parse(whole.stdout)).toMatchObject({
      previous_users: 130,
      runs_in_file: 2,
      sync_type: "full",
    });
  });

  test("with --skip-full-sync validates and leaves the file as it is", async () => {
    await runCli(args());
    const before = readFileSync(file);
    cognito.stats.reset();
    const { code, stdout, stderr } = await runCli(args("--skip-full-sync"));
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain("nothing is read");
    expect(readFileSync(file)).toEqual(before);
    expect(cognito.stats.count("DescribeUserPool")).toBe(1);
  });

  test.for([
    [["--skip-grants"], "has no effect without sync-resources"],
    [["--sync-resources=6f1c"], "must be resources such as"],
    [["--sync-resource-types=role"], "must be one or more of user, group"],
    [["--sync-resources=user:a", "--sync-resource-types=group"], "none of the chosen resources"],
  ] as const)("refuses %j", async ([flags, why]) => {
    const { code, stderr } = await runCli(args(...flags));
    expect(code).toBe(2);
    expect(stderr).toContain(why);
    expect(cognito.stats.count()).toBe(0);
  });

  test("without a terminal prints one JSON summary with exact counts, and leaves only the file", async () => {
    const { code, stdout, stderr } = await runCli(args());
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(stdout)).toMatchObject({
      pool: POOL,
      file,
      users: 130,
      groups: 2,
      memberships: 130,
      previous_users: null,
      dropped_groups: 0,
      pages: 8,
      calls: 9,
      throttles: 0,
      resumed: false,
      runs_in_file: 1,
      bytes: readFileSync(file).length,
    });
    expect(cognito.stats.count()).toBe(9);
    expect(readdirSync(folder)).toEqual(["pool.c1z"]);
  });

  test("on a terminal shows one progress line, removes it at the end, and prints a summary", async () => {
    cognito.setLatency(30);
    const { exitCode, stdout, stderr } = await onTerminal(70);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Synced us-east-1_Ab129faBb to .*pool\.c1z \(\d+ KiB\) in \d\.\d s\n {2}users {8}130\n/,
    );
    const drawn = stderr.split("\r\u001b[2K");
    expect(drawn[1]).toMatch(/^reading users, groups · /);
    expect(drawn.at(-1)).toBe("");
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThan(70);
    expect(stderr).not.toContain("\n");
  });

  test("on a terminal that cannot move its cursor draws nothing", async () => {
    const { exitCode, stderr } = await onTerminal(80, { TERM: "dumb" });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });

  test("continues where a failed one stopped, and says so", async () => {
    cognito.script({
      operation: "ListUsersInGroup",
      continues: true,
      error: { name: "AccessDeniedException" },
      times: 1,
    });
    const failed = await runCli(args("--log-format=console"));
    expect(failed.code).toBe(7);
    expect(failed.stdout).toBe("");
    expect(failed.stderr).toMatch(
      /^connector: ListUsersInGroup: not allowed.*; what was read is kept, the same command goes on from there\n$/,
    );
    expect(existsSync(file)).toBe(false);
    const { code, stdout, stderr } = await runCli(args("--log-format=console"));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ users: 130, memberships: 130, resumed: true });
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d INFO {2}resuming an interrupted sync /);
  });

  test.for([
    ["of which the members were read in part", "all"],
    ["of which the members were read", "small"],
  ] as const)(
    "L-11: that goes on does not keep the members of a group that was made again meanwhile: one %s",
    async ([, name]) => {
      served.addGroup({ name: "small", createdAt: new Date("2026-01-01T00:00:00Z") });
      for (const { username } of served.allUsers().slice(0, 3)) served.join(username, "small");
      cognito.script({
        operation: "ListUsersInGroup",
        continues: true,
        error: { name: "AccessDeniedException" },
        times: 1,
      });
      expect((await runCli(args())).code).toBe(7);
      served.deleteGroup(name);
      served.addGroup({ name, createdAt: new Date("2026-11-20T00:00:00Z") });
      served.join(served.allUsers()[5]?.username ?? "", name);
      const { code, stdout } = await runCli(args());
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        memberships: name === "all" ? 3 + 1 : 130 + 1,
        resumed: true,
      });
    },
  );

  test("keeps its state in the folder of --state-dir", async () => {
    const state = join(folder, "state");
    cognito.script({ operation: "ListUsers", error: { name: "AccessDeniedException" } });
    await runCli(args(`--state-dir=${state}`));
    expect(readdirSync(folder)).toEqual(["state"]);
    expect(readdirSync(state)).not.toEqual([]);
  });

  test("does not publish a run that lost more than half (21), and publishes it with --accept-shrink without reading again", async () => {
    await runCli(args());
    const before = readFileSync(file);
    await cognito.close();
    cognito = await startScriptedCognito({ pools: [pool(60)] });
    const held = await runCli(args("--log-format=console"));
    expect([held.code, held.stdout]).toEqual([21, ""]);
    expect(held.stderr).toMatch(
      /^connector: .*more than half would be lost \(users 130 -> 60, .*--accept-shrink.*\n$/,
    );
    expect(readFileSync(file).equals(before)).toBe(true);

    cognito.stats.reset();
    const taken = await runCli(args("--accept-shrink"));
    expect(taken.code).toBe(0);
    expect(JSON.parse(taken.stdout)).toMatchObject({ users: 60, previous_users: 130, calls: 0, pages: 0 });
    expect(cognito.stats.count()).toBe(0);
  });

  test("a file that cannot be written is reported in one line before the first call", async () => {
    const { code, stderr } = await runCli(args("--file=/nonexistent/x.c1z"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^connector: cannot write "\/nonexistent\/x\.c1z": .*\n$/);
    expect(cognito.stats.count()).toBe(0);
  });

  test("a group that vanishes while it is read is counted, and named only at level debug", async () => {
    const gone = { name: "ResourceNotFoundException", message: "Group not found." };
    cognito.script({ operation: ["ListUsersInGroup", "GetGroup"], group: "none", error: gone });
    const { code, stdout, stderr } = await runCli(args());
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ groups: 1, memberships: 130, dropped_groups: 1 });
    expect(JSON.parse(stderr)).toMatchObject({
      level: "warn",
      msg: "left out a group that was deleted during the sync",
    });
    expect(stderr).not.toContain("none");
  });

  test("with the environment alone works as Baton's manifests set it", async () => {
    const { code, stdout } = await runCli(["sync"], {
      BATON_USER_POOL_ID: POOL,
      BATON_REGION: "us-east-1",
      BATON_AWS_ACCESS_KEY_ID: "AKIDBATON",
      BATON_AWS_SECRET_ACCESS_KEY: "baton-secret",
      BATON_FILE: file,
      BATON_OUTPUT: "json",
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.url,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ users: 130 });
  });
});
