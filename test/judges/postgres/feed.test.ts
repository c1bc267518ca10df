import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChangeFeed, FeedChange, FeedPosition } from "../../../pkg/core/change-feed.ts";
import { createInventoryFeed } from "../../../pkg/inventory/events/inventory-feed.ts";
import { openInventoryReader } from "../../../pkg/inventory/open-reader.ts";
import { sentValue } from "../../../pkg/inventory/postgres/cells.ts";
import { openPostgresReader } from "../../../pkg/inventory/postgres/reader/postgres-reader.ts";
import type { InventoryReader } from "../../../pkg/inventory/reader.ts";
import {
  createInventoryFixture,
  inventoryInserts,
  POOL,
  RUN_TIMES,
} from "../../support/inventory-fixture.ts";
import { accessTo, migrated, sessionOf, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const never = new AbortController().signal;

let server: PostgresServer;
let folder: string;
let readers: { readonly postgres: InventoryReader; readonly sqlite: InventoryReader };

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase("inv", TEST_PASSWORD);
  await server.createDatabase("empty", TEST_PASSWORD);
  await migrated(accessTo(server, "inv"));
  const session = await sessionOf(accessTo(server, "inv"));
  for (const { sql, parameters } of inventoryInserts("postgres")) {
    await session.run(sql, parameters.map(sentValue), { doing: "fill" });
  }
  await session.close();
  folder = mkdtempSync(join(tmpdir(), "connector-feed-"));
  const path = join(folder, "pool.db");
  createInventoryFixture(path);
  readers = {
    postgres: await openPostgresReader(accessTo(server, "inv"), never),
    sqlite: await openInventoryReader({ engine: "sqlite", name: path }, never),
  };
});
afterAll(async () => {
  await readers.postgres.close();
  await readers.sqlite.close();
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

const feedOf = (engine: "postgres" | "sqlite"): ChangeFeed =>
  createInventoryFeed({ poolId: POOL, open: async () => readers[engine] });

async function allFrom(feed: ChangeFeed, start: FeedPosition, limit: number): Promise<FeedChange[]> {
  const all: FeedChange[] = [];
  for (let position = start; ; ) {
    const { changes, hasMore } = await feed.changesFrom(position, limit, never);
    all.push(...changes);
    const last = changes.at(-1);
    if (!hasMore || last === undefined) return all;
    position = { kind: "after", change: last.change, runId: last.runId };
  }
}

describe("the feed of an inventory in PostgreSQL", () => {
  test.for([
    [undefined, 1000],
    [undefined, 3],
    [RUN_TIMES[2].endedAt, 2],
    [new Date(RUN_TIMES[3].endedAt.getTime() + 1), 5],
  ] as const)("is that of the same inventory in SQLite, from %o on in pages of %i", async ([at, limit]) => {
    const start: FeedPosition = { kind: "start", at };
    const [ours, theirs] = [
      await allFrom(feedOf("postgres"), start, limit),
      await allFrom(feedOf("sqlite"), start, limit),
    ];
    expect(ours).toEqual(theirs);
  });

  test("refuses a cursor of another history", async () => {
    const asked = allFrom(feedOf("postgres"), { kind: "after", change: 3, runId: "another" }, 5);
    await expect(asked).rejects.toMatchObject({ code: "invalid-argument" });
  });

  test("is empty before the first sync", async () => {
    const feed = createInventoryFeed({
      poolId: POOL,
      open: (signal) => openPostgresReader(accessTo(server, "empty"), signal),
    });
    expect(await allFrom(feed, { kind: "start", at: undefined }, 5)).toEqual([]);
  });

  test("fails while the server is down, and goes on once it is up", async () => {
    const start: FeedPosition = { kind: "start", at: undefined };
    await server.end();
    await expect(allFrom(feedOf("postgres"), start, 5)).rejects.toMatchObject({ code: "unavailable" });
    await server.start();
    expect(await allFrom(feedOf("postgres"), start, 5)).toHaveLength(16);
  });
});
