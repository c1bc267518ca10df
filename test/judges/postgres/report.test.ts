import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sentValue } from "../../../pkg/inventory/postgres/cells.ts";
import { runCli } from "../../support/connector-cli.ts";
import { createInventoryFixture, inventoryInserts, POOL } from "../../support/inventory-fixture.ts";
import { accessTo, migrated, sessionOf, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const folder = mkdtempSync(join(tmpdir(), "report-postgres-"));
let server: PostgresServer;
let engines: Readonly<Record<"sqlite" | "postgres", Readonly<Record<string, string>>>>;

beforeAll(async () => {
  createInventoryFixture(join(folder, "pool.db"));
  server = await startPostgres();
  await server.createDatabase("inv", TEST_PASSWORD);
  const access = accessTo(server, "inv");
  await migrated(access);
  const session = await sessionOf(access);
  for (const { sql, parameters } of inventoryInserts("postgres")) {
    await session.run(sql, parameters.map(sentValue), { doing: "fill" });
  }
  await session.close();
  engines = {
    sqlite: { BATON_INVENTORY: join(folder, "pool.db") },
    postgres: {
      BATON_INVENTORY: `postgres://inv@127.0.0.1:${server.port}/inv`,
      PGPASSWORD: TEST_PASSWORD,
    },
  };
});

afterAll(async () => {
  await server.remove();
  rmSync(folder, { recursive: true });
});

const SINCE = ["--since", "2026-09-01", "--user-pool-id", POOL];

test("connector report over PostgreSQL writes the page that it writes over SQLite", async () => {
  const pages: string[] = [];
  for (const [engine, env] of Object.entries(engines)) {
    const path = join(folder, `${engine}.html`);
    expect(await runCli(["report", "-o", path, ...SINCE], env)).toMatchObject({ code: 0, stderr: "" });
    // When it was written differs.
    pages.push(
      readFileSync(path, "utf8").replaceAll(/<time datetime="(?!2026-(?:0[89]|10)-)[^<]*<\/time>/g, "now"),
    );
  }
  expect(pages[1]).toBe(pages[0]);
});

test("connector report over PostgreSQL writes the CSV files that it writes over SQLite", async () => {
  const folders: Readonly<Record<string, string>>[] = [];
  for (const [engine, env] of Object.entries(engines)) {
    const path = join(folder, engine);
    const asked = ["report", "-o", path, "--format", "csv", ...SINCE];
    expect(await runCli(asked, env)).toMatchObject({ code: 0, stderr: "" });
    const files = readdirSync(path).map((name) => [name, readFileSync(join(path, name), "utf8")] as const);
    folders.push(Object.fromEntries(files.filter(([name]) => name !== "about.csv")));
  }
  expect(folders[1]).toEqual(folders[0]);
});
