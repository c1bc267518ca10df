// `connector` without a command, as a manifest or a script for another Baton connector starts it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Decrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../cmd/connector/run.ts";
import { memoryContext } from "../cmd/connector/testing.fixture.ts";
import { readSyncFile } from "../pkg/store/read-sync-file.ts";
import { people, person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type CliResult, type RunningCli, startCli } from "./support/connector-cli.ts";
import { taskId } from "./support/fake-platform-client.ts";
import { type PlatformServer, startPlatform } from "./support/platform-server.ts";

const POOL = "us-east-1_Ab129faBb";
const TASK = taskId("a");
const COLONS = "a:member:user:b";

let folder: string;
let pool: Pool;
let cognito: ScriptedCognito;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-baton-"));
  pool = createPool({
    id: POOL,
    users: [
      person(0, { username: "grace", groups: ["readers", COLONS] }),
      ...people(20, () => ({ groups: ["readers"] })).slice(1),
    ],
    groups: ["readers", "writers", COLONS, { name: "admins", roleArn: "arn:aws:iam::123456789012:role/a" }],
  });
  cognito = await startScriptedCognito({ pools: [pool] });
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

/** The variables of the vendor's manifest, and what points them at the fake pool. */
const manifest = (): Record<string, string> => ({
  BATON_USER_POOL_ID: POOL,
  BATON_REGION: "us-east-1",
  BATON_AWS_ACCESS_KEY_ID: "AKIDTEST",
  BATON_AWS_SECRET_ACCESS_KEY: "test-secret-key",
  BATON_ENDPOINT_URL: cognito.url,
  BATON_RATE: "1000",
  BATON_STATE_DIR: join(folder, "state"),
});

/** In this process, which is faster for many command lines. */
async function baton(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const context = memoryContext({
    env: { ...manifest(), ...env },
    cwd: folder,
    now: Date.now,
    monotonic: () => performance.now(),
  });
  const code = await run([...args, "--log-format=console"], context);
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

function rowOf({ stdout }: CliResult): unknown {
  return JSON.parse(stdout);
}

function sub(username: string): string {
  return pool.stored(username)?.sub ?? "";
}

const groupsOf = (username: string): string[] => pool.groupsOf(username, 0, 60).items.map(({ name }) => name);

const isRead = (operation: string): boolean => /^(Admin)?(List|Get|Describe)/.test(operation);
const writes = (): string[] =>
  cognito.stats.calls.map(({ operation }) => operation).filter((operation) => !isRead(operation));

function auditLines(): unknown[] {
  const state = join(folder, "state");
  const file = readdirSync(state).find((name) => name.endsWith(".audit.jsonl")) ?? "";
  const lines = readFileSync(join(state, file), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as unknown);
}

describe("without a client id", () => {
  test("syncs the whole pool once, into sync.c1z of the current folder", async () => {
    const { code, stderr } = await startCli([], manifest(), "", folder).result;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const stored = await readSyncFile({ file: join(folder, "sync.c1z") }, new AbortController().signal);
    const [newest] = stored.runs();
    expect(newest?.type).toBe("full");
    expect([...stored.resources(newest?.syncId ?? "")]).toHaveLength(20 + 4);
    stored.close();
  });

  test("syncs into the file that -f names, whatever else a manifest says", async () => {
    const file = join(folder, "pool.c1z");
    const args = ["-f", file, "-p", "--health-check", "--ticketing", "--workers=4", "--auth-method", "x"];
    const { code, stderr } = await baton(args, { BATON_EXTERNAL_RESOURCE_C1Z: "x.c1z" });
    expect(code).toBe(0);
    expect(existsSync(file)).toBe(true);
    const about = stderr.split("\n").map((line) => /warning: (\S+)/.exec(line)?.[1]);
    expect(about.filter((name) => name !== undefined).toSorted()).toEqual([
      "--auth-method",
      "--health-check",
      "--provisioning",
      "--ticketing",
      "--workers",
      "BATON_EXTERNAL_RESOURCE_C1Z",
    ]);
  });

  test.for<[string, readonly string[], Record<string, string>, string]>([
    [
      "a schedule",
      ["--sync-every", "1h"],
      {},
      '--sync-every: without a client id, "connector" alone syncs once and ends; write "connector serve", or leave this out',
    ],
    [
      "a port",
      [],
      { BATON_LISTEN: "127.0.0.1:0" },
      'BATON_LISTEN: without a client id, "connector" alone syncs once and ends; write "connector serve", or leave this out',
    ],
    [
      "a client secret alone",
      [],
      { BATON_CLIENT_SECRET: "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AifQ" },
      "BATON_CLIENT_SECRET: needs client-id as well; give BATON_CLIENT_ID",
    ],
    [
      "two operations",
      ["--revoke-grant", "x", "--delete-resource", "y"],
      {},
      "--revoke-grant and --delete-resource exclude each other: the connector does one operation; keep one",
    ],
    [
      "two operations from two places",
      ["--invoke-action", "enable_user"],
      { BATON_CREATE_ACCOUNT_EMAIL: "a@example.com" },
      "BATON_CREATE_ACCOUNT_EMAIL and --invoke-action exclude each other: the connector does one operation; keep one",
    ],
    [
      "a grant without the type of its principal",
      ["--grant-entitlement", "group:writers:member", "--grant-principal", "x"],
      {},
      "grant-principal-type: missing; the operation needs it: give --grant-principal-type",
    ],
    [
      "arguments without an action",
      ["--invoke-action-args", "{}"],
      {},
      "--invoke-action-args: has no effect without invoke-action; leave it out",
    ],
    [
      "a ticket",
      ["--get-ticket", "--ticket-id", "1"],
      {},
      "--get-ticket: cannot be done: this connector has no tickets; leave it out",
    ],
    [
      "a profile that is not JSON, which is not repeated",
      ["--create-account-profile", "hunter2"],
      {},
      'create-account-profile: must be a JSON object such as {"given_name": "Ada"}, and is not JSON',
    ],
    [
      "a rotation whose password nobody would know",
      ["--rotate-credentials", "x", "--rotate-credentials-type", "user"],
      {},
      "--rotate-credentials: nobody would know the new password; give --encrypt-to, which names a file with the public key to encrypt it to",
    ],
  ])("refuses %s with one line", async ([, args, env, line]) => {
    const { code, stdout, stderr } = await baton(args, env);
    expect([code, stdout]).toEqual([2, ""]);
    const [last = ""] = stderr.trimEnd().split("\n").slice(-1);
    expect(last.replace("--create-account-profile:", "create-account-profile:")).toBe(`connector: ${line}`);
    expect(cognito.stats.calls).toEqual([]);
  });
});

describe("one operation", () => {
  test("grants, which needs no --provisioning, and the second time finds it granted", async () => {
    const user = sub("grace");
    const args = [
      "--grant-entitlement",
      "group:writers:member",
      "--grant-principal",
      user,
      "--grant-principal-type",
      "user",
    ];
    const details = {
      operation: "grant",
      entitlement: "group:writers:member",
      principal: user,
      grant: `group:writers:member:user:${user}`,
      would_call: [],
    };
    const first = await baton(args);
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(rowOf(first)).toEqual({ ...details, outcome: "done" });
    expect(groupsOf("grace")).toContain("writers");
    expect(rowOf(await baton(args))).toEqual({ ...details, outcome: "nothing-to-do" });
    expect(auditLines()).toMatchObject([
      { kind: "grant", by: { via: "cli", name: "tester" } },
      { kind: "grant", by: { via: "cli", name: "tester" } },
    ]);
  });

  test("plans with --dry-run and changes nothing", async () => {
    const args = ["--delete-resource", sub("grace"), "--delete-resource-type", "user", "--dry-run"];
    const planned = await baton(args);
    expect(rowOf(planned)).toMatchObject({
      operation: "delete-resource",
      outcome: "planned",
      would_call: expect.arrayContaining(["AdminDeleteUser"]),
    });
    expect(writes()).toEqual([]);
  });

  test("keeps to the guards of every other change, and has their exit code", async () => {
    const principal = ["--grant-principal", sub("grace"), "--grant-principal-type", "user"];
    const refused = await baton(["--grant-entitlement", "group:admins:member", ...principal]);
    expect(refused.code).toBe(21);
    const denied = await baton(["--grant-entitlement", "group:writers:member", ...principal], {
      BATON_GROUPS_DENY: "writers",
    });
    expect(denied.code).toBe(21);
    expect(writes()).toEqual([]);
  });

  test("that names what does not exist has the exit code of NOT_FOUND", async () => {
    const nobody = "11111111-2222-4333-8444-555555555555";
    const principal = ["--grant-principal", nobody, "--grant-principal-type", "user"];
    expect((await baton(["--grant-entitlement", "group:writers:member", ...principal])).code).toBe(5);
    expect((await baton(["--grant-entitlement", "writers", ...principal])).code).toBe(5);
    expect((await baton(["--event-feed", "true"])).code).toBe(5);
  });

  test("names the setting that is wrong", async () => {
    const { code, stderr } = await baton(["--delete-resource", "x", "--delete-resource-type", "role"]);
    expect(code).toBe(12);
    expect(stderr).toMatch(/^connector: delete-resource-type: /);
  });

  test("revokes a grant by an id that can be read in one way, without a file", async () => {
    const args = ["--revoke-grant", `group:readers:member:user:${sub("grace")}`];
    expect(rowOf(await baton(args))).toMatchObject({ operation: "revoke", outcome: "done" });
    expect(groupsOf("grace")).not.toContain("readers");
    expect(rowOf(await baton(args))).toMatchObject({ outcome: "nothing-to-do" });
  });

  test("looks for any other grant id in the file", async () => {
    const args = ["--revoke-grant", `group:${COLONS}:member:user:${sub("grace")}`];
    const before = await baton(args);
    expect([before.code, before.stderr]).toEqual([2, expect.stringContaining("can be read in two ways")]);
    const file = ["--file", join(folder, "pool.c1z")];
    expect((await baton(file)).code).toBe(0);
    const after = await baton([...args, ...file, "--c1z-temp-dir", folder]);
    expect(after.stderr).toBe("");
    expect(rowOf(after)).toMatchObject({ operation: "revoke", outcome: "done" });
    expect(groupsOf("grace")).toEqual(["readers"]);
    expect(readdirSync(folder).toSorted()).toEqual(["pool.c1z", "state"]);
    const unknown = await baton(["--revoke-grant", `group:${COLONS}:member:user:nobody`, ...file]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("can be read in two ways")]);
    expect((await baton(["--revoke-grant", "role:x:assigned:user:y", ...file])).code).toBe(5);
    const lost = await baton([...args, "--c1z-temp-dir", join(folder, "nowhere")]);
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining("--c1z-temp-dir: ")]);
  });

  test("creates an account without a password, and finds it the second time", async () => {
    const profile = JSON.stringify({ given_name: "Ada", nickname: "Countess" });
    const args = [
      "--create-account-login",
      "ada",
      "--create-account-email",
      "ada@example.com",
      "--create-account-profile",
      profile,
    ];
    const created = await baton(args);
    expect([created.code, created.stderr]).toEqual([0, ""]);
    expect(rowOf(created)).toMatchObject({ operation: "create-account", outcome: "done", user: sub("ada") });
    expect(pool.stored("ada")).toMatchObject({ status: "FORCE_CHANGE_PASSWORD" });
    expect(Object.fromEntries(pool.stored("ada")?.attributes ?? [])).toMatchObject({
      email: "ada@example.com",
      given_name: "Ada",
      nickname: "Countess",
    });
    expect(rowOf(await baton(args))).toMatchObject({ outcome: "nothing-to-do", user: sub("ada") });
  });

  test("creates an account with a password that only the holder of a key can read", async () => {
    const identity = await generateIdentity();
    writeFileSync(join(folder, "key.txt"), await identityToRecipient(identity));
    const args = ["--create-account-login", "ada", "--encrypt-to", "key.txt"];
    const row = rowOf(await baton(args));
    expect(row).toMatchObject({ outcome: "done", encrypted_with: expect.stringContaining("age") });
    expect(await opened(row, identity)).toHaveLength(20);
  });

  test("rotates a password", async () => {
    const identity = await generateIdentity();
    writeFileSync(join(folder, "key.txt"), await identityToRecipient(identity));
    const args = ["--rotate-credentials", sub("grace"), "--rotate-credentials-type", "user"];
    const row = rowOf(await baton([...args, "--encrypt-to", "key.txt"]));
    expect(row).toMatchObject({ operation: "rotate-credentials", outcome: "done", user: sub("grace") });
    expect(await opened(row, identity)).toHaveLength(20);
  });

  test("deletes a user", async () => {
    const args = ["--delete-resource", sub("grace"), "--delete-resource-type", "user"];
    expect(rowOf(await baton(args))).toMatchObject({ operation: "delete-resource", outcome: "done" });
    expect(pool.stored("grace")).toBeUndefined();
  });

  test("invokes an action, with its arguments from a flag or the environment", async () => {
    const args = JSON.stringify({ user_id: sub("grace") });
    const disabled = await baton(["--invoke-action", "disable_user", "--invoke-action-args", args]);
    expect(rowOf(disabled)).toMatchObject({
      operation: "invoke-action",
      outcome: "done",
      action: "disable_user",
      response: { success: true },
    });
    const env = { BATON_INVOKE_ACTION: "enable_user", BATON_INVOKE_ACTION_ARGS: args };
    expect(rowOf(await baton([], env))).toMatchObject({ outcome: "done", action: "enable_user" });
    expect(pool.stored("grace")?.enabled).toBe(true);
  });

  test("says which argument of an action is wrong, and that one is secret", async () => {
    const wrong = await baton(["--invoke-action", "enable_user", "--invoke-action-args", '{"user": "x"}']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^connector: invoke-action-args: action enable_user has no argument "user"/);
    const args = JSON.stringify({ user_id: sub("grace"), password: "planted-Passw0rd-7Qx!" });
    const open = await baton(["--invoke-action", "set_password", "--invoke-action-args", args]);
    expect(open.code).toBe(2);
    expect(open.stderr).toContain("every user of this machine can read a command line");
    expect(open.stderr).not.toContain("planted");
  });

  test("that fails in an action has the exit code of UNKNOWN", async () => {
    const args = JSON.stringify({ user_id: sub("grace") });
    const failed = await baton(["--invoke-action", "disable_user", "--invoke-action-args", args], {
      BATON_MAX_DISABLES_PER_HOUR: "0",
    });
    expect([failed.code, failed.stdout]).toEqual([2, ""]);
    expect(failed.stderr).toMatch(/^connector: the action disable_user failed: /);
    expect(pool.stored("grace")?.enabled).toBe(true);
    expect((await baton(["--invoke-action", "nope"])).code).toBe(5);
  });

  test("prints the actions", async () => {
    const { code, stdout } = await baton(["--list-action-schemas", "--output", "json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ name: "enable_user" }));
    expect(cognito.stats.calls).toEqual([]);
  });
});

async function opened(row: unknown, identity: string): Promise<string> {
  const text =
    typeof row === "object" && row !== null && "encrypted_password" in row ? row.encrypted_password : "";
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return await decrypter.decrypt(Buffer.from(String(text), "base64"), "text");
}

describe("with a client id", () => {
  let platform: PlatformServer;
  let running: RunningCli[];

  beforeEach(async () => {
    platform = await startPlatform();
    running = [];
  });

  afterEach(async () => {
    for (const { process: child } of running) child.kill("SIGKILL");
    await Promise.all(running.map(({ result }) => result));
    await platform.close();
  });

  function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCli {
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, platform.certificate);
    const child = startCli(args, { ...manifest(), SSL_CERT_FILE: ca, ...env }, "", folder);
    running.push(child);
    return child;
  }

  async function stopped(daemon: RunningCli): Promise<CliResult> {
    daemon.process.kill("SIGTERM");
    return await daemon.result;
  }

  test("does the platform's tasks without a gRPC port, from the environment of a manifest", async () => {
    platform.tasks.push({ id: TASK, taskType: { case: "syncFull", value: {} } });
    const daemon = start(["--provisioning", "--ticketing"], {
      BATON_CLIENT_ID: platform.clientId,
      BATON_CLIENT_SECRET: platform.clientSecret,
      BATON_WORKERS: "2",
      BATON_CREATE_TICKET: "true",
      BATON_DIFF_SYNCS: "true",
    });
    await platform.until(() => platform.finished.length === 1);
    const { code, stderr } = await stopped(daemon);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(platform.finished).toMatchObject([{ taskId: TASK, finalState: { case: "success" } }]);
    expect(stderr).not.toContain("serving gRPC");
    expect(stderr).toContain("BATON_WORKERS is a Baton setting without an effect here");
    expect(stderr).toMatch(/warning: BATON_CREATE_TICKET has no effect: with a client id/);
    expect(stderr).toMatch(/warning: BATON_DIFF_SYNCS has no effect: with a client id/);
  });

  test("takes secrets that a manifest gives as flags, with a warning, and does no operation beside the tasks", async () => {
    const secrets = ["--client-id", platform.clientId, "--client-secret", platform.clientSecret];
    const keys = ["--aws-access-key-id", "AKIDTEST", "--aws-secret-access-key", "test-secret-key"];
    const daemon = start([...secrets, ...keys, "--listen", "127.0.0.1:0", "--revoke-grant", "x"]);
    await platform.until(() => platform.calls.some(({ call }) => call === "GetTask"));
    const { code, stderr } = await stopped(daemon);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain("serving gRPC");
    expect(stderr).toMatch(/warning: --client-secret: every user of this machine can read a secret/);
    expect(stderr).toMatch(/warning: --revoke-grant has no effect: with a client id/);
    expect(stderr).not.toContain(platform.clientSecret);
    expect(stderr).not.toContain("test-secret-key");
    expect(writes()).toEqual([]);
  });

  test("writes its log to files too, and opens them again on SIGHUP", async () => {
    const log = join(folder, "daemon.log");
    const daemon = start(["--log-path", log, "--log-format", "json"], {
      BATON_CLIENT_ID: platform.clientId,
      BATON_CLIENT_SECRET: platform.clientSecret,
    });
    await platform.until(() => platform.calls.some(({ call }) => call === "GetTask"));
    rmSync(log);
    daemon.process.kill("SIGHUP");
    await new Promise<void>((resolve) => {
      daemon.process.stderr?.on("data", (chunk: Buffer) => {
        if (chunk.toString().includes("SIGHUP: reloaded")) resolve();
      });
    });
    const { code, stderr } = await stopped(daemon);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const again = readFileSync(log, "utf8");
    expect(again).toContain("SIGHUP: reloaded");
    expect(again).not.toContain("doing the platform's tasks");
    expect(stderr).toContain("doing the platform's tasks");
  });
});
