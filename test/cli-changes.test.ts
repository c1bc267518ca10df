import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRecord } from "../pkg/core/unknown.ts";
import { person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const SECRET = "Countess of Lovelace";

let folder: string;
let inventory: string;
let file: string;
let pool: Pool;
let cognito: ScriptedCognito;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-changes-"));
  inventory = join(folder, "pool.db");
  file = join(folder, "pool.c1z");
  pool = createPool({
    id: POOL,
    users: [
      person(0, { username: "ada", groups: ["readers"] }),
      person(1, { username: "bob", groups: ["readers"] }),
      person(2, { username: "cat", groups: ["readers"] }),
      person(3, { username: "dan" }),
      person(4, { username: "eve" }),
      // So many that what is lost is less than the half.
      ...Array.from({ length: 10 }, (_, i) => person(20 + i, { groups: ["readers"] })),
    ],
    groups: ["readers", "admins", "old"],
  });
  cognito = await startScriptedCognito({ pools: [pool] });
});

afterAll(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

const place = () => [`--user-pool-id=${POOL}`, `--endpoint-url=${cognito.url}`, "--rate=1000"];
const state = () => [`--state-dir=${join(folder, "state")}`];

async function sync() {
  const { code, stderr } = await runCli([
    "sync",
    ...place(),
    ...state(),
    `--inventory=${inventory}`,
    `--file=${file}`,
    "--log-format=console",
  ]);
  if (code !== 0) throw new Error(stderr);
  return stderr;
}

async function ours(...args: string[]): Promise<void> {
  const { code, stderr } = await runCli([...args, ...place(), ...state(), "--provisioning"]);
  if (code !== 0) throw new Error(stderr);
}

function changes(...args: string[]) {
  return runCli(["changes", `--inventory=${inventory}`, ...args]);
}

function diff(...args: string[]) {
  return runCli(["diff", `--inventory=${inventory}`, ...args]);
}

function rowsOf(text: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line): unknown => JSON.parse(line)).filter(isRecord);
}

const brief = (text: string): readonly string[] =>
  rowsOf(text).map(({ origin, kind, username, group_name: group, field }) =>
    [origin, kind, username, group, field].filter((part) => typeof part === "string").join(" "),
  );

function storedUser(name: string) {
  const user = pool.stored(name);
  if (user === undefined) throw new Error(`no user ${name}`);
  return user;
}

function storedGroup(name: string) {
  const group = pool.findGroup(name);
  if (group === undefined) throw new Error(`no group ${name}`);
  return group;
}

describe("two syncs with changes in between, by the connector and by others", () => {
  let afterOne: Awaited<ReturnType<typeof changes>>;
  let said: string;

  beforeAll(async () => {
    await sync();
    afterOne = await changes();

    await ours("grant", "--user=ada", "--group=admins");
    await ours("revoke", "--user=bob", "--group=readers");
    await ours("disable-user", "--user=dan");
    await ours("update-user", "--user=ada", `--set=nickname=${SECRET}`);
    await ours("create-account", "--login=fay", "--email=fay@example.com");
    await ours("create-group", "--name=team");
    await ours("update-group", "--group=admins", "--description=May do all");
    await ours("delete-group", "--group=old");
    await ours("delete-user", "--user=cat");

    pool.join("eve", "admins");
    pool.leave("ada", "readers");
    pool.setAttribute(storedUser("bob"), "nickname", SECRET);
    storedUser("bob").modifiedMs += 1000;
    // Of the same person and the same group as changes by the connector.
    pool.setAttribute(storedUser("ada"), "profile", SECRET);
    pool.replaceGroup({ ...storedGroup("admins"), roleArn: "arn:aws:iam::123456789012:role/outside" });
    pool.deleteUser("eve");
    pool.addUser(person(9, { username: "gil" }));
    pool.addGroup({ name: "shadow" });
    said = await sync();
  }, 300_000);

  test("after the first one no change is known, and that is said", () => {
    expect([afterOne.code, afterOne.stdout]).toEqual([0, ""]);
    expect(afterOne.stderr).toContain("the inventory has only one run of the pool");
  });

  test("each change has its requester, or was made outside the connector", async () => {
    expect(said).not.toContain("who asked for changes");
    const { code, stdout, stderr } = await changes();
    expect([code, stderr]).toEqual([0, ""]);
    expect(brief(stdout).toSorted()).toEqual([
      "connector group_changed admins description",
      "connector group_created team",
      "connector group_deleted old",
      "connector membership_added ada admins",
      "connector membership_removed bob readers",
      "connector membership_removed cat readers",
      "connector user_changed ada nickname",
      "connector user_created fay",
      "connector user_deleted cat",
      "connector user_disabled dan",
      "outside group_changed admins role_arn",
      "outside group_created shadow",
      "outside membership_removed ada readers",
      "outside user_changed ada profile",
      "outside user_changed bob nickname",
      "outside user_created gil",
      "outside user_deleted eve",
    ]);
    const requesters = rowsOf(stdout).map(({ requested_by: by }) => by);
    expect(new Set(requesters)).toEqual(new Set([null, expect.stringMatching(/^cli:/)]));
    expect(stdout).not.toContain(SECRET);
  });

  test("the audit log has each change under the id that is printed", async () => {
    const [row] = rowsOf((await changes("--kind=user_disabled")).stdout);
    const { stdout } = await runCli([
      "audit",
      "show",
      `--user-pool-id=${POOL}`,
      ...state(),
      `--change=${String(row?.["change"])}`,
    ]);
    expect(rowsOf(stdout)).toEqual([expect.objectContaining({ kind: "disable-user" })]);
  });

  test("values are printed only on request", async () => {
    const { stdout } = await changes("--values", "--user=bob", "--kind=user_changed");
    expect(rowsOf(stdout)).toEqual([
      expect.objectContaining({ field: "nickname", value_before: null, value_after: SECRET }),
    ]);
  });

  test("a person who was deleted is found by name", async () => {
    expect(brief((await changes("--user=CAT")).stdout)).toEqual([
      "connector membership_removed cat readers",
      "connector user_deleted cat",
    ]);
  });

  test("the file, the inventory and the pool are compared with each other", async () => {
    const fields = (text: string): readonly string[] => brief(text).toSorted();
    expect((await diff(file, "run:newest")).code).toBe(0);
    expect((await diff(`${file}@previous`, "run:1")).code).toBe(0);
    expect((await diff("run:newest", "live", ...place())).code).toBe(0);
    const changed = await diff("run:1", "run:2");
    expect(changed.code).toBe(22);
    expect(fields(changed.stdout)).toHaveLength(17);
    expect(fields((await diff("run:1", file)).stdout)).toEqual(fields(changed.stdout));
    expect(fields((await diff(`${file}@previous`, "live", ...place())).stdout)).toEqual(
      fields(changed.stdout),
    );
  });
});

describe("a sync whose audit log is damaged", () => {
  test("succeeds with a warning, and claims of no change that it was made outside", async () => {
    const log = readdirSync(join(folder, "state")).find((name) => name.endsWith(".audit.jsonl"));
    appendFileSync(join(folder, "state", log ?? ""), "not a line of it\n");
    pool.join("gil", "shadow");
    const said = await sync();
    expect(said).toMatch(
      /WARN .*who asked for changes of the pool is not known for all of them: the audit log .* is damaged/,
    );
    const { code, stdout, stderr } = await changes("--since=run:2");
    expect([code, brief(stdout)]).toEqual([0, ["unknown membership_added gil shadow"]]);
    expect(stderr).toContain("of 1 change it is not known whether the connector made it");
  });
});
