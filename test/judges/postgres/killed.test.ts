import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgresReader } from "../../../pkg/inventory/postgres/reader/postgres-reader.ts";
import { people } from "../../cognito/definitions.ts";
import { createPool, type Pool } from "../../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../../cognito/server.ts";
import { runCli, startCli } from "../../support/connector-cli.ts";
import { type InventoryState, stateAt } from "../../support/inventory-state.ts";
import { accessTo, sessionOf, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const POOL = "us-east-1_Ab129faBb";
const DATABASE = "killed";
const never = new AbortController().signal;

let server: PostgresServer;
let cognito: ScriptedCognito;
let pool: Pool;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase(DATABASE, TEST_PASSWORD);
  const users = people(130, (index) => ({ groups: index < 61 ? ["all", "some"] : ["all"] }));
  pool = createPool({ id: POOL, users, groups: ["all", "some", "gone"] });
  cognito = await startScriptedCognito({ pools: [pool] });
});
afterAll(async () => {
  await cognito.close();
  await server.remove();
});

const args = () => {
  const inventory = `--inventory=postgres://${DATABASE}@127.0.0.1:${server.port}/${DATABASE}`;
  return ["sync", inventory, `--user-pool-id=${POOL}`, `--endpoint-url=${cognito.url}`, "--rate=1000"];
};
const env = { PGPASSWORD: TEST_PASSWORD };

async function synced(): Promise<unknown> {
  const { code, stdout, stderr } = await runCli([...args(), "--output=json", "--log-level=warn"], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

async function stateOfRun(run: number): Promise<InventoryState> {
  const reader = await openPostgresReader(accessTo(server, DATABASE), never);
  try {
    return await stateAt(reader, POOL, run);
  } finally {
    await reader.close();
  }
}

const shown = () => server.sql("SELECT max(run)::int AS run FROM connector.runs", DATABASE);

const waiting = () =>
  server.sql(
    `SELECT pid FROM pg_stat_activity WHERE datname = '${DATABASE}' AND wait_event_type = 'Lock' AND application_name = 'connector'`,
  );

/** Kills the program while its statement waits for a lock, which is held until the server has ended the session. */
async function killedAt(table: string, mode: string): Promise<void> {
  const holder = await sessionOf(accessTo(server, DATABASE, "?application_name=holder"));
  try {
    await holder.script(`BEGIN; LOCK TABLE ${table} IN ${mode} MODE`, { doing: "hold" });
    const program = startCli(args(), env);
    await expect.poll(waiting, { timeout: 100_000 }).toHaveLength(1);
    program.process.kill("SIGKILL");
    expect((await program.result).code).toBeNull();
    await expect.poll(waiting, { timeout: 100_000 }).toEqual([]);
  } finally {
    await holder.close();
  }
}

test("a program that is killed in COPY or where the merge writes a table shows nothing, and the next run goes on", {
  timeout: 300_000,
}, async () => {
  expect(await synced()).toMatchObject({ run: 1, users: 130, groups: 3, memberships: 191 });
  const first = await stateOfRun(1);
  const [gone, changed, joins, leaves] = pool.allUsers();
  pool.deleteUser(gone?.username ?? "");
  if (changed !== undefined) pool.setAttribute(changed, "name", "Somebody Else");
  pool.leave(leaves?.username ?? "", "some");
  pool.deleteGroup("gone");
  pool.addGroup({ name: "new" });
  pool.join(joins?.username ?? "", "new");
  const [{ tablename: staged } = {}] = await server.sql(
    "SELECT tablename FROM pg_tables WHERE tablename LIKE 'staging%\\_users'",
    DATABASE,
  );
  await killedAt(String(staged), "SHARE");
  expect(await shown()).toEqual([{ run: 1 }]);
  for (const table of ["recorded_changes", "memberships", "users", "groups", "runs", "pools"]) {
    await killedAt(table, "SHARE");
    expect({ table, shown: await shown() }).toEqual({ table, shown: [{ run: 1 }] });
  }
  await killedAt(String(staged), "ACCESS SHARE");
  expect(await shown()).toEqual([{ run: 1 }]);
  expect(await stateOfRun(1)).toEqual(first);
  const calls = cognito.stats.count();
  expect(await synced()).toMatchObject({ run: 2, users: 129, groups: 3, resumed: true });
  expect(cognito.stats.count() - calls).toBeLessThanOrEqual(1);
  expect(await stateOfRun(1)).toEqual(first);
  const { users, groups } = await stateOfRun(2);
  expect([users.length, groups.map(({ name }) => name)]).toEqual([129, ["all", "new", "some"]]);
});
