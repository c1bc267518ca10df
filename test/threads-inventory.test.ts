import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createConnector } from "../pkg/connector/create-connector.ts";
import { firstListings } from "../pkg/core/sync-plan.ts";
import { WHOLE_POOL } from "../pkg/core/sync-scope.ts";
import { openSqliteTarget } from "../pkg/inventory/sqlite/target/sqlite-target.ts";
import { openSqliteTargetThread } from "../pkg/inventory/sqlite/thread/inventory-thread.ts";
import { DatabaseSync } from "../pkg/sqlite/database.ts";
import { fakeDirectory, POOL, someUser } from "./support/fake-directory.ts";
import { listedUser } from "./support/listed-user.ts";
import { syncInto } from "./support/memory-target.ts";
import { never, newRun, temporaryFolder } from "./support/store-run.ts";
import { targetContract } from "./support/target-contract.ts";

const RUN = newRun();
let folder: { readonly path: string; remove(): void };

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** The thread has the clock of the machine, and the runs of these tests are of a fixed day. */
function options(stateDir: string, more = { acceptShrink: false }) {
  return {
    ...more,
    stateDir,
    maxIdleMs: Number.MAX_SAFE_INTEGER,
    fingerprint: { poolId: POOL, userIdKind: "sub", mappingVersion: 1 },
    describePool: async () => undefined,
  } as const;
}

targetContract("an inventory in a thread of its own", () => {
  const own = temporaryFolder();
  return {
    open: (more) => openSqliteTargetThread(join(own.path, "pool.db"), options(own.path, more), never),
    remove: () => own.remove(),
  };
});

test("what the thread has committed is there for the next sync, in this thread or another", async () => {
  const file = join(folder.path, "pool.db");
  const first = await openSqliteTargetThread(file, options(folder.path), never);
  await first.begin(RUN, [], firstListings(WHOLE_POOL));
  await first.close();
  const second = await openSqliteTarget(file, { ...options(folder.path), now: Date.now }, never);
  expect([second.run, second.resumed]).toEqual([RUN, true]);
  await second.discard();
  await second.close();
  expect(readdirSync(folder.path)).toEqual(["pool.db"]);
});

test("a file of another program is refused as in this thread", async () => {
  const file = join(folder.path, "pool.db");
  writeFileSync(file, "something else");
  await expect(openSqliteTargetThread(file, options(folder.path), never)).rejects.toMatchObject({
    code: "failed-precondition",
    message: expect.stringContaining(`${file} is not an inventory of this connector`),
  });
});

test("a signal that has fired opens nothing", async () => {
  const file = join(folder.path, "pool.db");
  const opening = openSqliteTargetThread(file, options(folder.path), AbortSignal.abort());
  await expect(opening).rejects.toMatchObject({ code: "canceled" });
  expect(existsSync(file)).toBe(false);
});

test("a user comes to the thread with the attributes that the adapter of Cognito gives", async () => {
  const attributes = { email: "ann@example.com", "custom:cost_center": "17" };
  const users = [listedUser(someUser({ attributes }))];
  const { directory } = fakeDirectory({ users, groups: [], members: new Map() });
  const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
  const file = join(folder.path, "pool.db");
  const target = await openSqliteTargetThread(file, options(folder.path), never);
  await syncInto([target], { connector, listingsAtOnce: 1 });
  await target.publish({ acceptShrink: false }, never);
  await target.close();
  const database = new DatabaseSync(file);
  expect(database.prepare("SELECT email, attributes FROM users").all()).toEqual([
    { email: "ann@example.com", attributes: '{"custom:cost_center":"17"}' },
  ]);
  database.close();
});
