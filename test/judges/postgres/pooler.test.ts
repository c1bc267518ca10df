import { afterAll, beforeAll, expect, test } from "vitest";
import { createConnector } from "../../../pkg/connector/create-connector.ts";
import { postgresAccess } from "../../../pkg/inventory/postgres/connection/access.ts";
import { openPostgresReader } from "../../../pkg/inventory/postgres/reader/postgres-reader.ts";
import { openPostgresTarget } from "../../../pkg/inventory/postgres/target/postgres-target.ts";
import { fakeDirectory, POOL, userNumber } from "../../support/fake-directory.ts";
import { syncInto } from "../../support/memory-target.ts";
import { rowsOf, TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";
import { startTransactionPooler, type TransactionPooler } from "../../support/transaction-pooler.ts";

const never = new AbortController().signal;
const ONE = "eu-west-1_One000001";
const TWO = "eu-west-1_Two000002";
const OTHER_CONNECTION = {
  code: "failed-precondition",
  message: expect.stringMatching(
    /cannot be used: a pooler has moved its session .*; connect to PostgreSQL itself, or to a pooler in session mode$/,
  ),
};

let server: PostgresServer;
let pooler: TransactionPooler;
let databases = 0;
let database: string;

beforeAll(async () => {
  server = await startPostgres({ hba: ["host all all 127.0.0.1/32 trust"] });
});
afterAll(() => server.remove());

async function pooled(): Promise<void> {
  databases += 1;
  database = `pooled_${databases}`;
  await server.createDatabase(database, TEST_PASSWORD);
  pooler = await startTransactionPooler(server.port);
}

function access() {
  const url = `postgres://${database}@127.0.0.1:${pooler.port}/${database}?sslmode=disable`;
  return postgresAccess(url, { env: {}, home: undefined, user: "nobody" });
}

async function open(poolId: string) {
  const fingerprint = { poolId, userIdKind: "sub", mappingVersion: 1 } as const;
  const now = () => Date.parse("2026-11-21T12:05:00Z");
  const options = { fingerprint, stateDir: "", acceptShrink: true, now, describePool: async () => undefined };
  return await openPostgresTarget(access(), options, never);
}

type Target = Awaited<ReturnType<typeof open>>;

async function read(target: Target, poolId: string, first: number): Promise<void> {
  const users = Array.from({ length: 30 }, (_, n) => userNumber(first + n));
  const { directory } = fakeDirectory({ users, pageItems: 20 });
  const connector = createConnector({ directory, poolId, userIdKind: "sub", now: () => 0 });
  await syncInto([target], { connector, listingsAtOnce: 1 });
}

const shown = () =>
  server.sql(
    "SELECT pool_id, count(*)::int AS people, min(username) AS first FROM connector.current_users GROUP BY 1",
    database,
  );

test("through a pooler in transaction mode no run is published with the rows of another pool", async () => {
  await pooled();
  const one = await open(ONE);
  await read(one, ONE, 100);
  const two = await open(TWO);
  await expect(one.publish({ acceptShrink: true }, never)).rejects.toMatchObject(OTHER_CONNECTION);
  await read(two, TWO, 500);
  expect(await two.publish({ acceptShrink: true }, never)).toMatchObject({ runNumber: 1 });
  await expect(one.publish({ acceptShrink: true }, never)).rejects.toMatchObject(OTHER_CONNECTION);
  expect(await shown()).toEqual([{ pool_id: TWO, people: 30, first: "user500" }]);
  await one.close();
  await two.close();
  await pooler.close();
});

test("through a pooler in transaction mode two connectors do not both write one pool", async () => {
  await pooled();
  const one = await open(POOL);
  const two = await open(POOL);
  await expect(read(one, POOL, 100)).rejects.toMatchObject(OTHER_CONNECTION);
  await read(two, POOL, 500);
  expect(await two.publish({ acceptShrink: true }, never)).toMatchObject({ runNumber: 1 });
  expect(await shown()).toEqual([{ pool_id: POOL, people: 30, first: "user500" }]);
  await one.close();
  await two.close();
  await pooler.close();
});

test("through a pooler in transaction mode nothing is read with the settings of another session", async () => {
  await pooled();
  const target = await open(POOL);
  await read(target, POOL, 100);
  await target.publish({ acceptShrink: true }, never);
  const one = await openPostgresReader(access(), never);
  const count = "SELECT count(*) FROM current_users";
  expect(await rowsOf(await one.query(count))).toEqual([[30]]);
  const two = await openPostgresReader(access(), never);
  await expect(one.query(count)).rejects.toMatchObject(OTHER_CONNECTION);
  await expect(one.snapshot((reader) => reader.query(count), never)).rejects.toMatchObject(OTHER_CONNECTION);
  expect(await rowsOf(await two.query(count))).toEqual([[30]]);
  await Promise.all([one, two, target].map((each) => each.close()));
  await pooler.close();
});
