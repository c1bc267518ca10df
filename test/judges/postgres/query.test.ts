import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sentValue } from "../../../pkg/inventory/postgres/cells.ts";
import { runCli, startCli } from "../../support/connector-cli.ts";
import { inventoryInserts } from "../../support/inventory-fixture.ts";
import { accessTo, migrated, sessionOf, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const RUNAWAY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
let server: PostgresServer;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase("inv", TEST_PASSWORD);
  const access = accessTo(server, "inv");
  await migrated(access);
  const session = await sessionOf(access);
  for (const { sql, parameters } of inventoryInserts("postgres")) {
    await session.run(sql, parameters.map(sentValue), { doing: "fill" });
  }
  await session.close();
  env = { BATON_INVENTORY: `postgres://inv@127.0.0.1:${server.port}/inv`, PGPASSWORD: TEST_PASSWORD };
});

afterAll(() => server.remove());

describe("connector query over PostgreSQL", () => {
  test("prints rows as over SQLite", async () => {
    const sql =
      "SELECT username, enabled, from_run FROM current_memberships WHERE group_name = 'admins' ORDER BY 1";
    expect(await runCli(["query", sql, "--output", "csv"], env)).toEqual({
      code: 0,
      stdout: "username,enabled,from_run\r\nada,true,1\r\nben.admin,true,1\r\nhal,false,1\r\n",
      stderr: "",
    });
  });

  test("says what is wrong, in one line", async () => {
    expect(await runCli(["query", "SELECT * FROM current_user_list"], env)).toMatchObject({
      code: 2,
      stdout: "",
    });
    expect(await runCli(["query", "SELECT emial FROM users"], env)).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'connector: the inventory refused the query: column "emial" does not exist; did you mean email?\n',
    });
  });

  test.for([
    ["a superuser", "SUPERUSER", ""],
    ["a role of replication", "REPLICATION", ""],
    ["one that may read files of the server", "", "pg_read_server_files"],
    ["one that may start programs of the server", "", "pg_execute_server_program"],
    ["one that may become a superuser", "", "owner"],
  ] as const)("does not ask as %s, which could do more than read", async ([title, attributes, member]) => {
    const role = title.replaceAll(" ", "_");
    const grant = member === "" ? "" : `; GRANT ${member} TO ${role}`;
    await server.sql(
      `CREATE ROLE ${role} LOGIN PASSWORD '${TEST_PASSWORD}' ${attributes}${grant}; GRANT inv TO ${role}`,
    );
    const place = `postgres://${role}@127.0.0.1:${server.port}/inv`;
    expect(await runCli(["query", "SELECT 1"], { ...env, BATON_INVENTORY: place })).toEqual({
      code: 7,
      stdout: "",
      stderr: expect.stringContaining("name a role that only reads, as docs/operation.md shows"),
    });
  });

  test("stops a query that never ends after its time, and at Ctrl-C", async () => {
    expect(await runCli(["query", RUNAWAY, "--timeout", "1"], env)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("the query took longer than 1 s and was stopped"),
    });
    const cli = startCli(["query", RUNAWAY], env);
    const active =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%FETCH %' AND state = 'active' AND pid <> pg_backend_pid()";
    await expect.poll(async () => (await server.sql(active))[0]?.["n"], { timeout: 100_000 }).toBe(1);
    cli.process.kill("SIGINT");
    expect(await cli.result).toEqual({ code: 1, stdout: "", stderr: "connector: stopped by SIGINT\n" });
    await expect.poll(async () => (await server.sql(active))[0]?.["n"], { timeout: 100_000 }).toBe(0);
  });
});
