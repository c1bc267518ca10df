import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { person } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli, startCliWithFileSize } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const OTHER = "us-east-1_Other0001";
const ADA = "11111111-2222-4333-8444-555555555555";
const SECRET = "ada.secret@example.com";

let folder: string;
let temp: string;
let file: string;
let pool: Pool;
let cognito: ScriptedCognito;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-diff-"));
  temp = join(folder, "tmp");
  mkdirSync(temp);
  file = join(folder, "pool.c1z");
  pool = createPool({
    id: POOL,
    users: [
      person(0, { username: "ada", sub: ADA, groups: ["readers"] }),
      person(1, { username: "bob" }),
      person(2, { username: "eve" }),
    ],
    groups: ["readers", { name: "admins", description: "May do all" }],
  });
  const other = createPool({ id: OTHER, users: [person(5)] });
  cognito = await startScriptedCognito({ pools: [pool, other] });
  await sync(POOL, file);
  const ada = pool.stored("ada");
  if (ada === undefined) throw new Error("no ada");
  pool.setAttribute(ada, "email", SECRET);
  ada.modifiedMs += 1000;
  pool.deleteUser("eve");
  pool.leave("ada", "readers");
  pool.join("bob", "admins");
  pool.addUser(person(7, { username: "dan" }));
  await sync(POOL, file);
  await sync(OTHER, join(folder, "other.c1z"));
});

afterAll(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

// What was unpacked and what was read live is gone.
afterEach(() => {
  if (readdirSync(temp).length > 0) throw new Error(`left behind: ${readdirSync(temp).join(", ")}`);
});

const settings = (id = POOL) => [`--user-pool-id=${id}`, `--endpoint-url=${cognito.url}`, "--rate=1000"];

async function sync(id: string, into: string): Promise<void> {
  const { code, stderr } = await runCli(["sync", ...settings(id), `--file=${into}`]);
  if (code !== 0) throw new Error(stderr);
}

function diff(...args: string[]) {
  return runCli(["diff", ...args], { TMPDIR: temp });
}

const rowsOf = (text: string): readonly unknown[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

const CHANGES: unknown[] = [
  { kind: "user_changed", username: "ada", group_name: null, field: "email", sub: ADA },
  { kind: "membership_added", username: "bob", group_name: "admins", field: null },
  { kind: "membership_removed", username: "ada", group_name: "readers", field: null, sub: ADA },
].map((row): unknown => expect.objectContaining(row));

describe("connector diff", () => {
  test("of two runs of a file prints what changed, without values, and ends with 22", async () => {
    const { code, stdout, stderr } = await diff(`${file}@previous`, file);
    expect(code).toBe(22);
    const rows = rowsOf(stdout);
    expect(rows).toHaveLength(5);
    expect(rows).toEqual(expect.arrayContaining(CHANGES));
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "user_created", username: "dan" }),
        expect.objectContaining({ kind: "user_deleted", username: "eve" }),
      ]),
    );
    expect(stdout + stderr).not.toContain(SECRET);
    expect(stderr).toMatch(
      /^connector: .*pool\.c1z@previous \(the run that ended .*\) against .*pool\.c1z \(the run that ended .*\); compared: users \(username, status, enabled, every attribute, identities, modified_at\), groups \(.*\), memberships\n$/,
    );
  });

  test("with --values prints them", async () => {
    const { stdout } = await diff(`${file}@previous`, file, "--values", "--output=csv");
    expect(stdout).toContain("kind,username,group_name,field,sub,value_before,value_after\r\n");
    expect(stdout).toMatch(new RegExp(`user_changed,ada,,email,${ADA},[^,]+@[^,]+,${SECRET}\r\n`));
  });

  test("of a reading with itself prints nothing, says so and ends with 0", async () => {
    const { code, stdout, stderr } = await diff(file, file, "--output=json");
    expect([code, stdout]).toEqual([0, "[]\n"]);
    expect(stderr).toContain("connector: no difference\n");
  });

  test("with the live pool reads it and leaves nothing behind", async () => {
    const same = await diff(file, "live", ...settings());
    expect([same.code, same.stdout]).toEqual([0, ""]);
    expect(same.stderr).toContain("against live (the run that ended ");
    const { code, stdout } = await diff(`${file}@previous`, "live", ...settings());
    expect(code).toBe(22);
    expect(rowsOf(stdout)).toEqual(expect.arrayContaining(CHANGES));
    const back = await diff("live", `${file}@previous`, ...settings());
    expect(rowsOf(back.stdout)).toContainEqual(
      expect.objectContaining({ kind: "user_created", username: "eve" }),
    );
  });

  test("with the live pool removes what a killed one left", async () => {
    for (const name of ["connector-live-killed", ".c1z-reading-killed"]) {
      mkdirSync(join(temp, name));
      writeFileSync(join(temp, name, "live.c1z"), SECRET);
      utimesSync(join(temp, name), 0, 0);
    }
    expect((await diff(file, "live", ...settings())).code).toBe(0);
    expect(readdirSync(temp)).toEqual([]);
  });

  test("of a partial run with the live pool reads only its scope", async () => {
    const partial = join(folder, "partial.c1z");
    const chosen = `--sync-resources=user:${ADA}`;
    expect((await runCli(["sync", ...settings(), `--file=${partial}`, chosen])).code).toBe(0);
    cognito.stats.reset();
    const { code, stderr } = await diff(partial, "live", ...settings());
    expect(code).toBe(0);
    expect(stderr).toContain("partial.c1z (the partial run that ended ");
    expect(stderr).toContain("has only 1 chosen user");
    expect(stderr).not.toContain("memberships");
    expect(cognito.stats.count("ListGroups")).toBe(0);
  });

  test("of two pools is refused before the pool is read, unless it is asked for", async () => {
    const refused = await diff(file, join(folder, "other.c1z"));
    expect([refused.code, refused.stdout]).toEqual([9, ""]);
    expect(refused.stderr).toMatch(
      /pool\.c1z .* is of the pool us-east-1_Ab129faBb, and .*other\.c1z .* of the pool/,
    );
    cognito.stats.reset();
    expect((await diff(file, "live", ...settings(OTHER))).code).toBe(9);
    expect(cognito.stats.count()).toBe(0);
    const asked = await diff(file, join(folder, "other.c1z"), "--allow-different-pools");
    expect(asked.code).toBe(22);
  });

  test("that cannot read the live pool says why, and prints nothing of it", async () => {
    cognito.script({ operation: "ListUsers", error: { name: "AccessDeniedException" }, times: 1 });
    const { code, stdout, stderr } = await diff(file, "live", ...settings(), "--log-format=console");
    expect([code, stdout]).toEqual([7, ""]);
    expect(stderr).toMatch(/^connector: ListUsers: not allowed/);
    expect(stderr).not.toContain("what was read is kept");
  });

  test("without a folder for temporary files names TMPDIR", async () => {
    const nowhere = join(folder, "nowhere");
    const { code, stdout, stderr } = await runCli(["diff", file, file], { TMPDIR: nowhere });
    expect([code, stdout]).toEqual([9, ""]);
    expect(stderr).toBe(
      `connector: cannot make a folder for temporary files in ${nowhere} (ENOENT); name another place in TMPDIR\n`,
    );
  });

  test("without room for temporary files names TMPDIR, and leaves nothing", async () => {
    const { code, stdout, stderr } = await startCliWithFileSize(40, ["diff", file, file], { TMPDIR: temp })
      .result;
    expect([code, stdout]).toEqual([8, ""]);
    expect(stderr).toBe(
      `connector: cannot write into ${temp}: a file is larger than the file system or this process may make it; raise the limit (ulimit -f), or name another folder in TMPDIR\n`,
    );
    expect(readdirSync(temp)).toEqual([]);
  });

  test.for([
    [["nowhere.c1z", "live"], 5, "nowhere.c1z: there is no such file; a side is a .c1z file"],
    [["live", "live"], 2, "both sides are live"],
    [["run:x", "live"], 2, "run:x: a run is written run:12"],
    [["run:1", "run:2"], 2, "inventory: missing; give --inventory"],
    [["2026-10-01", "7d"], 2, "inventory: missing; give --inventory"],
  ] as const)("refuses %j", async ([args, exitCode, why]) => {
    const { code, stdout, stderr } = await diff(...args);
    expect([code, stdout]).toEqual([exitCode, ""]);
    expect(stderr).toContain(`connector: ${why}`);
  });

  test("of a run that the file does not have lists those that it has", async () => {
    const { code, stderr } = await diff(`${file}@2rz`, file);
    expect(code).toBe(5);
    expect(stderr).toMatch(/the file has no run 2rz; its runs are \w{27}, \w{27}\n$/);
  });
});
