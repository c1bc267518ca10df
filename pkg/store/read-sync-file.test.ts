import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  group,
  membership,
  never,
  publishPool,
  storeOptions,
  temporaryFolder,
  user,
} from "../../test/support/store-run.ts";
import { GrantSchema, ResourceSchema } from "../protocol/messages.ts";
import { pack, unpack } from "./publish/envelope.ts";
import { readSyncFile } from "./read-sync-file.ts";

const POOL = { users: ["u1", "u2"], groups: { all: ["u1", "u2"] } };

let folder: { readonly path: string; remove(): void };
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, "pool.c1z");
});
afterEach(() => folder.remove());

describe("reading a file", () => {
  test("gives its runs and their messages, and leaves no copy while it is open", async () => {
    const published = await publishPool(storeOptions(folder.path), POOL);
    const stored = await readSyncFile({ file }, never);
    expect(readdirSync(folder.path)).toEqual(["pool.c1z"]);
    expect(stored.runs()).toEqual([
      { syncId: published.id, type: "full", startedAt: published.startedAt, endedAt: published.endedAt },
    ]);
    expect([...stored.resourceTypes(published.id)].map(({ id }) => id)).toEqual(["user", "group"]);
    expect([...stored.resources(published.id)]).toEqual(
      expect.arrayContaining([user("u1"), user("u2"), group("all")]),
    );
    expect([...stored.entitlements(published.id)].map(({ id }) => id)).toEqual(["group:all:member"]);
    expect([...stored.grants(published.id)]).toEqual([membership("all", "u1"), membership("all", "u2")]);
    expect([...stored.grants("another run")]).toEqual([]);
    stored.close();
    stored.close();
  });

  test("of two runs that ended at one moment, the one that was stored last is the newer one", async () => {
    await publishPool(storeOptions(folder.path), POOL);
    const path = join(folder.path, "database");
    await unpack(file, path, never);
    const database = new DatabaseSync(path);
    database.exec(`
      UPDATE v1_sync_runs SET sync_id = 'z';
      INSERT INTO v1_sync_runs (sync_id, started_at, ended_at, sync_token)
      SELECT 'a', started_at, ended_at, '' FROM v1_sync_runs`);
    database.close();
    await pack(path, file, never);
    const stored = await readSyncFile({ file }, never);
    expect(stored.runs().map(({ syncId }) => syncId)).toEqual(["a", "z"]);
    stored.close();
  });

  test("of an older writer: fewer tables, WAL mode, an unfinished run, grants that name nobody in the message", async () => {
    const path = join(folder.path, "old.db");
    const database = new DatabaseSync(path);
    database.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE v1_sync_runs (id integer primary key, sync_id text, started_at datetime, ended_at datetime,
        sync_token text, sync_type text);
      CREATE TABLE v1_grants (id integer primary key, resource_type_id text, resource_id text, entitlement_id text,
        principal_resource_type_id text, principal_resource_id text, external_id text, data blob, sync_id text);
      CREATE TABLE v1_resources (id integer primary key, data blob, sync_id text);
      INSERT INTO v1_sync_runs VALUES (1, 'a', '2026-11-21 12:50:11.291765663', NULL, '', 'partial')`);
    const slim = toBinary(GrantSchema, create(GrantSchema, { id: "group:g:member:user:u" }));
    database
      .prepare("INSERT INTO v1_grants VALUES (1, 'group', 'g', 'group:g:member', 'user', 'u', 'x', ?, 'a')")
      .run(slim);
    database.prepare("INSERT INTO v1_resources VALUES (1, ?, 'a')").run(toBinary(ResourceSchema, user("u")));
    database.close();
    await pack(path, file, never);
    const stored = await readSyncFile({ file }, never);
    expect(stored.runs()).toEqual([
      { syncId: "a", type: "partial", startedAt: new Date("2026-11-21T12:50:11.291Z"), endedAt: undefined },
    ]);
    expect([...stored.grants("a")][0]).toMatchObject({
      id: "group:g:member:user:u",
      entitlement: { id: "group:g:member", resource: { id: { resourceType: "group", resource: "g" } } },
      principal: { id: { resourceType: "user", resource: "u" } },
    });
    expect(() => [...stored.entitlements("a")]).toThrow(expect.objectContaining({ name: "GovernanceError" }));
    stored.close();
  });

  test("of an SDK that knew full runs only, and had no column for their type", async () => {
    const { id } = await publishPool(storeOptions(folder.path), POOL);
    const path = join(folder.path, "database");
    await unpack(file, path, never);
    const database = new DatabaseSync(path);
    database.exec("ALTER TABLE v1_sync_runs DROP COLUMN sync_type; DROP TABLE connector_runs");
    database.close();
    await pack(path, file, never);
    const stored = await readSyncFile({ file }, never);
    expect(stored.runs()).toMatchObject([{ syncId: id, type: "full" }]);
    expect([...stored.grants(id)]).toHaveLength(2);
    expect(stored.origin(id)).toBeUndefined();
    stored.close();
  });

  test("unpacks into the folder that it is given", async () => {
    await publishPool(storeOptions(folder.path), POOL);
    const place = { file, tempDir: join(folder.path, "nowhere"), tempSetting: "--c1z-temp-dir" } as const;
    await expect(readSyncFile(place, never)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(/nowhere \(ENOENT\); name another place in --c1z-temp-dir$/),
    });
    (await readSyncFile({ file, tempDir: folder.path }, never)).close();
  });

  test.for([
    ["no file at all", undefined, "internal"],
    ["an empty file", Buffer.alloc(0), "failed-precondition"],
    ["a v3 file", Buffer.from("C1Z3\0", "latin1"), "failed-precondition"],
  ] as const)("%s is an error", async ([, bytes, code]) => {
    if (bytes !== undefined) writeFileSync(file, bytes);
    await expect(readSyncFile({ file }, never)).rejects.toMatchObject({ name: "GovernanceError", code });
    expect(readdirSync(folder.path)).toEqual(bytes === undefined ? [] : ["pool.c1z"]);
  });

  test("what is packed and no database is damaged", async () => {
    const path = join(folder.path, "text");
    writeFileSync(path, "not a database, ".repeat(1000));
    await pack(path, file, never);
    const before = readFileSync(file);
    await expect(readSyncFile({ file }, never)).rejects.toMatchObject({ code: "data-loss" });
    expect(readFileSync(file)).toEqual(before);
  });

  test.for([
    ["a row that is not a message", "UPDATE v1_resources SET data = x'ff'"],
    ["a time that is not one", "UPDATE v1_sync_runs SET started_at = 'noon'"],
    ["no table of resources", "DROP TABLE v1_resources"],
    ["no table of runs", "DROP TABLE v1_sync_runs"],
    ["no column of rows", "ALTER TABLE v1_resources RENAME COLUMN data TO date"],
    ["a number that no writer gives", "ALTER TABLE v1_sync_runs ADD COLUMN n INT DEFAULT 9007199254740993"],
  ] as const)("%s is damage, whatever is read", async ([, sql]) => {
    await publishPool(storeOptions(folder.path), POOL);
    const path = join(folder.path, "database");
    await unpack(file, path, never);
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
    await pack(path, file, never);
    await expect(readAll()).rejects.toMatchObject({ name: "GovernanceError", code: "data-loss" });
  });

  async function readAll(): Promise<void> {
    const stored = await readSyncFile({ file }, never);
    try {
      for (const { syncId } of stored.runs()) expect([...stored.resources(syncId)]).toHaveLength(0);
    } finally {
      stored.close();
    }
  }
});
