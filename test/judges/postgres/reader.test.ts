import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sentValue } from "../../../pkg/inventory/postgres/cells.ts";
import { openPostgresReader } from "../../../pkg/inventory/postgres/reader/postgres-reader.ts";
import type { InventoryReader, SqlCell } from "../../../pkg/inventory/reader.ts";
import { INVENTORY_VERSION } from "../../../pkg/inventory/schema/ddl.ts";
import { INVENTORY_TABLES } from "../../../pkg/inventory/schema/tables.ts";
import { INVENTORY_VIEWS } from "../../../pkg/inventory/schema/views.ts";
import { inventoryContract } from "../../support/inventory-contract.ts";
import { inventoryInserts, POOL, subOf } from "../../support/inventory-fixture.ts";
import {
  accessAs,
  accessTo,
  migrated,
  rowsOf,
  sessionOf,
  TEST_PASSWORD,
} from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const never = new AbortController().signal;
const ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

let server: PostgresServer;
let reader: InventoryReader;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase("inv", TEST_PASSWORD);
  await migrated(accessTo(server, "inv"));
  const session = await sessionOf(accessTo(server, "inv"));
  for (const { sql, parameters } of inventoryInserts("postgres")) {
    await session.run(sql, parameters.map(sentValue), { doing: "fill" });
  }
  await session.close();
  reader = await openPostgresReader(accessTo(server, "inv"), never);
});
afterAll(async () => {
  await reader.close();
  await server.remove();
});

const ask = async (sql: string, ...parameters: Parameters<InventoryReader["query"]>[1] & {}) =>
  await rowsOf(await reader.query(sql, parameters));

describe("the reader of an inventory in PostgreSQL", () => {
  test("gives truths, numbers, texts and nulls, and times as text", async () => {
    const sql = `SELECT enabled, federated, email_verified, from_run, to_run, created_at, attributes
      FROM current_users JOIN (SELECT sub AS id, to_run FROM users WHERE to_run IS NULL) AS one ON id = sub
      WHERE username = ?`;
    expect(await ask(sql, "ben.admin")).toEqual([
      [true, false, null, 1, null, "2026-09-01T08:00:00.000Z", '{"email_verified":"yes"}'],
    ]);
  });

  test("takes parameters of each kind", async () => {
    const sql =
      "SELECT username FROM users WHERE enabled = ? AND sub = ? AND created_at <= ? AND from_run < ?";
    const found = await reader.query(sql, [false, subOf(9), new Date("2026-09-01T08:00:00.000Z"), 3n]);
    expect(found.columns).toEqual(["username"]);
    expect(await rowsOf(found)).toEqual([["hal"]]);
    expect(
      await ask('SELECT \'?\', "?column?", ?::text FROM (SELECT 1 AS "?column?") AS q -- ?', "a\0b"),
    ).toEqual([["?", 1, "a\u2400b"]]);
  });

  test("gives every type that a query can make, as JavaScript holds it without loss", async () => {
    expect(
      await ask(`SELECT 9223372036854775807, 9007199254740991, '\\x00ff'::bytea, 0.5, 1::real, 'NaN'::float8,
        12345678901234567890.5, 0.1::numeric(10,4), avg(x), ARRAY[1,2], '{"a": 1}'::jsonb, DATE '2026-10-01',
        TIMESTAMPTZ '2026-10-01 12:00:00.123456+02', TIMESTAMPTZ 'infinity', NULL::bigint, INTERVAL '1 day 2 hours'
        FROM (VALUES (1), (2)) AS t(x)`),
    ).toEqual([
      [
        "9223372036854775807",
        9007199254740991,
        "\\x00ff",
        0.5,
        1,
        "NaN",
        "12345678901234567890.5",
        0.1,
        1.5,
        "{1,2}",
        '{"a": 1}',
        "2026-10-01",
        "2026-10-01T10:00:00.123Z",
        "infinity",
        null,
        "P1DT2H",
      ],
    ]);
  });

  test("has every table and view under its plain name, with the columns of the definition", async () => {
    for (const { name, columns } of [...INVENTORY_TABLES, ...INVENTORY_VIEWS]) {
      const found = await reader.query(`SELECT * FROM ${name}`);
      expect([name, found.columns]).toEqual([name, columns.map((column) => column.name)]);
      await rowsOf(found);
    }
  });

  test("streams: it ends when its caller stops reading, and another query goes on beside it", async () => {
    const seen: SqlCell[] = [];
    let beside: unknown;
    for await (const [i = null] of (await reader.query(ENDLESS)).rows) {
      seen.push(i);
      if (seen.length === 700) beside = await ask("SELECT 1");
      if (seen.length === 3000) break;
    }
    expect([seen.at(-1), beside]).toEqual([3000, [[1]]]);
    expect(
      await server.sql("SELECT count(*)::int AS n FROM pg_stat_activity WHERE state LIKE '%transaction%'"),
    ).toEqual([{ n: 0 }]);
  });

  test("stops a query after its time, wherever it takes it, and at its signal", async () => {
    const late = {
      code: "deadline-exceeded",
      message: "the query took longer than 0.05 s and was stopped; narrow it, or give it more time",
    };
    await expect(reader.query("SELECT pg_sleep(60)", [], { timeoutMs: 50 })).rejects.toMatchObject(late);
    const endless = await reader.query(ENDLESS, [], { timeoutMs: 50 });
    await expect(rowsOf(endless)).rejects.toMatchObject(late);
    const stop = new AbortController();
    const stopped = await reader.query(ENDLESS, [], { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(rowsOf(stopped)).rejects.toThrow("enough");
    const sleeping = new AbortController();
    const asleep = reader.query("SELECT pg_sleep(60)", [], { signal: sleeping.signal });
    setImmediate(() => sleeping.abort(new Error("no more")));
    await expect(asleep).rejects.toThrow("no more");
  });

  test("a query that lifts its own bound is stopped all the same, and the next one has its own again", async () => {
    const lifts = `${ENDLESS} WHERE set_config('statement_timeout', '0', false) || set_config('search_path', 'x', false) <> ''`;
    await expect(rowsOf(await reader.query(lifts, [], { timeoutMs: 200 }))).rejects.toMatchObject({
      code: "deadline-exceeded",
    });
    await expect(reader.query("SELECT pg_sleep(60)", [], { timeoutMs: 50 })).rejects.toMatchObject({
      code: "deadline-exceeded",
    });
    expect(await ask("SHOW search_path")).toEqual([["connector, pg_temp"]]);
  });

  test("shows one state in a snapshot while a run is added, to queries that are read side by side", async () => {
    const count = "SELECT count(*) FROM runs WHERE pool_id = ?";
    const counts = await reader.snapshot(async (snapshot) => {
      const before = await rowsOf(await snapshot.query(count, [POOL]));
      await server.sql(
        `INSERT INTO connector.runs SELECT pool_id, 5, sync_id, began_at, ended_at, users, groups, memberships, 0, true
         FROM connector.runs WHERE pool_id = '${POOL}' AND run = 4`,
        "inv",
      );
      const after = await rowsOf(await snapshot.query(count, [POOL]));
      const beside = await ask(count, POOL);
      await server.sql("DELETE FROM connector.runs WHERE run = 5", "inv");
      return [before, after, beside];
    }, never);
    expect(counts).toEqual([[[4]], [[4]], [[5]]]);
    const pairs = await reader.snapshot(async (snapshot) => {
      const [left, right] = [await snapshot.query(ENDLESS), await snapshot.query(ENDLESS)];
      const other = right.rows[Symbol.asyncIterator]();
      for await (const [i] of left.rows) {
        const { value } = await other.next();
        expect(value).toEqual([i]);
        if (i === 5500) break;
      }
      await other.return?.();
      return await rowsOf(await snapshot.query("SELECT 2"));
    }, never);
    expect(pairs).toEqual([[2]]);
  });

  test("says what PostgreSQL says of a wrong query", async () => {
    const refused = async (sql: string) => {
      const failure = await reader
        .query(sql)
        .then(rowsOf)
        .catch((error: unknown) => error);
      return failure instanceof Error && "code" in failure
        ? `${String(failure.code)}: ${failure.message}`
        : "none";
    };
    expect(await refused("SELECT * FROM user_s")).toBe(
      'invalid-argument: the inventory refused the query: relation "user_s" does not exist; did you mean users?',
    );
    expect(await refused("SELECT usrname FROM users")).toMatch(
      /column "usrname" does not exist; did you mean username\?$/,
    );
    expect(await refused("SELECT sum(username) FROM users")).toMatch(
      /function sum\(text\) does not exist \(No function matches/,
    );
    expect(await refused("SELECT 1; SELECT 2")).toBe(
      "invalid-argument: one query is one statement, and here is more",
    );
    expect(await refused("SELECT 1/0")).toBe(
      "invalid-argument: the inventory refused the query: division by zero",
    );
    expect(await refused(" -- nothing\n;")).toBe("invalid-argument: the query is empty");
    expect(await refused("SELECT pg_read_file('/etc/passwd')")).toBe(
      "permission-denied: the inventory refused the query: permission denied for function pg_read_file; a query may only read the tables and views of the inventory",
    );
  });

  test.for([
    "INSERT INTO runs SELECT * FROM runs",
    "DELETE FROM users",
    "DROP TABLE users",
    "VACUUM",
    "COPY users TO PROGRAM 'true'",
    "SET statement_timeout = 0",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "BEGIN READ WRITE",
    "COMMIT",
    "DO $$ BEGIN DELETE FROM users; END $$",
    "CALL nothing()",
    "/* SELECT */ DELETE FROM users",
    "WITH gone AS (DELETE FROM users RETURNING sub) SELECT * FROM gone",
    "SELECT * INTO copied FROM users",
    "EXPLAIN ANALYZE DELETE FROM users",
    "SELECT set_config('transaction_read_only', 'off', true)",
    "SELECT * FROM users FOR UPDATE",
    "SELECT 1; DELETE FROM users",
    "EXPLAIN SELECT 1; DELETE FROM users",
    "SHOW timezone; DELETE FROM users",
  ])("cannot be made to write: %s", async (sql) => {
    const [before] = await server.sql("SELECT count(*) FROM connector.users", "inv");
    await expect(reader.query(sql).then(rowsOf)).rejects.toMatchObject({ name: "GovernanceError" });
    expect(await server.sql("SELECT count(*) FROM connector.users", "inv")).toEqual([before]);
    expect(await ask("SELECT current_setting('transaction_read_only')")).toEqual([["on"]]);
  });

  test("what a function writes is taken back with the query", async () => {
    // Up to PostgreSQL 15 large objects are made in a transaction that is read-only.
    await reader.query("SELECT lo_create(424242)").then(rowsOf, () => []);
    expect(await server.sql("SELECT oid FROM pg_largeobject_metadata", "inv")).toEqual([]);
  });

  test("goes on after the server was started again", async () => {
    await server.restart();
    await expect.poll(async () => await ask("SELECT 7").catch(() => "not yet")).toEqual([[7]]);
  });
});

inventoryContract("an inventory in PostgreSQL", () => openPostgresReader(accessTo(server, "inv"), never));

describe("an inventory in PostgreSQL that cannot be read", () => {
  const open = async (database: string, more = "") =>
    await openPostgresReader(accessTo(server, database, more), never).then(
      async (opened) => {
        await opened.close();
        return opened.name;
      },
      (error: unknown) => (error instanceof Error ? error.message : "other"),
    );

  test("is one that no sync has made, one of a newer version, and one of another schema", async () => {
    await server.createDatabase("empty", TEST_PASSWORD);
    const where = `the inventory 127.0.0.1:${server.port}`;
    expect(await open("empty")).toBe(
      `${where}/empty cannot be used: there is no inventory in the schema connector; fill it first: connector sync --inventory with this URL`,
    );
    await migrated(accessTo(server, "empty", "?options=-csearch_path%3Daudit"));
    expect(await open("empty", "?options=-csearch_path%3Daudit")).toBe(`127.0.0.1:${server.port}/empty`);
    expect(await open("empty")).toContain("there is no inventory in the schema connector");
    await server.sql(`UPDATE audit.schema_migrations SET version = ${INVENTORY_VERSION + 1}`, "empty");
    expect(await open("empty", "?options=-csearch_path%3Daudit")).toContain("use the newer connector");
    await expect(migrated(accessTo(server, "empty", "?options=-csearch_path%3Daudit"))).rejects.toThrow(
      "use the newer connector",
    );
  });

  test("is one that the role has no right to, until it is granted; such a role migrates nothing", async () => {
    await server.createDatabase("granted", TEST_PASSWORD);
    const access = accessAs(server, "granted", "inv");
    await expect(openPostgresReader(access, never)).rejects.toMatchObject({
      code: "permission-denied",
      message: expect.stringContaining("the role has not the right to do this"),
    });
    await server.sql("GRANT USAGE ON SCHEMA connector TO granted", "inv");
    await server.sql("GRANT SELECT ON ALL TABLES IN SCHEMA connector TO granted", "inv");
    const auditor = await openPostgresReader(access, never);
    expect(
      await rowsOf(await auditor.query("SELECT count(*) FROM current_users WHERE pool_id = ?", [POOL])),
    ).toHaveLength(1);
    await auditor.close();
    await server.sql("CREATE SCHEMA other", "inv");
    await expect(
      migrated(accessAs(server, "granted", "inv", "?options=-csearch_path%3Dother")),
    ).rejects.toMatchObject({
      code: "permission-denied",
    });
  });
});

describe("the roles of docs/operation.md", () => {
  test("write and read, and the one that reads sees what later versions add", async () => {
    const document = readFileSync("docs/operation.md", "utf8");
    const [, asAdministrator = "", asWriter = ""] =
      /```sql\n(CREATE ROLE connector_writer[^`]*)```[^`]*`connector_writer`:\n\n```sql\n([^`]*)```/.exec(
        document,
      ) ?? [];
    for (const sql of asAdministrator
      .replaceAll(/change me(?: too)?/g, TEST_PASSWORD)
      .trim()
      .split("\n")) {
      await server.sql(sql);
    }
    const writer = accessAs(server, "connector_writer", "inventory");
    await migrated(writer);
    const session = await sessionOf(writer);
    await session.script(asWriter, { doing: "grant" });
    await session.script("CREATE TABLE later AS SELECT 1 AS one", { doing: "add to" });
    await session.close();
    const auditor = await openPostgresReader(accessAs(server, "auditor", "inventory"), never);
    for (const name of ["runs", "changes", "current_users", "later"]) {
      expect(await rowsOf(await auditor.query(`SELECT * FROM ${name}`))).toHaveLength(
        name === "later" ? 1 : 0,
      );
    }
    await auditor.close();
    await expect(
      migrated(accessAs(server, "auditor", "inventory", "?options=-csearch_path%3Dmine")),
    ).rejects.toMatchObject({ code: "permission-denied" });
  });
});

describe("the migrations", () => {
  test("are made once by several that begin at the same time", async () => {
    await server.createDatabase("many", TEST_PASSWORD);
    const access = accessTo(server, "many");
    await Promise.all(Array.from({ length: 5 }, () => migrated(access)));
    expect(await server.sql("SELECT version::int FROM connector.schema_migrations", "many")).toEqual([
      { version: INVENTORY_VERSION },
    ]);
  });

  test("bring an inventory of version 1 to the indexes of a new one", async () => {
    await server.createDatabase("first", TEST_PASSWORD);
    const access = accessTo(server, "first");
    await migrated(access);
    const indexes = () =>
      server.sql("SELECT indexdef FROM pg_indexes WHERE schemaname = 'connector' ORDER BY 1", "first");
    const expected = await indexes();
    await server.sql(
      `SET search_path = connector; DROP INDEX users_by_folded_username, users_by_folded_preferred_username, memberships_by_user;
       CREATE INDEX memberships_by_user ON memberships (sub, pool_id); UPDATE schema_migrations SET version = 1`,
      "first",
    );
    expect(await indexes()).not.toEqual(expected);
    await migrated(access);
    expect(await indexes()).toEqual(expected);
  });

  test("leave a schema of another program as it is", async () => {
    await server.createDatabase("taken", TEST_PASSWORD);
    await server.sql("CREATE SCHEMA app AUTHORIZATION taken CREATE TABLE users (id int)", "taken");
    await expect(migrated(accessTo(server, "taken", "?options=-csearch_path%3Dapp"))).rejects.toThrow(
      "the schema app holds tables of another program under the names of its own",
    );
    expect(
      await server.sql("SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'app'", "taken"),
    ).toEqual([{ n: 1 }]);
  });
});
