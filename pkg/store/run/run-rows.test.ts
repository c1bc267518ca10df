import { DatabaseSync } from "node:sqlite";
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  entitlement,
  group,
  membership,
  never,
  page,
  principal,
  TYPES,
  user,
} from "../../../test/support/store-run.ts";
import {
  advance,
  drop,
  firstListings,
  GROUPS_LISTING,
  membersListing,
  USERS_LISTING,
} from "../../core/sync-plan.ts";
import { WHOLE_POOL } from "../../core/sync-scope.ts";
import { type Resource, ResourceSchema } from "../../protocol/messages.ts";
import { storeError } from "../../sqlite/errors.ts";
import { type RunState, readRun } from "../../sqlite/work/run-state.ts";
import { createWorkTables } from "../../sqlite/work/work-file.ts";
import { RunRows } from "./run-rows.ts";
import { UuidTable } from "./uuid-table.ts";
import { SYNC_WORK } from "./work-schema.ts";

const RUN: RunState = {
  syncId: "s",
  fingerprint: { poolId: "eu-west-1_P", userIdKind: "sub", mappingVersion: 3 },
  scope: "",
  membersReason: "it is set",
  previousId: undefined,
  startedAtMs: 1000,
  progressAtMs: 1000,
  endedAtMs: undefined,
  held: false,
  counts: { users: 0, groups: 0, memberships: 0 },
};

let database: DatabaseSync;
let rows: RunRows;
let nowMs: number;
beforeEach(() => {
  nowMs = 1000;
  database = new DatabaseSync(":memory:");
  createWorkTables(database, SYNC_WORK);
  rows = new RunRows(database, () => nowMs);
  rows.begin(RUN, TYPES, firstListings(WHOLE_POOL));
});

function openListings() {
  return rows.listings.all().filter(({ state }) => state === "open");
}

const ONE_GROUP = {
  resources: [group("g")],
  entitlements: [entitlement("g")],
  opens: [membersListing("g")],
};

function openOneGroup(): void {
  rows.commit(page(advance(GROUPS_LISTING, "2"), ONE_GROUP));
}

function resourceOf(id: string): unknown {
  const row = database.prepare("SELECT data FROM resources WHERE resource_id = ?").get(id);
  return row?.["data"];
}

describe("a page", () => {
  test("moves its listing, opens others, and counts what is new (STORE-4, STORE-6)", () => {
    nowMs = 2000;
    const opened = rows.commit(page(advance(USERS_LISTING, "p1:x"), { resources: [user("a"), user("b")] }));
    expect(opened).toEqual([]);
    openOneGroup();
    rows.commit(
      page(advance(membersListing("g"), ""), {
        principals: [principal("a"), principal("c")],
        grants: [membership("g", "a"), membership("g", "c")],
      }),
    );
    expect(rows.counts).toEqual({ users: 3, groups: 1, memberships: 2 });
    expect(openListings()).toEqual([
      { kind: "groups", part: "", token: "2", state: "open", pages: 1 },
      { kind: "users", part: "", token: "p1:x", state: "open", pages: 1 },
    ]);
    expect(readRun(database)).toEqual({ ...RUN, progressAtMs: 2000, counts: rows.counts });
  });

  test("read again, changes rows and no count", () => {
    openOneGroup();
    const members = { principals: [principal("a")], grants: [membership("g", "a")] };
    rows.commit(page(advance(membersListing("g"), "2"), members));
    rows.commit(page(advance(USERS_LISTING, "2"), { resources: [user("a", "Old"), user("a", "New")] }));
    expect(String(resourceOf("a"))).toContain(String(new TextEncoder().encode("New")));
    rows.commit(page(advance(membersListing("g"), "2"), members));
    expect(rows.counts).toEqual({ users: 1, groups: 1, memberships: 1 });
  });

  test("builds a person only when the run has no row with that stamp, and the newest reading wins", () => {
    const listed = { ...principal("a"), stamp: "1", build: () => user("a", "Listed") };
    rows.commit(page(advance(USERS_LISTING, "2"), { principals: [listed] }));
    openOneGroup();
    const known = { ...listed, build: vi.fn<() => Resource>(() => user("a", "Again")) };
    const unknown = { ...principal("b"), build: vi.fn<() => Resource>(() => user("b")) };
    const grants = [membership("g", "a"), membership("g", "b")];
    rows.commit(page(advance(membersListing("g"), "2"), { principals: [known, unknown, unknown], grants }));
    expect(known.build).not.toHaveBeenCalled();
    expect(unknown.build).toHaveBeenCalledOnce();
    const changed = { ...listed, stamp: "2", build: () => user("a", "Changed") };
    rows.commit(page(advance(membersListing("g"), ""), { principals: [changed] }));
    expect(String(resourceOf("a"))).toContain(String(new TextEncoder().encode("Changed")));
    expect(rows.counts).toEqual({ users: 2, groups: 1, memberships: 2 });
  });

  test("opens a listing once, and once more when its group had vanished", () => {
    const reopened = membersListing("g");
    expect(rows.commit(page(advance(GROUPS_LISTING, "2"), ONE_GROUP))).toEqual([reopened]);
    rows.commit(page(advance(reopened, "5")));
    expect(rows.commit(page(advance(GROUPS_LISTING, "2"), ONE_GROUP))).toEqual([]);
    expect(openListings()).toContainEqual({ ...reopened, token: "5", pages: 1 });
    rows.dropGroup(drop(reopened));
    expect(rows.commit(page(advance(GROUPS_LISTING, "2"), ONE_GROUP))).toEqual([reopened]);
    expect(openListings()).toContainEqual(reopened);
    rows.commit(page(advance(reopened, "")));
    expect(rows.commit(page(advance(GROUPS_LISTING, ""), ONE_GROUP))).toEqual([]);
  });
});

describe("a group that vanished", () => {
  test("takes its resource, entitlement and grants with it, and nothing else", () => {
    const other = { resources: [group("h")], entitlements: [entitlement("h")], opens: [membersListing("h")] };
    openOneGroup();
    rows.commit(page(advance(GROUPS_LISTING, "3"), other));
    for (const name of ["g", "h"]) {
      const grants = [membership(name, "a"), membership(name, "b")];
      rows.commit(
        page(advance(membersListing(name), "9"), { principals: [principal("a"), principal("b")], grants }),
      );
    }
    rows.dropGroup(drop(membersListing("g")));
    expect(rows.counts).toEqual({ users: 2, groups: 1, memberships: 2 });
    const left = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map((row) => Object.values(row)[0]);
    expect(left("SELECT resource_id FROM resources WHERE type = 'group'")).toEqual(["h"]);
    expect(left("SELECT external_id FROM entitlements")).toEqual(["group:h:member"]);
    expect(left("SELECT principal_id FROM grants ORDER BY 1")).toEqual(["a", "b"]);
    expect(openListings().map((cursor) => cursor.part)).toEqual(["", "h", ""]);
  });
});

describe("a page that cannot be stored changes nothing (STORE-4)", () => {
  const before = () => ({ listings: openListings(), run: readRun(database), counts: rows.counts });

  test.for([
    [
      "a principal that fails to build",
      "no such user",
      page(advance(membersListing("g"), ""), {
        resources: [user("z")],
        principals: [
          {
            ...principal("b"),
            build: () => {
              throw new RangeError("no such user");
            },
          },
        ],
      }),
    ],
    [
      "a principal that is somebody else",
      "built with the id of another one",
      page(advance(membersListing("g"), ""), { principals: [{ ...principal("b"), build: () => user("c") }] }),
    ],
    [
      "a grant without principal (STORE-9)",
      "came without its principal",
      page(advance(membersListing("g"), ""), { grants: [membership("g", "x")] }),
    ],
    [
      "a grant without entitlement (STORE-9)",
      "came without its entitlement",
      page(advance(membersListing("g"), ""), {
        principals: [principal("b")],
        grants: [membership("h", "b")],
      }),
    ],
    [
      "a row without an id",
      "without a complete id",
      page(advance(USERS_LISTING, ""), { resources: [user("z"), create(ResourceSchema, {})] }),
    ],
    [
      "a page of a listing that the run does not know",
      "does not wait for",
      page(advance(membersListing("h"), ""), { resources: [user("z")] }),
    ],
  ] as const)("%s", ([, why, broken]) => {
    openOneGroup();
    const was = before();
    expect(() => rows.commit(broken)).toThrow(why);
    expect(before()).toEqual(was);
    expect(resourceOf("z")).toBeUndefined();
    rows.commit(page(advance(USERS_LISTING, "2"), { resources: [user("z")] }));
    expect(rows.counts.users).toBe(1);
  });

  test("a listing that is done takes no more pages", () => {
    rows.commit(page(advance(USERS_LISTING, "")));
    expect(() => rows.commit(page(advance(USERS_LISTING, "2")))).toThrow("does not wait for");
  });

  test("a full disk, and the run goes on when there is room again", () => {
    openOneGroup();
    const pages = Number(database.prepare("PRAGMA page_count").get()?.["page_count"]);
    database.exec(`PRAGMA max_page_count = ${pages + 3}`);
    const many = page(advance(USERS_LISTING, "2"), {
      resources: Array.from({ length: 60 }, (_, at) => user(`u${at}`, "x".repeat(900))),
    });
    const was = before();
    let thrown: unknown;
    try {
      rows.commit(many);
    } catch (error) {
      thrown = error;
    }
    expect(storeError(thrown, "store a page").message).toContain(
      "cannot store a page: the disk is full; free some space",
    );
    expect(before()).toEqual(was);
    database.exec("PRAGMA max_page_count = 100000");
    rows.commit(many);
    expect(rows.counts.users).toBe(60);
  });
});

test("ids of any kind stay as they are, byte for byte", () => {
  const ids = [
    "a:b",
    "it's",
    'say "hi"',
    "🧸".repeat(32),
    "\u00e9",
    "e\u0301",
    " ",
    "%s\\n",
    "x".repeat(128),
    "group:g:member",
  ];
  openOneGroup();
  rows.commit(page(advance(USERS_LISTING, ""), { resources: ids.map((id) => user(id)) }));
  rows.commit(
    page(advance(membersListing("g"), ""), {
      principals: ids.map(principal),
      grants: ids.map((id) => membership("g", id)),
    }),
  );
  expect(rows.counts).toEqual({ users: ids.length, groups: 1, memberships: ids.length });
  const stored = database.prepare("SELECT principal_id FROM grants ORDER BY id").all();
  expect(stored.map((row) => row["principal_id"])).toEqual(ids);
});

const ID_LOWER = "0a1b2c3d-4e5f-4678-89ab-cdef01234567";
const ID_UPPER = ID_LOWER.toUpperCase();

describe("the users of a run", () => {
  const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const named = () =>
    database
      .prepare("SELECT resource_id FROM names WHERE type = 'user' ORDER BY 1")
      .all()
      .map((row) => row["resource_id"]);

  /** What the members of a group are found by, and who is built again. */
  function membersOf(ids: readonly string[], stamp = "as it is") {
    const build = vi.fn<(id: string) => Resource>((id) => user(id));
    return {
      build,
      rows: {
        principals: ids.map((id) => ({ ...principal(id), stamp, build: () => build(id) })),
        grants: ids.map((id) => membership("g", id)),
      },
    };
  }

  async function goOn(memory = new UuidTable()): Promise<void> {
    rows = await RunRows.ofEarlier(database, { counts: rows.counts, now: () => nowMs, memory }, never);
  }

  test.for([
    ["in memory", uuid, []],
    ["in the database where an id is no UUID", (n: number) => `user ${n}`, ["user 1", "user 2"]],
    ["apart where ids differ in their case", (n: number) => (n === 1 ? ID_LOWER : ID_UPPER), [ID_UPPER]],
  ] as const)("are found %s, also by the process that goes on", async ([, id, inDatabase]) => {
    openOneGroup();
    const ids = [id(1), id(2)];
    rows.commit(page(advance(USERS_LISTING, "2"), { principals: membersOf(ids).rows.principals }));
    expect(named()).toEqual(inDatabase);
    for (const token of ["2", "3"]) {
      const { rows: members, build } = membersOf(ids);
      rows.commit(page(advance(membersListing("g"), token), members));
      expect(build).not.toHaveBeenCalled();
      await goOn();
    }
    const changed = membersOf(ids, "otherwise");
    rows.commit(page(advance(membersListing("g"), "4"), changed.rows));
    expect(changed.build).toHaveBeenCalledTimes(2);
    await goOn();
    const again = membersOf(ids, "otherwise");
    rows.commit(page(advance(membersListing("g"), ""), again.rows));
    expect(again.build).not.toHaveBeenCalled();
    expect(rows.counts).toEqual({ users: 2, groups: 1, memberships: 2 });
    expect(named()).toEqual(inDatabase);
  });

  test("who do not fit into memory are found in the database, and again with more memory or less", async () => {
    const ids = Array.from({ length: 1000 }, (_, n) => uuid(n));
    await goOn(new UuidTable(1024));
    openOneGroup();
    rows.commit(page(advance(USERS_LISTING, ""), { principals: membersOf(ids).rows.principals }));
    expect(named()).toEqual(ids.slice(768));
    for (const [token, slots] of [
      ["2", 1024],
      ["3", 2048],
      ["4", 512],
      ["5", 1024],
    ] as const) {
      const { rows: members, build } = membersOf(ids);
      expect(rows.lacking(members.principals)).toEqual([]);
      rows.commit(page(advance(membersListing("g"), token), members));
      expect(build).not.toHaveBeenCalled();
      await goOn(new UuidTable(slots));
    }
    expect(rows.counts).toEqual({ users: 1000, groups: 1, memberships: 1000 });
    expect(database.prepare("SELECT count(*) AS n FROM resources WHERE type = 'user'").get()).toEqual({
      n: 1000,
    });
  });

  test("are sent with each of their rows where one page has them twice", () => {
    openOneGroup();
    const [older, newer] = [membersOf([uuid(1)], "older").rows, membersOf([uuid(1)], "newer").rows];
    rows.commit(page(advance(USERS_LISTING, "2"), { principals: newer.principals }));
    const twice = [...older.principals, ...newer.principals];
    const sent = new Set(rows.lacking(twice));
    const withoutRow = (): never => {
      throw new RangeError("sent without its row");
    };
    const principals = twice.map((one, place) => (sent.has(place) ? one : { ...one, build: withoutRow }));
    rows.commit(page(advance(USERS_LISTING, ""), { principals }));
    expect(rows.lacking(newer.principals)).toEqual([]);
    expect(rows.counts.users).toBe(1);
  });

  test("are not in memory after a page that was not stored", () => {
    openOneGroup();
    const { rows: members } = membersOf([uuid(1), uuid(2)]);
    const broken = { ...members, grants: [...members.grants, membership("g", uuid(3))] };
    expect(() => rows.commit(page(advance(membersListing("g"), "2"), broken))).toThrow(
      "without its principal",
    );
    expect(rows.lacking(members.principals)).toEqual([0, 1]);
    rows.commit(page(advance(membersListing("g"), ""), members));
    expect(rows.counts).toEqual({ users: 2, groups: 1, memberships: 2 });
    const changed = membersOf([uuid(1)], "otherwise").rows;
    const brokenToo = { principals: changed.principals, grants: [membership("h", uuid(1))] };
    expect(() => rows.commit(page(advance(USERS_LISTING, "2"), brokenToo))).toThrow(
      "without its entitlement",
    );
    expect(rows.lacking(members.principals)).toEqual([]);
    expect(rows.lacking(changed.principals)).toEqual([0]);
  });
});
