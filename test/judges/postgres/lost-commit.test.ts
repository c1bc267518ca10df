import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConnector } from "../../../pkg/connector/create-connector.ts";
import { postgresAccess } from "../../../pkg/inventory/postgres/connection/access.ts";
import { openPostgresTarget } from "../../../pkg/inventory/postgres/target/postgres-target.ts";
import type { SyncTarget } from "../../../pkg/sync/target.ts";
import { type ProxiedConnection, startProxy } from "../../support/cutting-proxy.ts";
import { type FakePool, fakeDirectory, POOL, userNumber } from "../../support/fake-directory.ts";
import { syncInto } from "../../support/memory-target.ts";
import { TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";
import { everybodyIn } from "../../support/sqlite-inventory.ts";

const never = new AbortController().signal;
const STRICT = { acceptShrink: false };

let server: PostgresServer;
let databases = 0;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.remove();
});

async function freshDatabase(): Promise<string> {
  databases += 1;
  const name = `lost_${databases}`;
  await server.createDatabase(name, TEST_PASSWORD);
  return name;
}

async function open(database: string, port: number) {
  const url = `postgres://${database}@127.0.0.1:${port}/${database}`;
  const access = postgresAccess(url, { env: { PGPASSWORD: TEST_PASSWORD }, home: undefined, user: "nobody" });
  const options = {
    fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 } as const,
    stateDir: "",
    acceptShrink: true,
    now: () => Date.parse("2026-11-21T12:05:00Z"),
    describePool: async () => undefined,
  };
  return await openPostgresTarget(access, options, never);
}

function pool(people: number): Partial<FakePool> {
  return everybodyIn(Array.from({ length: people }, (_, n) => userNumber(n)));
}

async function read(target: SyncTarget, content: Partial<FakePool>): Promise<void> {
  const { directory } = fakeDirectory(content);
  const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
  await syncInto([target], { connector, listingsAtOnce: 1 });
}

const COMMIT = Buffer.from("COMMIT\0");

type CutAt = "before the commit" | "before its answer";

/** In front of the server. Once it is armed, the connection that commits a merge is cut. */
async function cuttingAtCommit() {
  let cuts: CutAt | "none" = "none";
  let isOpen = true;
  let isMerging = false;
  let committing: ProxiedConnection | undefined;
  const proxy = await startProxy(server.port, {
    isOpen: () => isOpen,
    fromClient(bytes, connection) {
      isMerging ||= bytes.includes("INSERT INTO runs");
      if (isMerging && bytes.includes(COMMIT)) committing = connection;
      if (committing === connection && cuts === "before the commit") cut(connection);
      else connection.onward.write(bytes);
    },
    fromServer(bytes, connection) {
      if (committing === connection && cuts === "before its answer") cut(connection);
      else connection.client.write(bytes);
    },
  });

  function cut(connection: ProxiedConnection): void {
    cuts = "none";
    connection.cut();
  }

  return {
    port: proxy.port,
    /** `thenOpen`: whether later connections reach the server. */
    arm(when: CutAt, thenOpen: boolean) {
      [cuts, isMerging, committing, isOpen] = [when, false, undefined, thenOpen];
    },
    close: () => proxy.close(),
  };
}

const runsIn = async (database: string): Promise<readonly unknown[]> =>
  await server.sql("SELECT run::int, users::int FROM connector.runs ORDER BY run", database);

describe("a merge whose commit is not answered, since the connection was cut,", () => {
  test("is published where the server has made it", async () => {
    const proxy = await cuttingAtCommit();
    const database = await freshDatabase();
    for (const [run, people] of [
      [1, 9],
      [2, 12],
    ] as const) {
      const target = await open(database, proxy.port);
      await read(target, pool(people));
      proxy.arm("before its answer", true);
      expect(await target.publish(STRICT, never)).toMatchObject({
        runNumber: run,
        changes: run === 1 ? 0 : 6,
        counts: { users: people },
      });
      await target.close();
    }
    expect(await runsIn(database)).toEqual([
      { run: 1, users: 9 },
      { run: 2, users: 12 },
    ]);
    await proxy.close();
  });

  test("may be published where the server cannot be asked", async () => {
    const proxy = await cuttingAtCommit();
    const database = await freshDatabase();
    const target = await open(database, proxy.port);
    await read(target, pool(9));
    proxy.arm("before its answer", false);
    await expect(target.publish(STRICT, never)).rejects.toMatchObject({
      code: "unavailable",
      message: `cannot publish the run in 127.0.0.1:${proxy.port}/${database}: the connection was cut before the server said whether it has; it may be published: run it again`,
    });
    await target.close();
    expect(await runsIn(database)).toEqual([{ run: 1, users: 9 }]);
    await proxy.close();
  });

  test("is not published where the server has not made it, and the next run publishes it without reading", async () => {
    const proxy = await cuttingAtCommit();
    const database = await freshDatabase();
    const target = await open(database, proxy.port);
    await read(target, pool(9));
    proxy.arm("before the commit", true);
    await expect(target.publish(STRICT, never)).rejects.toMatchObject({
      code: "unavailable",
      message: `cannot publish the run in 127.0.0.1:${proxy.port}/${database}: the connection was cut; what was read is kept: run it again`,
    });
    await target.close();
    expect(await runsIn(database)).toEqual([]);
    const next = await open(database, proxy.port);
    expect(next).toMatchObject({ resumed: true, counts: { users: 9 } });
    expect(await next.publish(STRICT, never)).toMatchObject({ runNumber: 1 });
    await next.close();
    await proxy.close();
  });
});
