import { describe, expect, test } from "vitest";
import {
  fakeDirectory,
  POOL,
  someGroup,
  throttledError,
  userNumber,
} from "../../test/support/fake-directory.ts";
import {
  countsOf,
  emptyRun,
  type MemoryRun,
  memoryTarget,
  syncInto,
} from "../../test/support/memory-target.ts";
import { createConnector } from "../connector/create-connector.ts";
import { NO_CHOICE, NOTHING, type SyncChoice, type SyncScope } from "../core/sync-scope.ts";
import { chooseScope } from "./choose-scope.ts";

/** 130 users, and groups of 0, 61 and 130 of them. */
function world() {
  const users = Array.from({ length: 130 }, (_, n) => userNumber(n));
  const sizes = { none: 0, some: 61, all: 130 };
  return {
    users,
    groups: Object.keys(sizes).map((name) => someGroup(name)),
    members: new Map(Object.entries(sizes).map(([name, size]) => [name, users.slice(0, size)])),
  };
}

const ID = userNumber(70).sub;
const user = (resource: string) => ({ resourceType: "user", resource });
const group = (resource: string) => ({ resourceType: "group", resource });

interface Options {
  readonly run?: MemoryRun;
  /** AWS fails from this call on. */
  readonly failsAt?: number;
}

async function read(
  scope: SyncScope,
  { run = emptyRun(), failsAt = Number.POSITIVE_INFINITY }: Options = {},
) {
  const { directory, calls } = fakeDirectory(world(), (_, call) => {
    if (call >= failsAt) throw throttledError();
  });
  const missing: string[] = [];
  const outcome = await syncInto([memoryTarget(run)], {
    connector: createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 }),
    scope,
    listingsAtOnce: 3,
    onMissing: (kind, id) => void missing.push(`${kind} ${id}`),
  });
  return { run, calls: calls.filter((call) => call !== "DescribeUserPool"), missing, ...outcome };
}

function chosen(choice: Partial<SyncChoice>): SyncScope {
  return chooseScope({ ...NO_CHOICE, ...choice });
}

function shape({ types, entitlements, ...run }: MemoryRun) {
  const counts = countsOf({ types, entitlements, ...run });
  return [
    types.map(({ id }) => id).join(" "),
    counts.users,
    counts.groups,
    entitlements.size,
    counts.memberships,
  ];
}

describe("a sync of a part of the pool", () => {
  test.for([
    ["users", { resourceTypeIds: ["user"] }, ["user", 130, 0, 0, 0], 3],
    ["groups", { resourceTypeIds: ["group"] }, ["group", 0, 3, 3, 0], 1],
    [
      "users and groups, without entitlements and grants",
      { skipEntitlementsAndGrants: true },
      ["user group", 130, 3, 0, 0],
      4,
    ],
    ["all but the grants", { skipGrants: true }, ["user group", 130, 3, 3, 0], 4],
    ["a user: its row", { resources: [user(ID)] }, ["user group", 1, 0, 0, 0], 1],
    [
      "a group: its row, its entitlement, its members and their grants",
      { resources: [group("some")] },
      ["user group", 61, 1, 1, 61],
      1 + 2,
    ],
    [
      "groups and users together, each once",
      { resources: [group("some"), user(ID), group("none"), user(ID)] },
      ["user group", 62, 2, 2, 61],
      1 + 2 + (2 + 1),
    ],
    [
      "a group without its grants",
      { resources: [group("some")], skipGrants: true },
      ["user group", 0, 1, 1, 0],
      1,
    ],
    [
      "a group and nothing of it",
      { resources: [group("some")], skipEntitlementsAndGrants: true },
      ["user group", 0, 1, 0, 0],
      1,
    ],
  ] as const)("reads %s, and no page more", async ([, choice, expected, pages]) => {
    const { run, ...outcome } = await read(chosen(choice));
    expect(shape(run)).toEqual(expected);
    expect(outcome).toMatchObject({ pages, missing: [] });
    expect(outcome.calls).toHaveLength(pages);
  });

  test("reads nothing when nothing is asked for", async () => {
    const { run, calls } = await read(NOTHING);
    expect(shape(run)).toEqual(["", 0, 0, 0, 0]);
    expect(calls).toEqual([]);
  });

  test("leaves out what does not exist, says so, and reads the rest", async () => {
    const gone = userNumber(999).sub;
    const { run, missing } = await read(
      chosen({ resources: [user(gone), user(ID), group("gone"), group("none")] }),
    );
    expect(shape(run)).toEqual(["user group", 1, 1, 1, 0]);
    expect(missing.toSorted()).toEqual(["groups gone", `users ${gone}`]);
  });

  test("that is cut at any call goes on with the scope that is stored with its run", async () => {
    const scope = chosen({ resources: [group("some"), group("all"), user(ID), user(userNumber(71).sub)] });
    const whole = await read(scope);
    for (let failsAt = 1; failsAt <= whole.calls.length; failsAt += 1) {
      const run = emptyRun();
      await expect(read(scope, { run, failsAt })).rejects.toMatchObject({ code: "throttled" });
      const rest = await read(NOTHING, { run });
      expect(shape(run)).toEqual(shape(whole.run));
      // The groups are read again, and one page of every listing that was open.
      expect(failsAt - 1 + rest.calls.length).toBeLessThanOrEqual(whole.calls.length + 2 + 3);
    }
  });
});
