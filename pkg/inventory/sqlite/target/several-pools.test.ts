import { afterEach, beforeEach, expect, test } from "vitest";
import { POOL } from "../../../../test/support/fake-directory.ts";
import {
  BEGINNING,
  everybodyIn,
  type InventoryStage,
  inventoryStage,
  PEOPLE,
} from "../../../../test/support/sqlite-inventory.ts";
import type { ChangeOrigin } from "../../target/change-origins.ts";

const OTHER = "us-east-1_Another01";
const ofOther = { fingerprint: { poolId: OTHER, userIdKind: "sub", mappingVersion: 1 } } as const;

let stage: InventoryStage;
beforeEach(() => {
  stage = inventoryStage();
});
afterEach(() => stage.remove());

function madeBy(requestedBy: string, changes: readonly Pick<ChangeOrigin, "kind" | "groupName">[]) {
  return {
    async *changeOrigins() {
      for (const one of changes) yield { ...one, at: BEGINNING, requestedBy, change: "c1" };
    },
  };
}

async function held(pool: string) {
  const [found] = await stage.ask(
    `SELECT (SELECT count(*) FROM current_users u WHERE u.pool_id = p.pool_id) AS users,
       (SELECT count(*) FROM current_groups g WHERE g.pool_id = p.pool_id) AS groups,
       (SELECT count(*) FROM current_memberships m WHERE m.pool_id = p.pool_id) AS members,
       (SELECT max(run) FROM runs r WHERE r.pool_id = p.pool_id) AS run
     FROM pools p WHERE p.pool_id = ?`,
    pool,
  );
  return found;
}

const changes = (pool: string) =>
  stage.ask(
    "SELECT change_number AS number, run, kind, requested_by AS by FROM recorded_changes WHERE pool_id = ? ORDER BY 1",
    pool,
  );

test("pools of one inventory have runs, rows and changes of their own, also with the same users and groups", async () => {
  const disabled = PEOPLE.slice(0, 2).map((user) => ({ ...user, enabled: false }));
  await stage.publish(everybodyIn(PEOPLE));
  expect(await stage.publish(everybodyIn(disabled), ofOther)).toMatchObject({ runNumber: 1, changes: 0 });
  const byAda = madeBy("cli:ada", [{ kind: "group_created", groupName: "more" }]);
  expect(await stage.publish(everybodyIn(PEOPLE, "more"), byAda)).toMatchObject({ runNumber: 2, changes: 1 });
  const byBob = madeBy("cli:bob", [{ kind: "group_deleted", groupName: "all" }]);
  const empty = { users: [], groups: [], members: new Map() };
  expect(await stage.publish(empty, { ...ofOther, ...byBob })).toMatchObject({ runNumber: 2, changes: 5 });

  expect(await held(POOL)).toEqual({ users: 9, groups: 2, members: 9, run: 2 });
  expect(await held(OTHER)).toEqual({ users: 0, groups: 0, members: 0, run: 2 });
  expect(await changes(POOL)).toEqual([{ number: 1, run: 2, kind: "group_created", by: "cli:ada" }]);
  expect(await changes(OTHER)).toEqual([
    { number: 1, run: 2, kind: "membership_removed", by: null },
    { number: 2, run: 2, kind: "membership_removed", by: null },
    { number: 3, run: 2, kind: "user_deleted", by: null },
    { number: 4, run: 2, kind: "user_deleted", by: null },
    { number: 5, run: 2, kind: "group_deleted", by: "cli:bob" },
  ]);
});

test("a pool is compared with its own newest run and the members of its own groups", async () => {
  await stage.publish(everybodyIn(PEOPLE, "more"));
  await stage.publish(everybodyIn(PEOPLE.slice(0, 2)), ofOther);
  for (const [options, counts] of [
    [{}, { users: 9, groups: 2, memberships: 9 }],
    [ofOther, { users: 2, groups: 1, memberships: 2 }],
  ] as const) {
    const target = await stage.open(options);
    expect(target.complete?.counts).toEqual(counts);
    expect(await target.previousMembers(["all"])).toEqual([counts.memberships]);
    await target.close();
  }
});
