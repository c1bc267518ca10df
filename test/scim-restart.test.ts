import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isRecord } from "../pkg/core/unknown.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { type RunningCli, runCli, startCli } from "./support/connector-cli.ts";

const POOL = "eu-west-1_Restart01";
let folder: string;
let cognito: ScriptedCognito;
let running: RunningCli | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scim-restart-"));
  const users = Array.from({ length: 30 }, (_, n) => ({ username: `person-${n}` }));
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users, groups: ["ops"] })] });
});

afterEach(async () => {
  running?.process.kill("SIGKILL");
  await running?.result;
  await cognito.close();
  rmSync(folder, { recursive: true });
});

const state = (name: string): string => join(folder, "state", name);

/** A service over the same state. Resolves with its base URL. */
async function start(...args: readonly string[]): Promise<string> {
  const program = startCli([
    "serve",
    "--listen=127.0.0.1:0",
    "--scim",
    "--scim-listen=127.0.0.1:0",
    `--user-pool-id=${POOL}`,
    `--endpoint-url=${cognito.url}`,
    "--rate=1000",
    "--log-format=json",
    "--provisioning",
    `--state-dir=${join(folder, "state")}`,
    ...args,
  ]);
  running = program;
  return await new Promise((resolve, reject) => {
    let log = "";
    program.process.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      const port = /"address":"[^"]*:(\d+)"[^\n]*serving SCIM|serving SCIM[^\n]*"address":"[^"]*:(\d+)"/.exec(
        log,
      );
      if (port !== null) resolve(`http://127.0.0.1:${port[1] ?? port[2]}/scim/v2`);
    });
    void program.result.then(({ stderr }) => reject(new Error(stderr)));
  });
}

async function end(signal: "SIGTERM" | "SIGKILL"): Promise<string> {
  running?.process.kill(signal);
  const { stderr = "" } = (await running?.result) ?? {};
  running = undefined;
  return stderr;
}

async function ask(url: string, json?: unknown): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/scim+json" };
  const reply = await fetch(
    url,
    json === undefined ? {} : { method: "POST", headers, body: JSON.stringify(json) },
  );
  const body: unknown = await reply.json();
  return { ...(isRecord(body) ? body : {}), httpStatus: reply.status };
}

/** The list once the pool has been read. */
async function listed(base: string): Promise<readonly Record<string, unknown>[]> {
  for (;;) {
    const { httpStatus, Resources: resources } = await ask(`${base}/Users?count=100`);
    if (httpStatus === 200) return Array.isArray(resources) ? resources.filter(isRecord) : [];
    if (httpStatus !== 503) throw new Error(String(httpStatus));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const USER = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], externalId: "00u1" };

describe("a service with SCIM that starts again", () => {
  test.for(["SIGTERM", "SIGKILL"] as const)(
    "shows at once what it changed before, after %s",
    async (signal) => {
      const base = await start();
      expect((await listed(base)).length).toBe(30);
      expect(await ask(`${base}/Users`, { ...USER, userName: "Ada" })).toMatchObject({ httpStatus: 201 });
      await end(signal);
      const before = cognito.stats.count("ListUsersInGroup");
      const again = await listed(await start());
      expect(again.length).toBe(31);
      expect(again.find(({ userName }) => userName === "Ada")).toMatchObject({ externalId: "00u1" });
      // The run is young: the pool is not read again because of a start.
      expect(cognito.stats.count("ListUsersInGroup")).toBe(before);
    },
  );

  test("shows what a command has changed while no service ran", async () => {
    expect((await listed(await start())).length).toBe(30);
    await end("SIGTERM");
    const place = [
      `--user-pool-id=${POOL}`,
      `--endpoint-url=${cognito.url}`,
      `--state-dir=${join(folder, "state")}`,
    ];
    const commands = [
      ["disable-user", "--user=person-3"],
      ["grant", "--user=person-4", "--group=ops"],
    ];
    for (const command of commands) {
      expect(await runCli([...command, ...place, "--provisioning"])).toMatchObject({ code: 0 });
    }
    const base = await start();
    await expect
      .poll(async () => (await listed(base)).find(({ userName }) => userName === "person-3"))
      .toMatchObject({ active: false });
    await expect
      .poll(async () => (await listed(base)).find(({ userName }) => userName === "person-4"))
      .toMatchObject({ groups: [expect.objectContaining({ display: "ops" })] });
  });

  test("with a schedule fills file and lists by the same runs, each in its own place", async () => {
    const file = join(folder, "pool.c1z");
    expect((await listed(await start("--sync-every=1h", `--file=${file}`))).length).toBe(30);
    await end("SIGTERM");
    expect([existsSync(file), existsSync(state(`${POOL}.scim-inventory.db`))]).toEqual([true, true]);
    for (const name of [`${POOL}.scim.db`, `${POOL}.scim-inventory.db`]) {
      expect(statSync(state(name)).mode & 0o777).toBe(0o600);
    }
  });

  test("reads lists from the inventory of the settings, and makes no other", async () => {
    const inventory = join(folder, "pool.db");
    expect((await listed(await start(`--inventory=${inventory}`))).length).toBe(30);
    expect([existsSync(inventory), existsSync(state(`${POOL}.scim-inventory.db`))]).toEqual([true, false]);
  });

  test("answers lists with 503 until it has read the pool, and everything else at once", async () => {
    cognito.script({ operation: "ListGroups", throttle: true });
    const base = await start();
    const retry = await fetch(`${base}/Users`);
    expect([retry.status, Number(retry.headers.get("retry-after"))]).toEqual([503, 30]);
    expect(await ask(`${base}/Groups?count=1`)).toMatchObject({ httpStatus: 503 });
    const { httpStatus, id } = await ask(`${base}/Users`, { ...USER, userName: "ada" });
    expect(httpStatus).toBe(201);
    expect(await ask(`${base}/Users/${String(id)}`)).toMatchObject({ httpStatus: 200, userName: "ada" });
    const filter = encodeURIComponent('userName eq "person-4"');
    expect(await ask(`${base}/Users?filter=${filter}`)).toMatchObject({ httpStatus: 200, totalResults: 1 });
    expect(await ask(`${base}/Schemas`)).toMatchObject({ httpStatus: 200 });
  });

  test("ends with one line that names its damaged records", async () => {
    await listed(await start());
    await end("SIGTERM");
    const path = state(`${POOL}.scim.db`);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 4096);
    writeFileSync(path, bytes);
    const failure: unknown = await start().catch((error: unknown) => error);
    const said = failure instanceof Error ? failure.message : "";
    expect(said.split("\n").filter((line) => line.includes("scim.db"))).toEqual([
      expect.stringContaining("is damaged; move it away and start again"),
    ]);
    expect((await running?.result)?.code).not.toBe(0);
  });
});
