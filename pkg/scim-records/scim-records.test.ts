import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { someGroup, someUser } from "../../test/support/fake-directory.ts";
import type { KeptResource } from "../scim/records.ts";
import { readScimRecords } from "./read-records.ts";
import { createScimRecords, type StoredScimRecords } from "./sqlite-records.ts";

const POOL = "eu-west-1_AbCd12345";
const never = new AbortController().signal;
let stateDir: string;
let nowMs: number;
let open: StoredScimRecords[];

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "scim-records-"));
  nowMs = 1_000;
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  rmSync(stateDir, { recursive: true, force: true });
});

function records(): StoredScimRecords {
  const made = createScimRecords({ stateDir, poolId: POOL }, () => nowMs);
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

const group = (id: string, displayName: string): KeptResource => kept(id, { kind: "Group", displayName });
const ids = (found: readonly KeptResource[]) => found.map(({ id }) => id);

describe("kept values", () => {
  test("come back as they were kept, by each of their names, after a restart", async () => {
    const ada = kept("u-1", {
      externalId: "00u1",
      displayName: "Ada Roe",
      values: { userName: "Ada@Corp.Test", emails: [{ value: "ada@corp.test", primary: true }] },
    });
    const first = records();
    await first.keep(ada);
    await first.close();
    const again = records();
    expect(await again.find("User", "id", "u-1", never)).toEqual([ada]);
    expect(await again.find("User", "externalId", "00u1", never)).toEqual([ada]);
    expect(await again.find("User", "externalId", "00U1", never)).toEqual([]);
    expect(await again.find("User", "displayName", "ADA ROE", never)).toEqual([ada]);
    expect(await again.find("User", "userName", "ada@corp.test", never)).toEqual([ada]);
    expect(await again.find("Group", "id", "u-1", never)).toEqual([]);
    expect([...(await again.findMany("User", ["u-1", "u-2"])).keys()]).toEqual(["u-1"]);
    await again.forget("User", "u-1");
    expect(await again.find("User", "id", "u-1", never)).toEqual([]);
  });

  test("are replaced as a whole", async () => {
    const store = records();
    await store.keep(kept("u-1", { externalId: "a", values: { nickName: "x" } }));
    await store.keep(kept("u-1", { displayName: "Ada" }));
    expect(await store.find("User", "id", "u-1", never)).toEqual([kept("u-1", { displayName: "Ada" })]);
    expect(await store.find("User", "externalId", "a", never)).toEqual([]);
  });

  test("an externalId is of one resource of each kind, in its exact letter case", async () => {
    const store = records();
    await store.keep(kept("u-1", { externalId: "x" }));
    await expect(store.keep(kept("u-2", { externalId: "x" }))).rejects.toMatchObject({
      code: "already-exists",
      message: "externalId belongs to another user",
    });
    expect(await store.find("User", "id", "u-2", never)).toEqual([]);
    await store.keep(kept("u-2", { externalId: "X" }));
    await store.keep(kept("g-1", { kind: "Group", externalId: "x" }));
    await store.keep(kept("u-1", { externalId: "x", displayName: "again" }));
  });

  test("a displayName is of one group, in any letter case, and of any number of users", async () => {
    const store = records();
    await store.keep(group("sales", "Sales Team"));
    await expect(store.keep(group("sales-2", "SALES team"))).rejects.toMatchObject({
      code: "already-exists",
      message: "displayName belongs to another group",
    });
    await store.keep(group("sales", "Sales TEAM"));
    await store.keep(kept("u-1", { displayName: "Ada" }));
    await store.keep(kept("u-2", { displayName: "ADA" }));
    expect(ids(await store.find("User", "displayName", "ada", never))).toEqual(["u-1", "u-2"]);
  });

  test("a hidden resource takes no name from one that is shown, and is found last", async () => {
    const store = records();
    await store.keep(kept("u-1", { externalId: "x", values: { userName: "ada" }, hidden: true }));
    await store.keep(kept("u-2", { externalId: "x", values: { userName: "ADA" } }));
    expect(ids(await store.find("User", "userName", "Ada", never))).toEqual(["u-2", "u-1"]);
    await expect(store.keep(kept("u-1", { externalId: "x" }))).rejects.toMatchObject({
      code: "already-exists",
    });
  });

  test("names of any letters are kept and found", async () => {
    const store = records();
    const names = ["Zoë/É%20+\"'", "👩‍🚀", "ΣΊΣΥΦΟΣ"];
    for (const name of names) await store.keep(group(name, name));
    for (const name of names) {
      expect(ids(await store.find("Group", "displayName", name.toUpperCase(), never))).toEqual([name]);
      expect(ids(await store.find("Group", "id", name, never))).toEqual([name]);
    }
  });

  test("of resources that are gone are forgotten, unless they were kept again since", async () => {
    const store = records();
    await store.keep(kept("u-1"));
    nowMs = 2_000;
    await store.keep(kept("u-2"));
    await store.forgetGone("User", ["u-1", "u-2"], 1_500);
    expect([...(await store.findMany("User", ["u-1", "u-2"])).keys()]).toEqual(["u-2"]);
  });
});

describe("own writes", () => {
  test("are read by lists in their order, with what was written, after a restart", async () => {
    const ada = someUser({
      sub: "s-1",
      username: "Ada",
      enabled: false,
      attributes: { email: "A@B.test", identities: '[{"userId":"1","providerName":"Google"}]' },
    });
    const user = { ...ada, identities: [] };
    const staff = someGroup("staff", { precedence: 3 });
    const store = records();
    await store.wrote([
      { kind: "user", user },
      { kind: "group", group: staff },
    ]);
    await store.wrote([
      { kind: "member-added", group: "staff", sub: "s-1" },
      { kind: "member-removed", group: "staff", sub: "s-1" },
      { kind: "group-deleted", name: "staff" },
      { kind: "user-deleted", sub: "s-1" },
    ]);
    await store.close();
    const path = await records().open();
    const lists = readScimRecords(path);
    try {
      expect(lists.writesAfter(0, 10)).toEqual([
        { seq: 1, at: 1_000, kind: "user", subject: "s-1", member: undefined },
        { seq: 2, at: 1_000, kind: "group", subject: "staff", member: undefined },
        { seq: 3, at: 1_000, kind: "member-added", subject: "staff", member: "s-1" },
        { seq: 4, at: 1_000, kind: "member-removed", subject: "staff", member: "s-1" },
        { seq: 5, at: 1_000, kind: "group-deleted", subject: "staff", member: undefined },
        { seq: 6, at: 1_000, kind: "user-deleted", subject: "s-1", member: undefined },
      ]);
      expect(lists.writesAfter(4, 1).map(({ seq }) => seq)).toEqual([5]);
      const { identities, ...rest } = lists.writtenUser(1) ?? ada;
      expect({ ...rest, identities: [] }).toEqual(user);
      expect(identities).toMatchObject([{ providerName: "Google", userId: "1" }]);
      expect(lists.writtenGroup(2)).toEqual(staff);
      expect(lists.writtenUser(6)).toBeUndefined();
      expect(lists.named("User", "userName", "ADA")).toEqual(["s-1"]);
      expect(lists.named("User", "email", "a@b.TEST")).toEqual(["s-1"]);
      expect(lists.named("Group", "displayName", "STAFF")).toEqual(["staff"]);
    } finally {
      lists.close();
    }
  });

  test("change the version that lists see, and so do kept values", async () => {
    const store = records();
    const lists = readScimRecords(await store.open());
    const versions = [lists.version(), lists.version()];
    await store.wrote([{ kind: "user-deleted", sub: "s-1" }]);
    versions.push(lists.version());
    await store.keep(kept("u-1", { externalId: "x" }));
    versions.push(lists.version());
    expect(new Set(versions).size).toBe(3);
    expect(versions[0]).toBe(versions[1]);
    expect(lists.kept("User", "u-1")?.externalId).toBe("x");
    expect([...lists.keptBetween("User", "u-0", "u-1").keys()]).toEqual(["u-1"]);
    expect(lists.keptAfter("User", "", 5)).toEqual([{ id: "u-1", at: 1_000 }]);
    expect(lists.named("User", "externalId", "x")).toEqual(["u-1"]);
    lists.close();
  });

  test("are dropped once runs have them, but who is hidden stays hidden", async () => {
    const store = records();
    await store.keep(kept("u-1", { hidden: true }));
    await store.keep(kept("u-2", { hidden: true }));
    await store.keep(kept("u-2"));
    await store.wrote([{ kind: "user", user: someUser({ sub: "u-3", username: "old" }) }]);
    nowMs = 2_000;
    await store.wrote([{ kind: "user-deleted", sub: "u-4" }]);
    expect(await store.lastWriteAt()).toBe(2_000);
    await store.settle(1_500);
    const lists = readScimRecords(await store.open());
    expect(lists.writesAfter(0, 10).map(({ kind, subject }) => [kind, subject])).toEqual([
      ["user-hidden", "u-1"],
      ["user-deleted", "u-4"],
    ]);
    expect(lists.named("User", "userName", "old")).toEqual([]);
    await store.forget("User", "u-1");
    expect(lists.writesAfter(0, 10).at(-1)).toMatchObject({ kind: "user-shown", subject: "u-1" });
    await store.settle(3_000);
    expect(lists.writesAfter(0, 10)).toEqual([]);
    expect(await store.lastWriteAt()).toBe(3_000);
    // The number of a write is never used again: a list that is under way would take it for an old one.
    await store.wrote([{ kind: "user-deleted", sub: "u-5" }]);
    expect(lists.writesAfter(0, 10)).toMatchObject([{ seq: 7 }]);
    lists.close();
  });
});

describe("a request that has begun", () => {
  test("is known to its retry with what it has created, until it is done", async () => {
    const store = records();
    const request = { key: "User ada", kind: "User", id: undefined } as const;
    const begun = { ...request, begunAt: 1_000 };
    expect(await store.unfinished(request.key)).toBeUndefined();
    expect(await store.begin(request)).toBeUndefined();
    expect(await store.unfinished(request.key)).toEqual(begun);
    expect(await store.begin({ ...request, id: "u-1" })).toEqual(begun);
    await store.close();
    const again = records();
    expect(await again.begin(request)).toEqual({ ...begun, id: "u-1" });
    expect(await again.begin(request)).toEqual({ ...begun, id: "u-1" });
    await again.done(request.key);
    expect(await again.unfinished(request.key)).toBeUndefined();
    expect(await again.begin(request)).toBeUndefined();
  });

  test("has the time of its last attempt, until it is known what it has created", async () => {
    const store = records();
    const request = { key: "User ada", kind: "User", id: undefined } as const;
    await store.begin(request);
    nowMs = 2_000;
    await store.begin(request);
    expect(await store.unfinished(request.key)).toEqual({ ...request, begunAt: 2_000 });
    nowMs = 3_000;
    await store.begin({ ...request, id: "u-1" });
    expect(await store.unfinished(request.key)).toEqual({ ...request, id: "u-1", begunAt: 2_000 });
    // The clock is set back: the record stays.
    nowMs = 1;
    expect(await store.unfinished(request.key)).toEqual({ ...request, id: "u-1", begunAt: 2_000 });
  });

  test("is forgotten after a day", async () => {
    const store = records();
    const request = { key: "User ada", kind: "User", id: "u-1" } as const;
    const begun = { ...request, begunAt: 1_000 };
    await store.begin(request);
    nowMs += 24 * 3_600_000;
    expect(await store.begin(request)).toEqual(begun);
    expect(await store.unfinished(request.key)).toEqual(begun);
    nowMs += 1;
    expect(await store.unfinished(request.key)).toBeUndefined();
    expect(await store.begin({ ...request, id: undefined })).toBeUndefined();
  });
});
