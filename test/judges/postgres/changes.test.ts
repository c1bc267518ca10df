import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../../cmd/connector/run.ts";
import { memoryContext } from "../../../cmd/connector/testing.fixture.ts";
import { sentValue } from "../../../pkg/inventory/postgres/cells.ts";
import { differenceContract } from "../../support/difference-contract.ts";
import { createInventoryFixture, inventoryInserts, POOL, subOf } from "../../support/inventory-fixture.ts";
import { accessTo, migrated, sessionOf, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

let server: PostgresServer;
let folder: string;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase("inv", TEST_PASSWORD);
  await server.createDatabase("differences", TEST_PASSWORD);
  await migrated(accessTo(server, "inv"));
  const session = await sessionOf(accessTo(server, "inv"));
  for (const { sql, parameters } of inventoryInserts("postgres")) {
    await session.run(sql, parameters.map(sentValue), { doing: "fill" });
  }
  await session.close();
  folder = mkdtempSync(join(tmpdir(), "connector-changes-"));
  createInventoryFixture(join(folder, "pool.db"));
});

afterAll(async () => {
  await server.remove();
  rmSync(folder, { recursive: true });
});

async function command(inventory: string, args: readonly string[]) {
  const env = { PGPASSWORD: TEST_PASSWORD };
  const context = memoryContext({ cwd: folder, env, now: () => Date.UTC(2026, 9, 23) });
  const code = await run([...args, `--inventory=${inventory}`, `--user-pool-id=${POOL}`], context);
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

describe("a command over an inventory in PostgreSQL answers as over SQLite:", () => {
  test.for([
    "changes",
    "changes --values --output=json",
    "changes --since=run:2 --until=run:3",
    "changes --since=run:newest",
    "changes --since=2d --outside",
    "changes --since=2026-10-08T03:00:00Z --until=2026-10-10",
    "changes --kind=user_created,user_deleted --output=csv",
    "changes --group=support",
    `changes --user=${subOf(1)}`,
    "changes --user=BEN@example.com",
    "changes --user=ada@old.example.com",
    "changes --user=+15550100002",
    "changes --user=nobody",
    "changes --group=finanse",
    "changes --since=run:9",
    "diff run:1 run:4 --values",
    "diff 2026-10-02 12h",
    "diff run:newest run:4",
    "diff 2026-09-01 run:4",
  ])("connector %s", async (line) => {
    const args = line.split(" ");
    const theirs = await command(join(folder, "pool.db"), args);
    const ours = await command(`postgres://inv@127.0.0.1:${server.port}/inv`, args);
    expect(ours).toEqual(theirs);
  });
});

differenceContract("an inventory in PostgreSQL", () => {
  const access = accessTo(server, "differences");
  return { engine: "postgres", name: "the database of the test", access };
});
