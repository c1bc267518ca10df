import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readSyncFile } from "../../../pkg/store/read-sync-file.ts";
import { people } from "../../cognito/definitions.ts";
import { createPool } from "../../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../../cognito/server.ts";
import { runCli } from "../../support/connector-cli.ts";
import { FREE_PORT, testGrpcServer } from "../../support/grpc-server.ts";
import { createRig } from "../../support/rig.ts";
import { baton, conformance } from "./tools.ts";

const POOL = "us-east-1_Ab129faBb";
const USERS = people(70, (index) => ({ groups: index < 3 ? ["all", "a:b"] : ["all"] }));
const USER = `bid:r:user/${USERS[5]?.sub}`;
const GROUP = "bid:r:group/a\\:b";

let cognito: ScriptedCognito;
let address: string;
let stop: () => Promise<void>;
let folder: string;
let file: string;

beforeAll(async () => {
  const pool = createPool({ id: POOL, users: USERS, groups: ["all", "a:b"] });
  cognito = await startScriptedCognito({ pools: [pool] });
  const rig = createRig({ url: cognito.url, poolId: POOL });
  const server = testGrpcServer({ connector: rig.connector });
  ({ target: address } = await server.listen(FREE_PORT));
  stop = async () => {
    await server.close(0);
    await rig.close();
  };
});
afterAll(async () => {
  await stop();
  await cognito.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-partial-"));
  file = join(folder, "sync.c1z");
});
afterEach(() => rmSync(folder, { recursive: true }));

async function syncOurs(...flags: readonly string[]): Promise<void> {
  const where = ["--file", file, "--user-pool-id", POOL, "--endpoint-url", cognito.url, "--rate", "1000"];
  const { code, stderr } = await runCli(["sync", ...where, ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

async function syncTheirs(...flags: readonly string[]): Promise<string> {
  const theirs = join(folder, "go.c1z");
  const { code, stderr } = await conformance("sync", "--address", address, "--file", theirs, ...flags);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return theirs;
}

async function typesIn(path: string): Promise<readonly string[]> {
  const stored = await readSyncFile({ file: path }, new AbortController().signal);
  const types = stored.runs().map(({ type }) => type);
  stored.close();
  return types;
}

/** The lines in which the newest runs of the two files differ. */
async function differences(theirs: string): Promise<readonly string[]> {
  const { code, stdout } = await conformance("compare", "--ours", file, "--theirs", theirs, "--strict");
  return code === 0 ? [] : stdout.trim().split("\n");
}

describe("a run of a part of the pool is what Go's syncer makes of the same choice", () => {
  test.for([
    ["a user", ["--sync-resources", USER], ["--targets", USER], "partial"],
    ["users", ["--sync-resource-types", "user"], ["--types", "user"], "full"],
    ["groups", ["--sync-resource-types", "group"], ["--types", "group"], "full"],
    [
      "resources alone",
      ["--skip-entitlements-and-grants"],
      ["--skip-entitlements-and-grants"],
      "resources_only",
    ],
    [
      "a group without its grants",
      ["--sync-resources", `${GROUP},${USER}`, "--skip-grants"],
      ["--targets", `${GROUP},${USER}`, "--skip-grants"],
      "partial",
    ],
    [
      "a group and nothing of it",
      ["--sync-resources", GROUP, "--skip-entitlements-and-grants"],
      ["--targets", GROUP, "--skip-entitlements-and-grants"],
      "partial",
    ],
  ] as const)("row by row: %s", async ([, ours, theirs, type]) => {
    await syncOurs(...ours);
    const made = await syncTheirs(...theirs);
    expect(await differences(made)).toEqual([]);
    expect([await typesIn(file), await typesIn(made)]).toEqual([[type], [type]]);
  });

  test("of a group with its grants, whose members have rows in ours alone", async () => {
    await syncOurs("--sync-resources", GROUP);
    const found = await differences(await syncTheirs("--targets", GROUP));
    const members = USERS.slice(0, 3).map(({ sub }) => sub);
    const rows = members.flatMap((sub) => [
      `resources user:${sub}: missing in theirs`,
      `v1_resources user:${sub}: row missing in theirs`,
    ]);
    expect(found.toSorted()).toEqual(rows.toSorted());
  });
});

describe("a file with a partial run beside full ones", () => {
  test("is read by the official tool, which takes the newest unless another is named, and compares the full ones", async () => {
    await syncOurs();
    await syncOurs();
    await syncOurs("--sync-resources", GROUP);
    const ask = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await baton(folder, ...args, "--file", file);
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
      return stdout;
    };
    const stats = (text: string) => /"user":"?(\d+)/.exec(text.replaceAll(/\s/g, ""))?.[1];
    expect(stats(await ask("stats", "-o", "json"))).toBe("3");
    const stored = await readSyncFile({ file }, new AbortController().signal);
    const runs = stored.runs();
    stored.close();
    expect(runs.map(({ type }) => type)).toEqual(["partial", "full", "full"]);
    const full = await ask("resources", "-t", "user", "-o", "json", "--sync-id", runs[1]?.syncId ?? "");
    expect(full.match(/"resource":\s*\{/g)?.length).toBe(USERS.length);
    expect(await ask("syncs")).toContain(runs[0]?.syncId);
    for (const args of [["resources"], ["entitlements"], ["grants"], ["principals"]]) await ask(...args);
    await ask("diff");
  });
});
