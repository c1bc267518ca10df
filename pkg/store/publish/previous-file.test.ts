import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  never,
  POOL_ID,
  publishPool,
  storeOptions,
  temporaryFolder,
} from "../../../test/support/store-run.ts";
import { WHOLE_POOL } from "../../core/sync-scope.ts";
import { pack, unpack } from "./envelope.ts";
import { openPrevious } from "./previous-file.ts";

const POOL = { users: ["u1", "u2", "u3"], groups: { all: ["u1", "u2", "u3"], none: [], "a:b": ["u1"] } };
const FINGERPRINT = { poolId: POOL_ID, userIdKind: "sub", mappingVersion: 1 } as const;

let folder: { readonly path: string; remove(): void };
let file: string;
let into: string;
let published: Buffer;
beforeAll(async () => {
  const first = temporaryFolder();
  await publishPool(storeOptions(first.path), POOL);
  published = readFileSync(join(first.path, "pool.c1z"));
  first.remove();
});
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, "pool.c1z");
  into = join(folder.path, "unpacked");
  writeFileSync(file, published, { mode: 0o600 });
});
afterEach(() => folder.remove());

/** The published file with its database changed by hand. */
async function tampered(change: (database: DatabaseSync) => void): Promise<void> {
  const path = join(folder.path, "tampered.db");
  await unpack(file, path, never);
  const database = new DatabaseSync(path);
  change(database);
  database.close();
  await pack(path, file, never);
}

async function refusal(
  fingerprint = FINGERPRINT as Parameters<typeof openPrevious>[2]["fingerprint"],
): Promise<string> {
  const before = readFileSync(file);
  const error: unknown = await openPrevious(file, into, { fingerprint, scope: WHOLE_POOL }, never).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: "failed-precondition" });
  expect(readFileSync(file)).toEqual(before);
  expect(existsSync(into)).toBe(false);
  expect(String(error)).toContain(file);
  expect(String(error)).not.toContain("\n");
  return String(error);
}

test("a file of ours tells its newest run and who was in which group", async () => {
  const previous = await openPrevious(file, into, { fingerprint: FINGERPRINT, scope: WHOLE_POOL }, never);
  expect(previous.runs).toHaveLength(1);
  expect(previous.runs[0].counts).toEqual({ users: 3, groups: 3, memberships: 4 });
  expect(previous.runs[0].endedAtMs).toBe(Date.UTC(2026, 10, 21, 12));
  expect(["all", "none", "a:b", "nobody's"].map((group) => previous.membersOf(group))).toEqual([3, 0, 1, 0]);
  previous.close();
  previous.close();
  expect(existsSync(into)).toBe(false);
});

test("a newer mapping of the same pool may follow an older one", async () => {
  const previous = await openPrevious(
    file,
    into,
    { fingerprint: { ...FINGERPRINT, mappingVersion: 2 }, scope: WHOLE_POOL },
    never,
  );
  expect(previous.membersOf("all")).toBe(3);
  previous.close();
});

describe("a file that is not ours, or not of this pool, is refused and left alone (STORE-2)", () => {
  test("of another pool", async () => {
    expect(await refusal({ ...FINGERPRINT, poolId: "eu-west-1_Other" })).toContain(
      `holds the user pool ${POOL_ID}, and this sync reads eu-west-1_Other; move the file away, or name another file with --file if`,
    );
  });

  test("of the other kind of user ids", async () => {
    expect(await refusal({ ...FINGERPRINT, userIdKind: "username" })).toContain(
      "knows its users by sub, and this sync would by username; set user-id to sub, or move the file away, or name another file with --file if this is not the file of the platform's tasks",
    );
  });

  test("of another connector", async () => {
    await tampered((database) => database.exec("DROP TABLE connector_runs"));
    expect(await refusal()).toContain("was not written by this connector");
  });

  test("with a run that another connector added", async () => {
    await tampered((database) =>
      database.exec(`INSERT INTO v1_sync_runs (sync_id, started_at, ended_at, sync_token)
        VALUES ('x', '2027-01-01 00:00:00', '2027-01-01 00:00:00', '')`),
    );
    expect(await refusal()).toContain("holds a run that this connector did not write");
  });

  test("with a run that was never finished", async () => {
    await tampered((database) => database.exec("UPDATE v1_sync_runs SET ended_at = NULL"));
    expect(await refusal()).toContain("holds a run that this connector did not write");
  });

  test("without a run", async () => {
    await tampered((database) => database.exec("DELETE FROM v1_sync_runs"));
    expect(await refusal()).toContain("holds no finished run");
  });

  test("with a run that ended at no time", async () => {
    await tampered((database) => database.exec("UPDATE v1_sync_runs SET ended_at = 'soon'"));
    expect(await refusal()).toContain("is damaged");
  });

  test("with a table that lacks a column", async () => {
    await tampered((database) => database.exec("ALTER TABLE v1_sync_runs DROP COLUMN stats"));
    expect(await refusal()).toContain("lacks columns of v1_sync_runs");
  });

  test("that holds no SQLite database", async () => {
    const path = join(folder.path, "text");
    writeFileSync(path, "some text that somebody compressed ".repeat(400));
    await pack(path, file, never);
    expect(await refusal()).toContain("is damaged: what it holds is not a valid SQLite database");
  });

  test.for([1, 2, 3, 4, 5, 6, 7, 8])(
    "whose database lost its page %i, though the envelope is whole",
    async (page) => {
      const path = join(folder.path, "damaged.db");
      await unpack(file, path, never);
      const bytes = readFileSync(path);
      bytes.fill(0xab, page * 4096, (page + 1) * 4096);
      writeFileSync(path, bytes);
      await pack(path, file, never);
      expect(await refusal()).toContain("is damaged");
    },
  );

  test("whose database is cut short", async () => {
    const path = join(folder.path, "cut.db");
    await unpack(file, path, never);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 4096));
    await pack(path, file, never);
    expect(await refusal()).toContain("is damaged");
  });
});
