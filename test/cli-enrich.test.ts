// Second factors and last sign-ins, from the command to the inventory and the `.c1z`, over the scripted Cognito.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { compose } from "../cmd/connector/app/compose.ts";
import { scheduleFront } from "../cmd/connector/app/service/schedule-front.ts";
import { toExitCode } from "../cmd/connector/cli/with-runtime.ts";
import { memoryContext } from "../cmd/connector/testing.fixture.ts";
import { loadConfig } from "../pkg/config/load-config.ts";
import { isRecord } from "../pkg/core/unknown.ts";
import { createLastSync } from "../pkg/ops/metrics/last-sync.ts";
import { annotationIn } from "../pkg/protocol/annotations.ts";
import { ResourceSchema, UserTraitSchema } from "../pkg/protocol/messages.ts";
import { DatabaseSync } from "../pkg/sqlite/database.ts";
import { person } from "./cognito/definitions.ts";
import { createPool, type Pool, type PoolDefinition } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli, startCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const signedInAt = "2026-10-03T08:00:00.100Z";

let cognito: ScriptedCognito;
let folder: string;
let inventory: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-enrich-"));
  inventory = join(folder, "pool.db");
  file = join(folder, "pool.c1z");
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

const ann = person(1, {
  username: "ann",
  mfa: ["SMS_MFA"],
  preferredMfa: "SMS_MFA",
  events: [{ at: signedInAt }],
});

async function serve(definition: Partial<PoolDefinition> = {}): Promise<Pool> {
  const users = [ann, person(2, { username: "bob", groups: ["all"] }), person(3, { username: "cleo" })];
  const pool = createPool({ id: POOL, groups: ["all"], users, advancedSecurity: "AUDIT", ...definition });
  cognito = await startScriptedCognito({ pools: [pool] });
  return pool;
}

const args = (command: string, ...more: readonly string[]) => [
  command,
  `--user-pool-id=${POOL}`,
  `--endpoint-url=${cognito.url}`,
  `--inventory=${inventory}`,
  "--rate=1000",
  "--log-format=json",
  ...more,
];
const sync = (...more: readonly string[]) => runCli(args("sync", `--file=${file}`, ...more));

function rows(sql: string): readonly unknown[][] {
  const database = new DatabaseSync(inventory, { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row));
  } finally {
    database.close();
  }
}

/** The users of the newest run of the file, by username. */
function usersOfFile() {
  const database = join(folder, "unpacked.db");
  writeFileSync(database, zstdDecompressSync(readFileSync(file).subarray(5)));
  const opened = new DatabaseSync(database);
  const found = opened
    .prepare(
      "SELECT data FROM v1_resources WHERE resource_type_id = 'user' AND sync_id = (SELECT sync_id FROM v1_sync_runs ORDER BY id DESC LIMIT 1)",
    )
    .all();
  opened.close();
  return new Map(
    found.map(({ data }) => {
      if (!(data instanceof Uint8Array)) throw new Error("no row");
      const resource = fromBinary(ResourceSchema, data);
      const trait = annotationIn(resource.annotations, UserTraitSchema);
      return [trait?.login, { trait, profile: resource.profile }] as const;
    }),
  );
}

/** The lines that are JSON. */
function jsonLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): unknown => JSON.parse(line))
    .filter(isRecord);
}

const messages = (stderr: string): string[] => jsonLines(stderr).map(({ msg }) => String(msg));

describe("connector sync --enrich", () => {
  test("reads what no listing has after the sync, and shows it in the next file", async () => {
    await serve();
    const first = await sync("--enrich=mfa,last-sign-in");
    expect(first.code).toBe(0);
    expect(messages(first.stderr)).toEqual(["read the second factors of 3 users and the last sign-in of 3"]);
    expect(rows("SELECT username, state FROM second_factor_states ORDER BY 1")).toEqual([
      ["ann", "on"],
      ["bob", "none"],
      ["cleo", "none"],
    ]);
    expect(usersOfFile().get("ann")?.trait?.mfaStatus).toBeUndefined();

    const second = await sync("--enrich=mfa,last-sign-in");
    expect({ code: second.code, lines: messages(second.stderr) }).toEqual({ code: 0, lines: [] });
    const users = usersOfFile();
    const { trait, profile } = users.get("ann") ?? {};
    expect(trait?.mfaStatus?.mfaEnabled).toBe(true);
    expect(trait?.lastLogin && timestampDate(trait.lastLogin)).toEqual(new Date(signedInAt));
    expect(profile).toMatchObject({ second_factors: ["SMS_MFA"], last_sign_in_at: signedInAt });
    expect(users.get("bob")?.trait).toMatchObject({ mfaStatus: { mfaEnabled: false } });
    expect(users.get("bob")?.trait?.lastLogin).toBeUndefined();

    // Without the setting nothing is asked, and what is known does not grow old in the file.
    await sync();
    expect(usersOfFile().get("ann")?.trait?.mfaStatus).toBeUndefined();
  });

  test("keeps to the calls of an hour over several processes", async () => {
    await serve();
    const lines: string[] = [];
    for (let process = 0; process < 3; process += 1) {
      lines.push(...messages((await sync("--enrich=mfa", "--enrich-per-hour=2")).stderr));
    }
    expect(lines).toEqual([
      "read the second factors of 2 users and the last sign-in of 0; the calls of this hour are used up",
    ]);
    expect(cognito.stats.count("AdminGetUser")).toBe(2);
  });

  test("goes on where a killed process was, and calls no user twice for it", async () => {
    const users = Array.from({ length: 40 }, (_, index) => person(index, { username: `user-${index}` }));
    await serve({ users });
    const hold = cognito.hold({ operation: "AdminGetUser", nth: 25 });
    const killed = startCli(args("sync", `--file=${file}`, "--enrich=mfa"));
    await hold.arrived();
    killed.process.kill("SIGKILL");
    await killed.result;
    hold.release();
    expect(rows("SELECT count(*) FROM second_factors")).toEqual([[24]]);
    const next = await sync("--enrich=mfa");
    expect(messages(next.stderr)).toEqual(["read the second factors of 16 users and the last sign-in of 0"]);
    expect(cognito.stats.count("AdminGetUser")).toBe(41);
  });

  test("that is stopped keeps what it has read, and the published sync", async () => {
    await serve();
    const hold = cognito.hold({ operation: "AdminGetUser", nth: 2 });
    const running = startCli(args("sync", `--file=${file}`, "--enrich=mfa"));
    await hold.arrived();
    running.process.kill("SIGTERM");
    const { code, stdout, stderr } = await running.result;
    hold.release();
    expect(code).not.toBe(0);
    expect(stdout).toContain('"users":3');
    expect(stderr).toContain("what was read is kept");
    expect(rows("SELECT count(*) FROM second_factors")).toEqual([[1]]);
  });

  test("mark 53: of a pool without the feature says so once, and asks no second user", async () => {
    await serve({ advancedSecurity: "OFF" });
    const { code, stderr } = await sync("--enrich=last-sign-in");
    expect(code).toBe(0);
    expect(messages(stderr).filter((line) => line.includes("is off for this pool"))).toHaveLength(1);
    await sync("--enrich=last-sign-in");
    expect(cognito.stats.count("AdminListUserAuthEvents")).toBe(1);
    expect(rows("SELECT count(*) FROM sign_ins")).toEqual([[0]]);
  });

  test("names the IAM action that is missing, and reads the other fact", async () => {
    await serve();
    cognito.credentials.deny("AdminGetUser");
    const { code, stderr } = await sync("--enrich=mfa,last-sign-in");
    expect(code).toBe(0);
    expect(messages(stderr).filter((line) => line.includes("cognito-idp:AdminGetUser"))).toHaveLength(1);
    expect(cognito.stats.count("AdminGetUser")).toBe(1);
    expect(rows("SELECT count(*) FROM sign_ins")).toEqual([[3]]);
  });

  test("is refused without an inventory, and for an unknown fact", async () => {
    await serve();
    const base = ["sync", `--user-pool-id=${POOL}`, `--endpoint-url=${cognito.url}`];
    const without = await runCli([...base, "--enrich=mfa"]);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining("inventory") });
    const unknown = await runCli([...base, `--inventory=${inventory}`, "--enrich=password"]);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("mfa, last-sign-in") });
    expect(cognito.stats.count()).toBe(0);
  });
});

describe("connector serve --enrich", () => {
  test("reads between the syncs", async () => {
    await serve();
    const serving = args(
      "serve",
      `--file=${file}`,
      "--sync-every=1h",
      "--enrich=mfa,last-sign-in",
      "--listen=127.0.0.1:0",
      "--insecure",
    );
    const running = startCli(serving, {});
    try {
      const both =
        "SELECT (SELECT count(*) FROM sign_ins) AS sign_ins, (SELECT count(*) FROM second_factors) AS factors";
      await vi.waitFor(() => expect(rows(both)).toEqual([[3, 3]]), { timeout: 100_000, interval: 100 });
    } finally {
      running.process.kill("SIGTERM");
    }
    expect((await running.result).code).toBe(0);
  });
});

describe("single users beside scheduled syncs", () => {
  test("are read while no sync runs, and a sync stops it", async () => {
    await serve();
    const stop = new AbortController();
    const context = memoryContext({
      cwd: folder,
      now: Date.now,
      monotonic: () => performance.now(),
      signal: stop.signal,
    });
    const flags = new Map(
      Object.entries({
        "user-pool-id": POOL,
        "endpoint-url": cognito.url,
        "state-dir": folder,
        inventory,
        enrich: "mfa",
        "sync-every": "1h",
        "allow-secret-flags": "true",
        "aws-access-key-id": "AKIDTEST",
        "aws-secret-access-key": "test-secret-key",
      }),
    );
    const info = { env: {}, cwd: folder, stdoutIsTerminal: false, stderrIsTerminal: false };
    const { config } = loadConfig("serve", flags, info);
    const steps: string[] = [];
    cognito.script({ operation: "ListUsers", run: () => void steps.push("sync") });
    await toExitCode(config, context, async ({ log }, shutdown) => {
      const runtime = compose({ config, clocks: context, log, shutdown });
      const rounds = {
        begin: () => void steps.push("begin"),
        halt: () => void steps.push("halt"),
        close: async () => undefined,
      };
      const enrichment = {
        rounds,
        findFacts: async () => new Map(),
        once: async () => undefined,
        close: rounds.close,
      };
      const lastSync = createLastSync(undefined);
      const front = scheduleFront({
        scim: undefined,
        config,
        context,
        runtime: { ...runtime, enrichment },
        lastSync,
      });
      await front?.open();
      await vi.waitFor(() => expect(steps).toEqual(["halt", "sync", "begin"]), { timeout: 100_000 });
      stop.abort();
      await front?.close(1000);
      return 0;
    });
  });
});

describe("connector validate --enrich", () => {
  test("says whether IAM allows it, and whether the pool has it", async () => {
    await serve({ advancedSecurity: "OFF" });
    cognito.credentials.deny("AdminGetUser");
    const { code, stdout } = await runCli(args("validate", "--enrich=mfa,last-sign-in"));
    expect(code).toBe(7);
    const checks = jsonLines(stdout);
    const of = (name: string) => checks.find(({ check }) => check === name);
    expect(of("feature enrich")).toMatchObject({ result: "missing" });
    expect(of("cognito-idp:AdminGetUser")).toMatchObject({ result: "missing" });
    expect(of("cognito-idp:AdminListUserAuthEvents")).toMatchObject({
      result: "ok",
      detail: expect.stringContaining("threat protection (plan Plus) is off"),
    });
    const plain = await runCli(args("validate"));
    expect(plain).toMatchObject({ code: 0, stdout: expect.not.stringContaining("AuthEvents") });
  });
});
