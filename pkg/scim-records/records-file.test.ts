import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KeptResource } from "../scim/records.ts";
import { DatabaseSync } from "../sqlite/database.ts";
import { createScimRecords, type StoredScimRecords } from "./sqlite-records.ts";

const POOL = "eu-west-1_AbCd12345";
const never = new AbortController().signal;
let stateDir: string;
let open: StoredScimRecords[];

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "scim-records-"));
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  rmSync(stateDir, { recursive: true, force: true });
});

const file = () => join(stateDir, `${POOL}.scim.db`);

function records(poolId = POOL): StoredScimRecords {
  const made = createScimRecords({ stateDir, poolId }, () => 1_000);
  open.push(made);
  return made;
}

function kept(id: string, over: Partial<KeptResource> = {}): KeptResource {
  return {
    kind: "User",
    id,
    externalId: undefined,
    displayName: undefined,
    values: {},
    hidden: false,
    ...over,
  };
}

describe("the file", () => {
  test("is private to this user", async () => {
    await records().keep(kept("u-1"));
    for (const suffix of ["", "-wal", "-shm"]) expect(statSync(file() + suffix).mode & 0o777).toBe(0o600);
  });

  test("knows of no write before the first one", async () => {
    expect(await records().lastWriteAt()).toBeUndefined();
  });

  test("is not made before the first call", () => {
    records();
    expect(existsSync(file())).toBe(false);
  });

  test("is not made beside the log of one that was moved away", async () => {
    writeFileSync(`${file()}-wal`, "pages");
    await expect(records().lastWriteAt()).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(/db-wal is left of a database that was moved away or removed; [^\n]+$/),
    });
    expect(existsSync(file())).toBe(false);
  });

  test("of another pool, another program or a newer version is refused and left as it is", async () => {
    await records().keep(kept("u-1"));
    await open.pop()?.close();
    const database = new DatabaseSync(file());
    database.exec("UPDATE pool SET pool_id = 'eu-west-1_Other'");
    database.close();
    await expect(records().open()).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("has the records of pool eu-west-1_Other; name another --state-dir"),
    });
    const newer = new DatabaseSync(file());
    newer.exec("UPDATE pool SET pool_id = 'x'; PRAGMA user_version = 9");
    newer.close();
    await expect(records().open()).rejects.toThrow("has version 9 of the records of SCIM");
    const other = new DatabaseSync(file());
    other.exec("PRAGMA application_id = 5");
    other.close();
    const before = readFileSync(file());
    await expect(records().open()).rejects.toThrow("is not a file of SCIM records of this connector");
    expect(readFileSync(file()).equals(before)).toBe(true);
    writeFileSync(file(), "not a database at all, and long enough to be read as one ".repeat(40));
    await expect(records().open()).rejects.toThrow("is not a file of SCIM records");
  });

  test("that is damaged gives one line that names it and the cure", async () => {
    const store = records();
    for (let n = 0; n < 500; n += 1) await store.keep(kept(`u-${n}`, { externalId: `x-${n}` }));
    await store.close();
    const bytes = readFileSync(file());
    bytes.fill(0xa5, 4096 * 2, 4096 * 6);
    writeFileSync(file(), bytes);
    const failure: unknown = await records()
      .open()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(/^\S+\.scim\.db is damaged; move it away and start again: [^\n]+$/),
    });
  });

  test("with a row that no connector writes gives one line too", async () => {
    const store = records();
    await store.keep(kept("u-1"));
    const database = new DatabaseSync(file());
    database.exec("UPDATE kept SET kept = '{'");
    database.close();
    await expect(store.find("User", "id", "u-1", never)).rejects.toMatchObject({
      code: "data-loss",
      message: expect.stringMatching(/^cannot read \S+\.scim\.db: it is damaged; move it away[^\n]+$/),
    });
  });

  test.for(["removed", "replaced"])(
    "that was %s while it was in use takes no writes that would be lost",
    async (how) => {
      const ours = records();
      await ours.keep(kept("u-1", { externalId: "00u1" }));
      for (const suffix of ["", "-wal", "-shm"]) rmSync(file() + suffix);
      if (how === "replaced") await records().keep(kept("u-2"));
      for (const work of [
        () => ours.keep(kept("u-1", { externalId: "00u2" })),
        () => ours.findMany("User", ["u-1"]),
        () => ours.begin({ key: "k", kind: "User", id: undefined }),
      ])
        await expect(work()).rejects.toMatchObject({
          code: "failed-precondition",
          reason: "own-files",
          message: expect.stringMatching(/was removed or replaced while it was in use; .*restart/),
        });
    },
  );

  test("is not written through a link", async () => {
    symlinkSync(join(stateDir, "elsewhere"), file());
    await expect(records().open()).rejects.toThrow("is a symbolic link");
  });
});
