import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { federatedPerson, linkedPerson, people, person } from "../../cognito/definitions.ts";
import { createPool } from "../../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../../cognito/server.ts";
import { runCli } from "../../support/connector-cli.ts";
import { FREE_PORT, testGrpcServer } from "../../support/grpc-server.ts";
import { createRig } from "../../support/rig.ts";
import { baton, conformance } from "./tools.ts";

const POOL = "us-east-1_Ab129faBb";
const ODD = 'a:b/"c"🦊';
const MADE = `${POOL}_Google`;

describe("our .c1z, read by the official tool", () => {
  const pool = createPool({
    id: POOL,
    users: [
      ...people(130, (index) => ({
        groups: index % 3 === 0 ? ["all", ODD] : ["all"],
        enabled: index % 5 !== 0,
        attributes: { "custom:department": "Ünïts 🗼" },
      })),
      federatedPerson(1001, "Google", { groups: [MADE] }),
      ...linkedPerson(1002),
    ],
    groups: [
      "all",
      ODD,
      MADE,
      { name: "empty", precedence: 0, roleArn: "arn:aws:iam::123456789012:role/admins" },
    ],
    schema: [{ name: "custom:department" }],
  });
  let folder: string;
  let file: string;
  let cognito: ScriptedCognito;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-baton-"));
    file = join(folder, "sync.c1z");
    cognito = await startScriptedCognito({ pools: [pool] });
  });

  afterAll(async () => {
    await cognito.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function syncNow(): Promise<void> {
    const args = [
      "sync",
      "--file",
      file,
      "--user-pool-id",
      POOL,
      "--endpoint-url",
      cognito.url,
      "--rate",
      "1000",
    ];
    const { code, stderr } = await runCli(args);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  }

  async function ask(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await baton(folder, ...args, "--file", file);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
    return stdout;
  }

  test("has row by row what the Go client syncs over gRPC, schema and stored bytes included", async () => {
    await syncNow();
    const rig = createRig({ url: cognito.url, poolId: POOL });
    const server = testGrpcServer({ connector: rig.connector });
    const { target } = await server.listen(FREE_PORT);
    const theirs = join(folder, "go.c1z");
    const synced = await conformance("sync", "--address", target, "--file", theirs, "--fail-fast");
    await server.close(0);
    await rig.close();
    expect(synced.code).toBe(0);
    const pair = ["--ours", file, "--theirs", theirs] as const;
    const rows = await conformance("compare", ...pair, "--strict");
    expect({ code: rows.code, text: rows.code === 0 ? "" : rows.stdout + rows.stderr }).toEqual({
      code: 0,
      text: "",
    });
    // The only addition is the table by which we know our own file; Baton's readers ignore it.
    const { stdout } = await conformance("compare", ...pair, "--schema");
    const differences = stdout.trim().split("\n");
    expect(differences).toEqual([expect.stringContaining("missing in theirs: create table connector_runs(")]);
  });

  test.for([
    ["stats"],
    ["resource-types"],
    ["resources"],
    ["resources", "-t", "user"],
    ["entitlements"],
    ["grants"],
    ["principals"],
    ["syncs"],
    ["stats", "-o", "json"],
    ["resources", "-o", "json"],
    ["grants", "-o", "json"],
  ] as const)("baton %o opens it", async (args) => {
    expect((await ask(...args)).length).toBeGreaterThan(20);
  });

  test("baton stats counts what was synced", async () => {
    const stats = await ask("stats", "-o", "json");
    expect(stats.replaceAll(/\s/g, "")).toMatch(/"user":"?133"?/);
    expect(stats.replaceAll(/\s/g, "")).toMatch(/"grants":"?176"?/);
  });

  test("baton access shows what one person has", async () => {
    const someone = pool.allUsers()[0];
    const access = await ask("access", "-t", "user", "-r", someone?.sub ?? "");
    expect(access).toContain("all (Group)");
    expect(access).toContain(`${ODD} (Group)`);
  });

  test("baton export csv has a line for each identity, entitlement and grant", async () => {
    const csv = join(folder, "export.csv");
    await ask("export", "csv", "--out", csv);
    const lines = readFileSync(csv, "utf8").trim().split("\n");
    const kinds = (kind: string) => lines.filter((line) => line.startsWith(kind)).length;
    expect({
      identities: kinds("Identity"),
      entitlements: kinds("Entitlement"),
      grants: kinds("Grant"),
    }).toEqual({
      identities: 133,
      entitlements: 4,
      grants: 176,
    });
  });

  test("baton diff is empty between two runs of an unchanged pool, and shows exactly what changed", async () => {
    await syncNow();
    await syncNow();
    const quiet = (await ask("diff", "-o", "json")).replaceAll(/\s/g, "");
    expect(quiet).not.toMatch(/"(created|deleted|modified)":\[[^\]]/);
    pool.addUser(person(500, { username: "newcomer", groups: ["all"] }));
    pool.leave(pool.allUsers()[1]?.username ?? "", "all");
    await syncNow();
    const diff = await ask("diff", "-o", "json");
    expect(diff).toContain("newcomer");
    expect(diff).toContain(pool.allUsers()[1]?.sub);
    expect(diff).not.toContain(pool.allUsers()[2]?.sub);
  });
});
