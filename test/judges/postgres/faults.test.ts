import { spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConnector } from "../../../pkg/connector/create-connector.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { postgresAccess } from "../../../pkg/inventory/postgres/connection/access.ts";
import { openPostgresTarget } from "../../../pkg/inventory/postgres/target/postgres-target.ts";
import type { PublishedInventory } from "../../../pkg/inventory/target/published.ts";
import type { SyncTarget } from "../../../pkg/sync/target.ts";
import { startCuttingProxy } from "../../support/cutting-proxy.ts";
import { type FakePool, fakeDirectory, POOL, someGroup, userNumber } from "../../support/fake-directory.ts";
import { syncInto } from "../../support/memory-target.ts";
import { TEST_PASSWORD } from "../../support/postgres-inventory.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const never = new AbortController().signal;
const STRICT = { acceptShrink: false };
const GROUPS = 5;

let server: PostgresServer;
let databases = 0;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.remove();
});

async function freshDatabase(on = server): Promise<string> {
  databases += 1;
  const name = `faults_${databases}`;
  await on.createDatabase(name, TEST_PASSWORD);
  return name;
}

interface Opened {
  readonly poolId?: string;
  readonly port?: number;
  readonly more?: string;
}

async function open(database: string, { poolId = POOL, port = server.port, more = "" }: Opened = {}) {
  const url = `postgres://${database}@127.0.0.1:${port}/${database}${more}`;
  const access = postgresAccess(url, { env: { PGPASSWORD: TEST_PASSWORD }, home: undefined, user: "nobody" });
  const options = {
    fingerprint: { poolId, userIdKind: "sub", mappingVersion: 1 } as const,
    stateDir: "",
    acceptShrink: true,
    now: () => Date.parse("2026-11-21T12:05:00Z"),
    describePool: async () => undefined,
  };
  return await openPostgresTarget(access, options, never);
}

/** `shift` leaves out the first people and adds as many new ones. */
function pool(people: number, shift = 0): Partial<FakePool> {
  const users = Array.from({ length: people }, (_, n) => userNumber(n + shift));
  const groups = Array.from({ length: GROUPS }, (_, n) => someGroup(`group-${n}`));
  const members = new Map(groups.map(({ name }, n) => [name, users.filter((_, at) => at % (n + 1) === 0)]));
  return { users, groups, members, pageItems: 20 };
}

async function read(target: SyncTarget<PublishedInventory>, content: Partial<FakePool>, at = () => {}) {
  const { directory } = fakeDirectory(content, at);
  const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
  await syncInto([target], { connector, listingsAtOnce: 1 });
}

async function published(target: SyncTarget<PublishedInventory>, content: Partial<FakePool>) {
  await read(target, content);
  return await target.publish(STRICT, never);
}

/** What readers see: the newest run, and the current rows with a mark of their content. */
async function seen(database: string, on = server): Promise<unknown> {
  const tables = await on.sql("SELECT to_regclass('connector.runs') IS NULL AS none", database);
  if (tables[0]?.["none"] === true) return "nothing";
  const [row] = await on.sql(
    `SELECT (SELECT max(run) FROM connector.runs)::int AS run,
       (SELECT md5(string_agg(u.sub || u.username, ',' ORDER BY u.sub)) FROM connector.current_users u) AS users,
       (SELECT md5(string_agg(g.name, ',' ORDER BY g.name)) FROM connector.current_groups g) AS groups,
       (SELECT md5(string_agg(m.group_name || m.sub, ',' ORDER BY m.group_name, m.sub))
        FROM connector.current_memberships m) AS memberships,
       (SELECT count(*)::int FROM connector.recorded_changes) AS changes`,
    database,
  );
  return row;
}

async function failureOf(work: Promise<unknown>): Promise<GovernanceError> {
  const failure = await work.then(
    () => "it did not fail",
    (error: unknown) => error,
  );
  if (failure instanceof GovernanceError) return failure;
  throw new Error(String(failure), { cause: failure });
}

/** The backend that waits for a lock of the test. */
async function waitingBackend(database: string): Promise<unknown> {
  const sql = `SELECT pid FROM pg_stat_activity
    WHERE datname = '${database}' AND wait_event_type = 'Lock' AND usename = '${database}'`;
  return await expect
    .poll(async () => (await server.sql(sql))[0]?.["pid"], { timeout: 100_000 })
    .toBeTypeOf("number")
    .then(async () => (await server.sql(sql))[0]?.["pid"]);
}

/** Holds a lock on a table while the work begins, and has the server end the session that waits for it. */
async function terminatedAt(
  database: string,
  table: string,
  work: () => Promise<unknown>,
): Promise<GovernanceError> {
  const held = server
    .sql(`BEGIN; LOCK TABLE ${table} IN SHARE MODE; SELECT pg_sleep(30); COMMIT`, database)
    .catch(() => undefined);
  const isHeld = `SELECT 1 FROM pg_locks WHERE relation = '${table}'::regclass AND mode = 'ShareLock' AND granted`;
  await expect.poll(() => server.sql(isHeld, database)).toHaveLength(1);
  const failure = failureOf(work());
  await server.sql(`SELECT pg_terminate_backend(${String(await waitingBackend(database))})`);
  const found = await failure;
  await server.sql(
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()",
  );
  await held;
  return found;
}

const stagingTable = async (database: string, kind: string): Promise<string> => {
  const sql = `SELECT tablename FROM pg_tables WHERE tablename LIKE 'staging%\\_${kind}'`;
  return `connector.${String((await server.sql(sql, database))[0]?.["tablename"])}`;
};

describe("a connection that is cut", () => {
  test("by an administrator in COPY loses the page alone, and the next run goes on", async () => {
    const database = await freshDatabase();
    const target = await open(database);
    await failureOf(read(target, pool(100), failAt(4)));
    const { counts } = target;
    const users = await stagingTable(database, "users");
    const failure = await terminatedAt(database, users, () => read(target, pool(100)));
    expect(failure).toMatchObject({
      code: "unavailable",
      message: `cannot store a page in 127.0.0.1:${server.port}/${database}: the server was stopped, or an administrator ended the connection; what was read is kept: run it again`,
    });
    expect(await failureOf(target.listings())).toMatchObject({ code: "unavailable" });
    await target.close();
    const next = await open(database);
    expect(next).toMatchObject({ resumed: true, counts, discarded: undefined });
    expect(await published(next, pool(100))).toMatchObject({ runNumber: 1, counts: { users: 100 } });
    await next.close();
  });

  test("by an administrator in the merge shows the run before, whole, and the next run publishes this one", async () => {
    const database = await freshDatabase();
    const first = await open(database);
    await published(first, pool(60));
    await first.close();
    const before = await seen(database);
    for (const table of ["recorded_changes", "users", "memberships", "groups", "runs"]) {
      const target = await open(database);
      await read(target, pool(60, 5));
      const failure = await terminatedAt(database, `connector.${table}`, () => target.publish(STRICT, never));
      expect(failure).toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(
          /^cannot publish the run in \S+: the server was stopped, or an administrator/,
        ),
      });
      await target.close();
      expect(await seen(database)).toEqual(before);
    }
    const next = await open(database);
    expect(next).toMatchObject({ resumed: true, counts: { users: 60 } });
    expect(await next.publish(STRICT, never)).toMatchObject({ runNumber: 2 });
    await next.close();
  });

  test("at any byte of two syncs shows a whole run or none, and the next run goes on to the same rows", async () => {
    const proxy = await startCuttingProxy(server.port);
    const contents = [pool(50), pool(50, 3)];
    const measured = await freshDatabase();
    const database = await freshDatabase();
    const seed = Math.floor(Math.random() * 2 ** 31);
    let before: unknown = "nothing";
    for (const content of contents) {
      proxy.cutAfter(Number.POSITIVE_INFINITY);
      await syncedThrough(proxy.port, measured, content);
      const after = await seen(measured);
      const step = Math.ceil(proxy.sent / CUTS);
      const strange: unknown[] = [];
      for (let limit = 1 + (seed % step); ; limit += step) {
        proxy.cutAfter(limit);
        const failure = await syncedThrough(proxy.port, database, content).catch((error: unknown) => error);
        const state = await seen(database);
        const isWhole = isSame(state, before) || isSame(state, after) || isEmpty(state);
        const isClear =
          failure === undefined || (failure instanceof GovernanceError && failure.code === "unavailable");
        if (!isWhole || !isClear) strange.push({ seed, limit, state, failure });
        if (isSame(state, after)) break;
      }
      expect(strange).toEqual([]);
      before = after;
    }
    await proxy.close();
  });
});

const CUTS = 25;

async function syncedThrough(port: number, database: string, content: Partial<FakePool>): Promise<void> {
  const target = await open(database, { port });
  try {
    await published(target, content);
  } finally {
    await target.close();
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The schema was made, and has no run. */
function isEmpty(state: unknown): boolean {
  return JSON.stringify(state).includes('"run":null');
}

function failAt(call: number): () => void {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls >= call) throw new GovernanceError("unavailable", "AWS is out of reach");
  };
}

describe("a publication that is stopped", () => {
  test("ends the merge on the server at once, shows nothing of it, and can be made again", async () => {
    const database = await freshDatabase();
    const first = await open(database);
    await published(first, pool(40));
    await first.close();
    const before = await seen(database);
    const target = await open(database);
    await read(target, pool(40, 4));
    const held = server
      .sql("BEGIN; LOCK TABLE connector.users IN SHARE MODE; SELECT pg_sleep(31); COMMIT", database)
      .catch(() => undefined);
    const stop = new AbortController();
    const isHeld =
      "SELECT 1 FROM pg_locks WHERE relation = 'connector.users'::regclass AND mode = 'ShareLock'";
    await expect.poll(() => server.sql(isHeld, database)).toHaveLength(1);
    const stopped = failureOf(target.publish(STRICT, stop.signal));
    await waitingBackend(database);
    stop.abort();
    expect(await stopped).toMatchObject({ code: "canceled" });
    expect(await seen(database)).toEqual(before);
    await server.sql(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(31)%' AND pid <> pg_backend_pid()",
    );
    await held;
    expect(await target.publish(STRICT, never)).toMatchObject({ runNumber: 2 });
    await target.close();
  });
});

describe("a server that is started again", () => {
  test("keeps a run that is being read; after a crash the run begins again, and what was published stays", async () => {
    const database = await freshDatabase();
    const target = await open(database);
    await failureOf(read(target, pool(100), failAt(5)));
    const { counts } = target;
    await server.restart("fast");
    expect(await failureOf(read(target, pool(100)))).toMatchObject({ code: "unavailable" });
    await target.close();
    const second = await open(database);
    expect(second).toMatchObject({ resumed: true, counts });
    await server.restart("immediate");
    expect(await failureOf(second.listings())).toMatchObject({ code: "unavailable" });
    await second.close();
    const third = await open(database);
    expect(third).toMatchObject({ run: undefined, resumed: false });
    await published(third, pool(100));
    await third.close();
    const before = await seen(database);
    await server.restart("immediate");
    expect(await seen(database)).toEqual(before);
  });

  test("says that it is stopped or starting up, in one line", async () => {
    const database = await freshDatabase();
    await server.end();
    expect(await failureOf(open(database))).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("no server listens there"),
    });
    await server.start();
  });
});

describe("two connectors", () => {
  test("on one pool do not both write: the second gets one line until the first has ended", async () => {
    const database = await freshDatabase();
    const first = await open(database);
    await failureOf(read(first, pool(40), failAt(3)));
    expect(await failureOf(open(database))).toMatchObject({
      code: "failed-precondition",
      message: `the inventory 127.0.0.1:${server.port}/${database} cannot be used: another connector is syncing the pool ${POOL} into it from 127.0.0.1; wait until it has ended`,
    });
    await first.close();
    const second = await open(database);
    expect(second.resumed).toBe(true);
    await published(second, pool(40));
    await second.close();
  });

  test("on different pools of one database go on side by side", async () => {
    const database = await freshDatabase();
    const pools = ["eu-west-1_One000001", "eu-west-1_Two000002", "us-east-1_Three0003"];
    const targets = await Promise.all(pools.map((poolId) => open(database, { poolId })));
    const runs = await Promise.all(targets.map((target, n) => published(target, pool(30 + n))));
    expect(runs.map(({ runNumber, counts }) => [runNumber, counts.users])).toEqual([
      [1, 30],
      [1, 31],
      [1, 32],
    ]);
    await Promise.all(targets.map((target) => target.close()));
    const counts =
      "SELECT pool_id, count(*)::int AS people FROM connector.current_users GROUP BY 1 ORDER BY 1";
    expect(await server.sql(counts, database)).toEqual(
      pools.map((pool_id, n) => ({ pool_id, people: 30 + n })),
    );
  });
});

describe("a server that refuses to write", () => {
  test("because of a standby or a read-only role says so", async () => {
    const database = await freshDatabase();
    await server.sql(`ALTER ROLE ${database} SET default_transaction_read_only = on`);
    expect(await failureOf(open(database))).toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("the server is a standby, or the role is read-only; name the primary"),
    });
  });

  test("because its files may not grow keeps what was read, and the next run goes on", async () => {
    const small = await startPostgres({
      walSegmentMiB: 1,
      settings: { min_wal_size: "2MB", max_wal_size: "8MB" },
    });
    try {
      await small.createDatabase("full", TEST_PASSWORD);
      await small.end();
      await small.start({ fileKiB: 2 * 1024 });
      expect(await fillsUp({ on: small, database: "full", makeRoom: () => small.restart() })).toEqual(
        GOES_ON,
      );
    } finally {
      await small.remove();
    }
  });

  const folder = mkdtempSync(join(tmpdir(), "connector-small-"));
  const isMounted = mounts("-t", "tmpfs", "-o", "size=3m,mode=777", "tmpfs", folder);
  afterAll(() => {
    if (isMounted) spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  // Where the machine lets this user mount a small disk.
  (isMounted ? [folder] : []).map((place) =>
    test("because its tablespace is full keeps what was read, and the next run goes on", async () => {
      const { uid, gid } = statSync(server.socket);
      chownSync(place, uid, gid);
      await server.sql(`CREATE TABLESPACE small LOCATION '${place}'`);
      await server.sql("GRANT CREATE ON TABLESPACE small TO public");
      const database = await freshDatabase();
      const more = "?options=-cdefault_tablespace%3Dsmall";
      const makeRoom = async (): Promise<void> => void mounts("-o", "remount,size=300m", place);
      expect(await fillsUp({ on: server, database, more, makeRoom })).toEqual(GOES_ON);
      await server.sql(`DROP DATABASE ${database}`);
      await server.sql("DROP TABLESPACE small");
    }),
  );
});

function mounts(...args: readonly string[]): boolean {
  return spawnSync("mount", args, { stdio: "ignore" }).status === 0;
}

interface FullServer {
  readonly on: PostgresServer;
  readonly database: string;
  readonly more?: string;
  readonly makeRoom: () => Promise<void>;
}

/** More than fits, and few enough for a busy machine. */
const MANY = 12_000;

const GOES_ON = {
  code: "resource-exhausted",
  message: expect.stringMatching(
    /^cannot (?:store a page|publish the run) in \S+: the disk of the server, or the tablespace, is full; make room there, what was read is kept: run it again$/,
  ),
  readersSee: "the run before",
  readBefore: expect.toSatisfy((users: number) => users > 0),
  resumed: true,
  keeps: "all that was read",
  runNumber: 2,
  users: MANY,
};

/** A small run, then one that does not fit until there is room. */
async function fillsUp({ on, database, more = "", makeRoom }: FullServer): Promise<unknown> {
  const place = { port: on.port, more };
  const first = await open(database, place);
  await published(first, pool(60));
  await first.close();
  const before = await seen(database, on);
  const second = await open(database, place);
  const large = { ...pool(MANY), pageItems: 1000 };
  const { code, message } = await failureOf(published(second, large));
  const { counts } = second;
  const during = await seen(database, on);
  await second.close();
  await makeRoom();
  const third = await open(database, place);
  const { resumed, counts: kept } = third;
  const { runNumber, counts: all } = await published(third, large);
  await third.close();
  return {
    code,
    message,
    readersSee: isSame(before, during) ? "the run before" : during,
    readBefore: counts.users,
    resumed,
    keeps: isSame(counts, kept) ? "all that was read" : kept,
    runNumber,
    users: all.users,
  };
}
