import { describe, expect, test } from "vitest";
import { person } from "../../../test/cognito/definitions.ts";
import {
  ann,
  GOOD,
  given,
  none,
  only,
  requestOf,
  type Wish,
} from "../../../test/support/account-requests.ts";
import { never, refusal } from "../../../test/support/adapter.ts";
import { asked, createStage, dryRun, killedAt, type Stage } from "../../../test/support/provision-stage.ts";
import { GroupPattern } from "../../core/group-pattern.ts";
import type { AccountRequest } from "../provisioner.ts";

const ROLE = "arn:aws:iam::123456789012:role/readers";
const pool = { groups: ["a", "b", { name: "power", roleArn: ROLE }] };
const whole = { ...ann, credential: given(GOOD) };
const CALLS = [
  "AdminCreateUser",
  "AdminDisableUser",
  "AdminSetUserPassword",
  "AdminAddUserToGroup",
  "AdminAddUserToGroup",
] as const;

type More = Pick<AccountRequest, "groups" | "enabled">;

const all: More = { groups: ["a", "b", "a"], enabled: false };

const create = ({ provisioner }: Pick<Stage, "provisioner">, wish: Wish, more: More = all, how = asked) =>
  provisioner.createAccount({ ...requestOf(wish), ...more }, how, never);

const groupsOf = (stage: Stage) => stage.pool.groupsOf("ann", 0, 100).items.map(({ name }) => name);

/** The account as the pool has it; undefined when the pool does not have it. */
function madeIn(stage: Stage) {
  const [user] = stage.pool.allUsers();
  if (user === undefined) return undefined;
  const { enabled, status, passwords } = user;
  return { enabled, status, password: passwords[0], groups: groupsOf(stage).sort() };
}

const WHOLE = { enabled: false, status: "CONFIRMED", password: GOOD, groups: ["a", "b"] };

describe("an account that is made disabled and with groups", () => {
  test("is disabled before it can be signed in to, and gets its groups last", async () => {
    const stage = createStage(pool);
    const outcome = await create(stage, whole);
    expect(stage.writes()).toEqual(CALLS);
    expect(outcome).toMatchObject({
      outcome: "done",
      planned: CALLS,
      result: { state: "created", user: { enabled: false, status: "CONFIRMED" } },
    });
    expect(madeIn(stage)).toEqual(WHOLE);
    expect(stage.audit.records).toMatchObject([
      { kind: "create-account", outcome: "done", undo: { addedGroups: ["a", "b"] } },
    ]);
  });

  test("mark 50: is made although the next calls do not see it at first", async () => {
    const stage = createStage({ ...pool, consistency: { createdUnreadable: { calls: 3 } } });
    await create(stage, whole);
    expect(madeIn(stage)).toEqual(WHOLE);
  });

  test("in a dry run is only planned", async () => {
    const stage = createStage(pool);
    expect(await create(stage, whole, all, dryRun)).toMatchObject({ outcome: "planned", planned: CALLS });
    expect(stage.writes()).toEqual([]);
  });

  test.for<[string, More, object, object]>([
    ["a group that is missing", { groups: ["a", "gone"] }, {}, { reason: "group-gone" }],
    ["a group with a role", { groups: ["power"] }, {}, { code: "refused-by-guard" }],
    [
      "a group that the patterns exclude",
      { groups: ["a"] },
      { groupsDeny: [new GroupPattern("a")] },
      { code: "refused-by-guard" },
    ],
    ["too many groups", { groups: ["a", "b"] }, { maxGroupsPerUser: 1 }, { reason: "group-limit" }],
  ])("is refused before the first call for %s", async ([, more, policy, failure]) => {
    const stage = createStage(pool, { policy });
    expect(await refusal(create(stage, whole, more))).toMatchObject(failure);
    expect(stage.writes()).toEqual([]);
  });

  test("that exists already keeps what it has, and the answer names what does not hold", async () => {
    const stage = createStage({
      ...pool,
      users: [person(1, { username: "ann", attributes: { email: "ann@example.com" }, groups: ["a"] })],
    });
    const { result } = await create(stage, { ...ann, credential: none });
    expect(result).toMatchObject({ state: "already-exists", notApplied: ["enabled", "groups"] });
    expect(stage.writes()).toEqual([]);
  });
});

describe("a call that is refused", () => {
  test.for(CALLS.slice(1).map((operation, i) => [operation, i < 3 ? 1 : 2] as const))(
    "%s %i leaves no account",
    async ([operation, nth]) => {
      const stage = createStage(pool);
      stage.cognito.script({ operation, nth, error: { name: "InvalidParameterException", message: "no" } });
      const failure = await refusal(create(stage, whole));
      expect(failure.message).toMatch(/the calls already made have been undone/);
      expect(stage.pool.allUsers()).toEqual([]);
      expect(stage.audit.records).toMatchObject([{ outcome: "undone" }]);
      // The next account of that name is in none of its groups.
      expect(stage.provisioner.recentMembers.groupsAsWritten("ann", [])).toEqual([]);
      await create(stage, whole);
      expect(madeIn(stage)).toEqual(WHOLE);
    },
  );

  test("leaves an account that somebody else has changed, and says so", async () => {
    const stage = createStage({ groups: ["a", "b", "other"] });
    stage.cognito.script({
      operation: "AdminAddUserToGroup",
      nth: 2,
      error: { name: "InvalidParameterException", message: "no" },
      run: () => stage.pool.join("ann", "other"),
    });
    const failure = await refusal(create(stage, whole));
    expect(failure.appliedEffects.join()).toMatch(/AdminCreateUser is done \(user .*AdminAddUserToGroup/);
    expect(only(stage.pool).username).toBe("ann");
    expect(stage.audit.records).toMatchObject([{ outcome: "partial" }]);
  });
});

describe("a lost answer", () => {
  test.for(CALLS.map((operation, i) => [operation, i < 4 ? 1 : 2] as const))(
    "of %s %i is made up for by reading, before and after the call was carried out",
    async ([operation, nth]) => {
      for (const cut of ["before", "after"] as const) {
        const stage = createStage(pool);
        stage.cognito.script({ operation, nth, cut });
        const isMade = await create(stage, whole).then(
          () => true,
          () => false,
        );
        expect(madeIn(stage)).toEqual(isMade ? WHOLE : undefined);
        if (!isMade) await create(stage, whole);
        expect(madeIn(stage)).toEqual(WHOLE);
      }
    },
  );

  test("of a group that no read shows either is undone with the account", async () => {
    const stage = createStage(pool);
    stage.cognito.script({ operation: "AdminAddUserToGroup", nth: 2, cut: "after" });
    stage.cognito.script({ operation: "AdminListGroupsForUser", nth: 1, cut: "before" });
    await refusal(create(stage, whole));
    expect(stage.pool.allUsers()).toEqual([]);
    expect(stage.audit.records).toMatchObject([{ outcome: "undone" }]);
    expect(stage.provisioner.recentMembers.groupsGivenTo("ann")).toEqual([]);
  });
});

test.for([1, 2, 3, 4, 5])(
  "killed at call %i, is whole or undone, and whole when asked for again",
  async (nth) => {
    for (const when of ["before", "after"] as const) {
      const stage = createStage(pool);
      const recovered = await killedAt(stage, nth, when, (doomed) => create(doomed, whole));
      const isLast = nth === CALLS.length && when === "after";
      const isFirst = nth === 1 && when === "before";
      expect(recovered.outcome).toBe(isLast ? "done" : isFirst ? "failed" : "undone");
      expect(madeIn(stage)).toEqual(isLast ? WHOLE : undefined);
      await create(stage, whole);
      expect(madeIn(stage)).toEqual(WHOLE);
    }
  },
);

test("killed, an account that somebody else has put into a group is not deleted", async () => {
  const stage = createStage({ groups: ["a", "b", "other"] });
  const recovered = await killedAt(
    stage,
    4,
    "after",
    (doomed) => create(doomed, whole),
    () => stage.pool.join("ann", "other"),
  );
  expect(recovered.outcome).toBe("partial");
  expect(recovered.says).toMatch(/may lack group b; the account was changed since/);
});
