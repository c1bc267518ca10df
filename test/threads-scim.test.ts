import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ListsService } from "../cmd/connector/app/scim/lists-service.ts";
import { connectLists, type ListsThread, openListsThread } from "../cmd/connector/app/scim/lists-thread.ts";
import { connectScimRecords, openScimRecordsThread } from "../cmd/connector/app/scim/scim-records-thread.ts";
import { served } from "../pkg/config/testing.fixture.ts";
import { isRecord } from "../pkg/core/unknown.ts";
import type { ListQuery } from "../pkg/scim/pool-view.ts";
import { readScimRecords } from "../pkg/scim-records/read-records.ts";
import type { StoredScimRecords } from "../pkg/scim-records/sqlite-records.ts";
import type { WorkerCalls } from "../pkg/worker/connect-worker.ts";
import { somePool, someUser } from "./support/fake-directory.ts";
import { createInventoryFixture, POOL, subOf } from "./support/inventory-fixture.ts";
import { listedUser } from "./support/listed-user.ts";
import { resourcesText } from "./support/resources-text.ts";

const never = new AbortController().signal;
let stateDir: string;
let records: StoredScimRecords;
let view: ListsThread;
let recordThreads: WorkerCalls<StoredScimRecords>[];
let listThreads: WorkerCalls<ListsService>[];
let failures: unknown[];
let syncs: number;
let syncFailure: Error | undefined;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "threads-scim-"));
  recordThreads = [];
  listThreads = [];
  failures = [];
  syncs = 0;
  syncFailure = undefined;
  records = openScimRecordsThread({ stateDir, poolId: POOL }, (place) => {
    const thread = connectScimRecords(place);
    recordThreads.push(thread);
    return thread;
  });
  const { scim: settings } = served({ scim: "true", "state-dir": stateDir });
  if (settings === undefined) throw new Error("SCIM is not served");
  const pool = somePool({ id: POOL });
  view = openListsThread(
    {
      poolId: POOL,
      inventory: join(stateDir, "pool.db"),
      settings,
      baseUrl: "https://scim.example.com/scim/v2",
      records: {
        ...records,
        async synced() {
          syncs += 1;
          if (syncFailure !== undefined) throw syncFailure;
          await records.synced();
        },
      },
      pool: async () => pool,
      onUpkeepFailed: (error) => failures.push(error),
      signal: never,
    },
    (place) => {
      const thread = connectLists(place);
      listThreads.push(thread);
      return thread;
    },
  );
});

afterEach(async () => {
  await view.close();
  await records.close();
  rmSync(stateDir, { recursive: true });
});

const query: ListQuery = {
  kinds: ["User"],
  filter: undefined,
  sort: undefined,
  start: { by: "index", startIndex: 1 },
  count: 100,
  projection: { attributes: ["userName", "groups.display"] },
  caller: "okta",
};

async function users(): Promise<readonly Record<string, unknown>[]> {
  const { resources } = await view.list(query, never);
  const parsed: unknown = JSON.parse(resourcesText(resources));
  return Array.isArray(parsed) ? parsed.filter(isRecord) : [];
}

describe("the lists of SCIM in a thread", () => {
  test("answer 503 until there is an inventory, and then its newest run with own writes", async () => {
    await expect(view.list(query, never)).rejects.toMatchObject({
      name: "ScimError",
      status: 503,
      retryAfterSeconds: 30,
    });
    createInventoryFixture(join(stateDir, "pool.db"));
    const before = await users();
    expect(before[0]).toEqual({
      schemas: expect.any(Array),
      id: subOf(1),
      userName: "ada",
      groups: [{ display: "admins" }, { display: "finance" }],
    });
    const sub = subOf(99);
    await records.wrote([{ kind: "user", user: someUser({ sub, username: "new" }) }]);
    const after = await users();
    expect(after.length).toBe(before.length + 1);
    expect(after.at(-1)).toMatchObject({ id: sub, userName: "new" });
    expect(await view.candidates("User", "userName", "NEW", never)).toEqual([sub]);
  });

  test("wait until what they may have read of the records is on disk, and only then (RECORDS-1)", async () => {
    createInventoryFixture(join(stateDir, "pool.db"));
    await users();
    expect(syncs).toBeGreaterThan(0);
    // The first list of a run has what no run needs dropped from the records, beside the lists that follow.
    await vi.waitFor(async () => {
      const before = syncs;
      await users();
      expect(syncs).toBe(before);
    });
    const settled = syncs;
    await records.wrote([{ kind: "user", user: someUser({ sub: subOf(99), username: "new" }) }]);
    syncFailure = new Error("the disk is broken");
    await expect(users()).rejects.toThrow("the disk is broken");
    await expect(view.candidates("User", "userName", "new", never)).rejects.toThrow("the disk is broken");
    syncFailure = undefined;
    await users();
    expect(syncs).toBe(settled + 3);
    await view.candidates("User", "userName", "new", never);
    expect(syncs).toBe(settled + 3);
  });

  test("refuse with the SCIM error of the list", async () => {
    createInventoryFixture(join(stateDir, "pool.db"));
    const cursor = { ...query, start: { by: "cursor", cursor: "1.2.3.4" } } as const;
    await expect(view.list(cursor, never)).rejects.toMatchObject({
      name: "ScimError",
      status: 400,
      scimType: "invalidCursor",
    });
  });

  test("have another thread where one has died", async () => {
    createInventoryFixture(join(stateDir, "pool.db"));
    const all = await users();
    await listThreads[0]?.end();
    expect(await users()).toEqual(all);
    expect(listThreads.length).toBe(2);
  });

  test("drop what no run needs any more once a run is published", async () => {
    createInventoryFixture(join(stateDir, "pool.db"));
    const values = { externalId: "gone", displayName: undefined, values: {}, hidden: false };
    await records.keep({ kind: "User", id: subOf(1), ...values, externalId: "here" });
    // The fixture's newest run is from long ago, and everything that is kept now was kept later.
    await records.keep({ kind: "User", id: "not in the pool", ...values });
    await users();
    view.published();
    await users();
    expect((await records.findMany("User", [subOf(1), "not in the pool"])).size).toBe(2);
    expect(failures).toEqual([]);
  });

  test("say in one line that the inventory is damaged", async () => {
    writeFileSync(join(stateDir, "pool.db"), "not a database ".repeat(500));
    await expect(view.list(query, never)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(/pool\.db is not an inventory of this connector; name another file$/),
    });
  });
});

describe("the records of SCIM in a thread", () => {
  test("keep what was kept when the thread dies, and the next call has another", async () => {
    await records.keep({
      kind: "User",
      id: "u-1",
      externalId: "x",
      displayName: undefined,
      values: {},
      hidden: false,
    });
    await recordThreads[0]?.end();
    const found = await records.find("User", "externalId", "x", never);
    expect(found.map(({ id }) => id)).toEqual(["u-1"]);
    expect(recordThreads.length).toBe(2);
  });

  test("note a user with the attributes that the adapter of Cognito gives", async () => {
    const user = someUser({ sub: subOf(99), attributes: { email: "ann@example.com" } });
    await records.wrote([{ kind: "user", user: listedUser(user) }]);
    const reader = readScimRecords(await records.open());
    expect(reader.writtenUser(1)).toEqual(user);
    reader.close();
  });

  test("answer after the WAL was synced, and not where that fails (RECORDS-1)", async () => {
    const wal = join(stateDir, `${POOL}.scim.db-wal`);
    const write = (username: string) =>
      records.wrote([{ kind: "user", user: someUser({ sub: subOf(99), username }) }]);
    await write("first");
    // SQLite has the file open and writes on.
    renameSync(wal, `${wal}-away`);
    await expect(write("second")).rejects.toMatchObject({
      code: "internal",
      message: "the thread of the records of SCIM ended before it answered",
    });
    renameSync(`${wal}-away`, wal);
    // What it had committed is there, and on disk before the next answer.
    await records.synced();
    expect(recordThreads).toHaveLength(2);
    const reader = readScimRecords(await records.open());
    expect(reader.writesAfter(0, 10)).toHaveLength(2);
    reader.close();
    await write("third");
  });

  test("say why a value belongs to another", async () => {
    const kept = {
      kind: "User",
      externalId: "x",
      displayName: undefined,
      values: {},
      hidden: false,
    } as const;
    await records.keep({ ...kept, id: "u-1" });
    await expect(records.keep({ ...kept, id: "u-2" })).rejects.toMatchObject({
      code: "already-exists",
      message: "externalId belongs to another user",
    });
  });

  test("name a damaged file in one line", async () => {
    writeFileSync(join(stateDir, `${POOL}.scim.db`), "not a database ".repeat(500));
    await expect(records.open()).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(
        /scim\.db is not a file of SCIM records of this connector; move it away[^\n]*$/,
      ),
    });
  });

  test("end with the service", async () => {
    await records.open();
    await records.close();
    await expect(records.find("User", "id", "u-1", never)).rejects.toMatchObject({ code: "canceled" });
  });
});
