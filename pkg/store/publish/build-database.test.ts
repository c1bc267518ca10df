import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  entitlement,
  group,
  membership,
  never,
  newRun,
  POOL_ID,
  publishPool,
  readPool,
  storeOptions,
  syncPage,
  TYPES,
  temporaryFolder,
  user,
} from "../../../test/support/store-run.ts";
import {
  advance,
  firstListings,
  GROUPS_LISTING,
  membersListing,
  USERS_LISTING,
} from "../../core/sync-plan.ts";
import { type SyncScope, WHOLE_POOL } from "../../core/sync-scope.ts";
import { type Resource, ResourceSchema } from "../../protocol/messages.ts";
import { readRun } from "../../sqlite/work/run-state.ts";
import { syncPaths } from "../paths.ts";
import { openSyncFile } from "../sync-file.ts";
import { unpack } from "./envelope.ts";
import { openPrevious } from "./previous-file.ts";
import { publishRun } from "./publish.ts";

const POOL = { users: ["u1", "u2"], groups: { all: ["u1", "u2"], "a:b": ["u1", "u3"] } };

let folder: { readonly path: string; remove(): void };
let open: DatabaseSync[];
beforeEach(() => {
  folder = temporaryFolder();
  open = [];
});
afterEach(() => {
  for (const database of open) database.close();
  folder.remove();
});

async function published(
  now: () => number = () => Date.UTC(2026, 10, 21, 12, 0, 0, 250),
): Promise<DatabaseSync> {
  const options = storeOptions(folder.path, { now });
  await publishPool(options, POOL);
  const path = join(folder.path, "unpacked.db");
  await unpack(options.file, path, never);
  const database = new DatabaseSync(path, { readOnly: true });
  open.push(database);
  return database;
}

function column(database: DatabaseSync, sql: string): unknown[] {
  return database
    .prepare(sql)
    .all()
    .map((row) => Object.values(row)[0]);
}

// What a v1 file of the Baton SDK v0.25 holds, by PRAGMA table_info and sqlite_schema: name, type, not null, default.
const TABLES: Readonly<Record<string, string>> = {
  v1_resource_types:
    "id integer 0 null 1, external_id text 1 null 0, data blob 1 null 0, sync_id text 1 null 0, discovered_at datetime 1 null 0",
  v1_resources:
    "id integer 0 null 1, resource_type_id text 1 null 0, external_id text 1 null 0, parent_resource_type_id text 0 null 0, parent_resource_id text 0 null 0, data blob 1 null 0, sync_id text 1 null 0, discovered_at datetime 1 null 0",
  v1_entitlements:
    "id integer 0 null 1, resource_type_id text 1 null 0, resource_id text 1 null 0, external_id text 1 null 0, data blob 1 null 0, sync_id text 1 null 0, discovered_at datetime 1 null 0",
  v1_grants:
    "id integer 0 null 1, resource_type_id text 1 null 0, resource_id text 1 null 0, entitlement_id text 1 null 0, principal_resource_type_id text 1 null 0, principal_resource_id text 1 null 0, external_id text 1 null 0, expansion blob 0 null 0, needs_expansion integer 1 0 0, data blob 1 null 0, sync_id text 1 null 0, discovered_at datetime 1 null 0",
  v1_assets:
    "id integer 0 null 1, external_id text 1 null 0, content_type text 1 null 0, data blob 1 null 0, sync_id text 1 null 0, discovered_at datetime 1 null 0",
  v1_sync_runs:
    "id integer 0 null 1, sync_id text 1 null 0, started_at datetime 1 null 0, ended_at datetime 0 null 0, sync_token text 1 null 0, sync_type text 1 'full' 0, parent_sync_id text 1 '' 0, linked_sync_id text 1 '' 0, supports_diff integer 1 0 0, grants_backfilled integer 1 0 0, stats text 0 null 0, ingest_invariant_generation text 1 '' 0, ingest_invariant_coverage text 1 '' 0, ingest_invariant_mode text 1 '' 0",
  v1_connector_sessions: "id integer 0 null 1, sync_id text 1 null 0, key text 1 null 0, value blob 1 null 0",
};

const INDICES: Readonly<Record<string, string>> = {
  idx_resource_types_external_sync_v1: "v1_resource_types unique external_id,sync_id",
  idx_resources_resource_type_id_v1: "v1_resources resource_type_id",
  idx_resources_external_sync_v1: "v1_resources parent_resource_type_id,parent_resource_id",
  idx_resources_parent_resource_id_v1: "v1_resources unique external_id,sync_id",
  idx_entitlements_resource_id_v1: "v1_entitlements resource_type_id,resource_id",
  idx_entitlements_external_sync_v1: "v1_entitlements unique external_id,sync_id",
  idx_grants_resource_type_id_resource_id_v1: "v1_grants resource_type_id,resource_id",
  idx_grants_principal_id_v1: "v1_grants principal_resource_type_id,principal_resource_id",
  idx_grants_entitlement_id_principal_id_v1:
    "v1_grants entitlement_id,principal_resource_type_id,principal_resource_id",
  idx_grants_external_sync_v1: "v1_grants unique external_id,sync_id",
  idx_grants_entitlement_sync_grant_v1: "v1_grants entitlement_id,sync_id,id",
  idx_grants_sync_expansion_v1: "v1_grants partial sync_id",
  idx_grants_sync_needs_expansion_v1: "v1_grants partial sync_id",
  idx_assets_external_sync_v1: "v1_assets unique external_id,sync_id",
  idx_sync_runs_sync_id_v1: "v1_sync_runs unique sync_id",
  idx_session_store_sync_key_v1: "v1_connector_sessions unique sync_id,key",
};

describe("the database of a published file", () => {
  test("has the tables and columns of the Baton SDK", async () => {
    const database = await published();
    const found = Object.keys(TABLES).map((table) => {
      const columns = database
        .prepare('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)')
        .all(table)
        .map((row) => Object.values(row).map(String).join(" "));
      return [table, columns.join(", ").toLowerCase()];
    });
    expect(Object.fromEntries(found)).toEqual(TABLES);
    const ours = column(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    expect(ours).toEqual(["connector_runs", ...Object.keys(TABLES)].toSorted());
  });

  test("has its indices, by their names", async () => {
    const database = await published();
    const found: Record<string, string> = {};
    for (const table of Object.keys(TABLES)) {
      for (const index of database
        .prepare('SELECT name, "unique", partial FROM pragma_index_list(?)')
        .all(table)) {
        const names = column(
          database,
          `SELECT name FROM pragma_index_info('${String(index["name"])}') ORDER BY seqno`,
        );
        const kind = `${index["unique"] === 1 ? "unique " : ""}${index["partial"] === 1 ? "partial " : ""}`;
        found[String(index["name"])] = `${table} ${kind}${names.join(",")}`;
      }
    }
    expect(found).toEqual(INDICES);
    const partial = column(
      database,
      "SELECT sql FROM sqlite_schema WHERE sql LIKE '% WHERE %' ORDER BY name",
    );
    expect(partial.map(String).map((sql) => sql.replace(/.* WHERE /, ""))).toEqual([
      "expansion is not null",
      "needs_expansion = 1",
    ]);
  });

  test("has its settings, and passes SQLite's own full check", async () => {
    const database = await published();
    const pragma = (name: string) => column(database, `PRAGMA ${name}`)[0];
    expect(
      ["page_size", "encoding", "application_id", "user_version", "auto_vacuum", "freelist_count"].map(
        pragma,
      ),
    ).toEqual([4096, "UTF-8", 0, 0, 0, 0]);
    expect(pragma("integrity_check")).toBe("ok");
  });

  test("has one finished full run, described as the field describes it", async () => {
    const database = await published();
    const [run] = database.prepare("SELECT * FROM v1_sync_runs").all();
    expect(run).toEqual({
      id: 1,
      sync_id: expect.stringMatching(/^[0-9A-Za-z]{27}$/),
      started_at: "2026-11-21 12:00:00.25",
      ended_at: "2026-11-21 12:00:00.25",
      sync_token: "",
      sync_type: "full",
      parent_sync_id: "",
      linked_sync_id: "",
      supports_diff: 1,
      grants_backfilled: 1,
      stats: expect.any(String),
      ingest_invariant_generation: "",
      ingest_invariant_coverage: "",
      ingest_invariant_mode: "",
    });
    expect(JSON.parse(String(run?.["stats"]))).toEqual({
      resource_types: 2,
      resources: 5,
      entitlements: 2,
      grants: 4,
      resources_by_resource_type: { group: 2, user: 3 },
      entitlements_by_resource_type: { group: 2 },
      grants_by_resource_type: { group: 4 },
    });
    expect(database.prepare("SELECT * FROM connector_runs").all()).toEqual([
      {
        sync_id: run?.["sync_id"],
        user_pool_id: POOL_ID,
        user_id_kind: "sub",
        mapping_version: 1,
        connector_version: "0.0.0-test",
        user_rows: 3,
        group_rows: 2,
        membership_rows: 4,
        scope: "",
      },
    ]);
  });

  test("has rows whose columns say what their message says", async () => {
    const database = await published();
    expect(column(database, "SELECT external_id FROM v1_resource_types ORDER BY id")).toEqual([
      "user",
      "group",
    ]);
    expect(column(database, "SELECT external_id FROM v1_resources ORDER BY external_id")).toEqual([
      "group:a:b",
      "group:all",
      "user:u1",
      "user:u2",
      "user:u3",
    ]);
    const [grant] = database.prepare("SELECT * FROM v1_grants WHERE principal_resource_id = 'u3'").all();
    expect(grant).toMatchObject({
      resource_type_id: "group",
      resource_id: "a:b",
      entitlement_id: "group:a:b:member",
      principal_resource_type_id: "user",
      principal_resource_id: "u3",
      external_id: "group:a:b:member:user:u3",
      expansion: null,
      needs_expansion: 0,
      discovered_at: "2026-11-21 12:00:00.25",
    });
    const right = database.prepare("SELECT * FROM v1_entitlements WHERE resource_id = 'a:b'").get();
    expect(right).toMatchObject({ resource_type_id: "group", external_id: "group:a:b:member" });
    const parents =
      "SELECT DISTINCT parent_resource_type_id IS NULL AND parent_resource_id IS NULL FROM v1_resources";
    expect(column(database, parents)).toEqual([1]);
  });
});

test("a parent comes into its columns", async () => {
  const options = storeOptions(folder.path);
  const file = await openSyncFile(options, never);
  await file.begin(newRun(), TYPES, firstListings(WHOLE_POOL));
  const child: Resource = create(ResourceSchema, {
    id: { resourceType: "group", resource: "child" },
    parentResourceId: { resourceType: "pool", resource: "p" },
  });
  await file.commit(syncPage(advance(GROUPS_LISTING, ""), { resources: [child] }));
  await file.commit(syncPage(advance(USERS_LISTING, "")));
  await file.publish({ acceptShrink: false }, never);
  await file.close();
  const path = join(folder.path, "unpacked.db");
  await unpack(options.file, path, never);
  const database = new DatabaseSync(path, { readOnly: true });
  open.push(database);
  expect(
    database.prepare("SELECT parent_resource_type_id AS t, parent_resource_id AS i FROM v1_resources").all(),
  ).toEqual([{ t: "pool", i: "p" }]);
});

test("two memberships whose joined ids are one are not merged into one silently", async () => {
  const file = await openSyncFile(storeOptions(folder.path), never);
  await file.begin(newRun(), TYPES, firstListings(WHOLE_POOL));
  // Ids are joined raw: in the group `a` somebody is called `b:member:user:c`, in the other group somebody is called `c`.
  const [one, other] = ["a", "a:member:user:b"];
  const names = [one, other];
  await file.commit(
    syncPage(advance(USERS_LISTING, ""), { resources: [user("c"), user("b:member:user:c")] }),
  );
  await file.commit(
    syncPage(advance(GROUPS_LISTING, ""), {
      resources: names.map(group),
      entitlements: names.map(entitlement),
      opens: names.map(membersListing),
    }),
  );
  await file.commit(
    syncPage(advance(membersListing(one), ""), { grants: [membership(one, "b:member:user:c")] }),
  );
  await file.commit(syncPage(advance(membersListing(other), ""), { grants: [membership(other, "c")] }));
  expect(file.counts.memberships).toBe(2);
  await expect(file.publish({ acceptShrink: false }, never)).rejects.toMatchObject({
    code: "data-loss",
    message: expect.stringContaining("two rows of the run have the same id"),
  });
  await file.close();
  expect(existsSync(join(folder.path, "pool.c1z"))).toBe(false);
});

const ONE_USER: SyncScope = { users: ["u1"], groups: [], depth: "grants" };

test.for([
  ["the new run alone", WHOLE_POOL, 1],
  ["the newest full run beside a partial one", ONE_USER, 2],
] as const)(
  "a file that its readers would refuse for its size keeps %s (STORE-8)",
  async ([, scope, runs]) => {
    await publishPool(storeOptions(folder.path), POOL);
    await publishPool(storeOptions(folder.path), POOL);
    const options = storeOptions(folder.path, { scope });
    const file = await openSyncFile(options, never);
    await readPool(file, POOL, { scope });
    await file.close();
    const paths = syncPaths(options.file, options.stateDir, { isPartial: scope !== WHOLE_POOL });
    const previous = await openPrevious(paths.target, paths.previous, { ...options, scope }, never);
    const work = new DatabaseSync(paths.work);
    open.push(work);
    const run = readRun(work);
    if (run === undefined) throw new Error("no run");
    const deps = {
      paths,
      work,
      run,
      scope,
      previous,
      target: statSync(paths.target),
      recreatedGroups: [],
      connectorVersion: "0.0.0-test",
      acceptShrink: false,
      nowMs: Date.UTC(2026, 10, 22),
    };
    const outcome = await publishRun({ ...deps, maxDatabaseBytes: 1 }, never);
    expect(outcome.runs).toBe(runs);
    previous.close();
    const again = await openPrevious(paths.target, paths.previous, { ...options, scope }, never);
    const kept = previous.runs.slice(0, runs - 1).map(({ syncId }) => syncId);
    expect(again.runs.map(({ syncId }) => syncId)).toEqual([run.syncId, ...kept]);
    again.close();
  },
);

test.for([
  ["a user", "DELETE FROM resources WHERE resource_id = 'u2'", "4 resources and counted 5"],
  ["a group", "DELETE FROM names WHERE resource_id = 'all'", "1 groups and counted 2"],
  ["a membership", "DELETE FROM grants WHERE principal_id = 'u3'", "3 memberships and counted 4"],
] as const)("a run that has lost %s is not published (STORE-6)", async ([, loss, problem]) => {
  const options = storeOptions(folder.path);
  const file = await openSyncFile(options, never);
  await readPool(file, POOL);
  await file.close();
  const work = new DatabaseSync(syncPaths(options.file, options.stateDir, { isPartial: false }).work);
  work.exec(loss);
  work.close();
  const again = await openSyncFile(options, never);
  expect(again.resumed).toBe(true);
  await expect(again.publish({ acceptShrink: false }, never)).rejects.toMatchObject({
    code: "internal",
    message: expect.stringContaining(problem),
  });
  await again.close();
  expect(existsSync(options.file)).toBe(false);
});
