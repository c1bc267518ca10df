// The SQL of docs/inventory.md that erases a person from an inventory, run as it is written there, against PostgreSQL.
import { afterEach, beforeEach, expect, test } from "vitest";
import { people } from "../../cognito/definitions.ts";
import { createPool } from "../../cognito/pool.ts";
import { startScriptedCognito } from "../../cognito/server.ts";
import { runCli } from "../../support/connector-cli.ts";
import { cleaningSql, erasureSql } from "../../support/erasure-sql.ts";
import { TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const POOL = "us-east-1_Ab129faBb";

let server: PostgresServer;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  server = await startPostgres();
  await server.createDatabase("inv", TEST_PASSWORD);
  env = { BATON_INVENTORY: `postgres://inv@127.0.0.1:${server.port}/inv`, PGPASSWORD: TEST_PASSWORD };
});

afterEach(() => server.remove());

async function synced(users: number): Promise<void> {
  const cognito = await startScriptedCognito({
    pools: [createPool({ id: POOL, users: people(users, () => ({ groups: ["all"] })), groups: ["all"] })],
  });
  const args = ["sync", `--user-pool-id=${POOL}`, `--endpoint-url=${cognito.url}`, "--rate=1000"];
  const { code, stderr } = await runCli(args, env);
  await cognito.close();
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
}

/** The tables of the inventory that hold the text, and the statistics of the server that do. */
async function placesOf(text: string): Promise<readonly string[]> {
  const tables = await server.sql(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'connector'",
    "inv",
  );
  const places: string[] = [];
  for (const name of [...tables.map((row) => String(row["name"])), "pg_catalog.pg_stats"]) {
    const found = await server.sql(
      `SELECT count(*) AS n FROM ${name} AS t WHERE strpos(t::text, '${text}') > 0`,
      "inv",
    );
    if (Number(found[0]?.["n"]) > 0) places.push(name);
  }
  return places;
}

test("what the document says erases a deleted person", async () => {
  await synced(30);
  const before = await server.sql("SELECT sub, username, email, phone_number FROM connector.users", "inv");
  await synced(29);
  const [gone] = await server.sql("SELECT sub FROM connector.users WHERE to_run = 2", "inv");
  const sub = String(gone?.["sub"]);
  const person = before.find((row) => row["sub"] === sub);
  const values = ["username", "email", "phone_number"].map((column) => String(person?.[column]));
  for (const value of values) expect(await placesOf(value)).toContain("connector.users");
  await server.sql(`SET search_path = connector; ${erasureSql(POOL, sub)}`, "inv");
  await server.sql(cleaningSql("postgres"), "inv");
  for (const value of values) expect(await placesOf(value)).toEqual([]);
});
