import { describe, expect, test } from "vitest";
import {
  fakeDirectory,
  type Interception,
  POOL,
  someGroup,
  throttledError,
  userNumber,
} from "../../test/support/fake-directory.ts";
import {
  emptyRun,
  type MemoryRun,
  memoryTarget,
  NOON,
  openListingsOf,
} from "../../test/support/memory-target.ts";
import { never } from "../../test/support/store-run.ts";
import { createConnector } from "../connector/create-connector.ts";
import { GovernanceError } from "../core/errors.ts";
import type { ReadMembers } from "../core/sync-plan.ts";
import { WHOLE_POOL } from "../core/sync-scope.ts";
import type { MembersChoice } from "./member-cost.ts";
import type { UserRefusals } from "./members-way.ts";
import { syncOnce } from "./sync-once.ts";

const GROUPS = Array.from({ length: 30 }, (_, n) => `group${n}`);

/** Eight users in pages of two, and 30 groups of two: far more calls by group than by user. */
function world() {
  const users = Array.from({ length: 8 }, (_, n) => userNumber(n));
  return {
    users,
    groups: GROUPS.map((name) => someGroup(name)),
    members: new Map(
      GROUPS.map((name, n) => [name, [users[n % 8], users[(n + 1) % 8]].filter((one) => one !== undefined)]),
    ),
    pageItems: 2,
  };
}

const COUNTS = { users: 8, groups: 30, memberships: 60 };

const denied = (): GovernanceError =>
  new GovernanceError("permission-denied", "AdminListGroupsForUser: not allowed", { reason: "iam-denied" });

/** Runs with an earlier complete one, by which `auto` reads by user. */
function runs(count = 1): readonly MemoryRun[] {
  return Array.from({ length: count }, () => ({
    ...emptyRun(),
    complete: { id: "earlier", startedAt: NOON, endedAt: NOON, scope: WHOLE_POOL, counts: COUNTS },
  }));
}

/** What later processes know of a refusal. */
function memoryRefusals(): UserRefusals {
  let atMs: number | undefined;
  return {
    last: () => atMs,
    note(nowMs) {
      atMs = nowMs;
    },
    forget() {
      atMs = undefined;
    },
  };
}

/** One process. */
async function sync(
  into: readonly MemoryRun[],
  setting: ReadMembers,
  intercept?: Interception,
  { refusals = memoryRefusals(), nowMs = NOON.getTime() } = {},
) {
  const { directory, calls } = fakeDirectory(world(), intercept);
  const said: string[] = [];
  const choices: MembersChoice[] = [];
  const result = await syncOnce(
    {
      connector: createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 }),
      scope: WHOLE_POOL,
      targets: into.map((run, n) => async () => memoryTarget(run, { name: `target ${n}` })),
      listingsAtOnce: 2,
      members: {
        setting,
        pace: () => ({ listPerSecond: 5, perUserPerSecond: 50, latencyMs: 1 }),
        sleep: async () => {},
        refusals,
      },
      publishing: { acceptShrink: true },
      clocks: { now: () => nowMs, monotonic: () => 0 },
      randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
      callTotals: () => ({ calls: calls.length, throttles: 0 }),
      resumedBy: "the same command",
      events: {
        onDiscarded: (target, reason) => void said.push(`${target}: ${reason}`),
        onMembersChosen: (choice) => void choices.push(choice),
      },
    },
    never,
  ).catch((error: unknown) => GovernanceError.from(error));
  const asked = calls.filter((call) => call === "AdminListGroupsForUser").length;
  return {
    result,
    said,
    choices,
    asked,
    byGroup: calls.filter((call) => call.startsWith("ListUsersInGroup")).length,
  };
}

/** Fails each question for the groups of a user from this one on. */
function failing(from: number, failure: () => Error): Interception {
  let asked = 0;
  return (operation) => {
    if (operation !== "AdminListGroupsForUser") return;
    asked += 1;
    if (asked >= from) throw failure();
  };
}

describe("a run that reads by user, where AWS does not say the groups of a user", () => {
  test("is begun again by group, where the way was chosen by itself", async () => {
    const into = runs(2);
    const cut = await sync(into, "auto", failing(5, throttledError));
    expect(cut.result).toMatchObject({ code: "throttled" });
    expect(into.map((run) => openListingsOf(run).some(({ kind }) => kind === "users-with-groups"))).toEqual([
      true,
      true,
    ]);
    const { result, said, choices, byGroup } = await sync(into, "auto", failing(1, denied));
    const reason = "by user was begun, and AWS refuses it: AdminListGroupsForUser: not allowed";
    expect(result).toMatchObject({
      resumed: false,
      membersRead: "by group",
      membersReason: reason,
      published: [{ counts: COUNTS }, { counts: COUNTS }],
    });
    expect(said).toEqual([`target 0: ${reason}`, `target 1: ${reason}`]);
    expect(choices).toEqual([{ membersRead: "by group", reason }]);
    expect(byGroup).toBe(30);
  });

  test.each([
    ["IAM denies it", denied()],
    ["the endpoint does not have it", new GovernanceError("unimplemented", "no such operation")],
    [
      "AWS does not take the name of one user",
      new GovernanceError("failed-precondition", "AWS rejects the request", { reason: "request-refused" }),
    ],
    [
      "the state of one user does not allow it",
      new GovernanceError("failed-precondition", "not so", { reason: "user-state" }),
    ],
    [
      "a page marker is never taken",
      new GovernanceError("invalid-argument", "no such marker", { reason: "marker-refused" }),
    ],
  ])("is begun again by group where %s", async (_, failure) => {
    const { result, asked } = await sync(
      runs(),
      "auto",
      failing(6, () => failure),
    );
    expect(result).toMatchObject({ membersRead: "by group", published: [{ counts: COUNTS }] });
    expect(result).toMatchObject({ membersReason: expect.stringContaining(failure.message) });
    // Markers that are refused begin the listing again, of each user who is asked side by side.
    expect(asked).toBeLessThanOrEqual(16);
  });

  test.each([
    ["throttles", throttledError()],
    ["cannot be reached", new GovernanceError("unavailable", "the network is gone")],
    ["rejects the credentials", new GovernanceError("unauthenticated", "renew the keys")],
    ["has no such pool", new GovernanceError("failed-precondition", "no pool", { reason: "pool-missing" })],
    ["reports what nobody knows", new GovernanceError("internal", "unknown")],
  ])("fails and is kept where AWS %s", async (_, failure) => {
    const into = runs();
    const { result, said, byGroup } = await sync(
      into,
      "auto",
      failing(6, () => failure),
    );
    expect(result).toMatchObject({
      code: failure.code,
      message: expect.stringContaining("what was read is kept"),
    });
    expect({ said, byGroup }).toEqual({ said: [], byGroup: 0 });
    const again = await sync(into, "auto");
    expect(again.result).toMatchObject({
      resumed: true,
      membersRead: "by user",
      published: [{ counts: COUNTS }],
    });
  });

  test("fails where by-user is set, and names the user and the cure", async () => {
    const into = runs();
    const failure = new GovernanceError("failed-precondition", "AWS rejects the request", {
      reason: "request-refused",
    });
    const { result } = await sync(
      into,
      "by-user",
      failing(1, () => failure),
    );
    expect(result).toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(
        /^AWS rejects the request, of the user with sub 0{8}-.*; or set --read-members to by-group, which does without it; what was read is kept, the same command goes on from there$/,
      ),
    });
    const other = await sync(into, "by-user", failing(1, denied));
    expect(other.result).toMatchObject({
      message: expect.stringMatching(/^AdminListGroupsForUser: not allowed; or set /),
    });
    expect((await sync(into, "by-user")).result).toMatchObject({ published: [{ counts: COUNTS }] });
  });
});

test("why a run reads by user is known to the process that goes on, and to the one that only publishes", async () => {
  const into = runs();
  await sync(into, "auto", failing(5, throttledError));
  const reason = /^by group about 31 calls in .* by user about 12 calls in /;
  expect((await sync(into, "auto")).result).toMatchObject({
    resumed: true,
    membersReason: expect.stringMatching(reason),
  });
});

test("a run that asks for the groups of users is not gone on with where that is forbidden", async () => {
  const into = runs();
  await sync(into, "by-user", failing(3, denied));
  const { result, said, asked } = await sync(into, "by-group");
  expect(result).toMatchObject({ membersRead: "by group", resumed: false, membersReason: "it is set" });
  expect(asked).toBe(0);
  expect(said).toEqual(["target 0: it reads memberships by user, and --read-members is by-group"]);
});

describe("a pool with a user whom AWS always refuses", () => {
  const DAY_MS = 24 * 3_600_000;
  const refused = (): Interception =>
    failing(6, () => {
      return new GovernanceError("failed-precondition", "AWS rejects it", { reason: "request-refused" });
    });

  /** Each process has targets of its own. */
  function pool() {
    const refusals = memoryRefusals();
    interface Asked {
      readonly setting?: ReadMembers;
      readonly intercept?: Interception;
    }
    return {
      sync: (afterMs: number, { setting = "auto", intercept = refused() }: Asked = {}) =>
        sync(runs(2), setting, intercept, { refusals, nowMs: NOON.getTime() + afterMs }),
    };
  }

  test("is begun by user once, and read by group at once for a week", async () => {
    const { sync: syncAfter } = pool();
    const first = await syncAfter(0);
    expect(first.asked).toBeGreaterThan(0);
    const next = await syncAfter(DAY_MS);
    expect(next.result).toMatchObject({
      membersRead: "by group",
      membersReason: expect.stringMatching(
        /^by group about 31 calls in .* by user about 12 calls in .*, but AWS refused the groups of a user on 2026-11-28T12:00:00\.000Z; by user is tried again after 2026-12-05T12:00:00\.000Z, or at once with --read-members by-user$/,
      ),
      published: [{ counts: COUNTS }, { counts: COUNTS }],
    });
    expect(next).toMatchObject({ asked: 0, byGroup: 30, said: [], choices: [{ isSlower: true }] });
    expect(await syncAfter(7 * DAY_MS)).toMatchObject({ asked: 0, said: [] });
  });

  test("is tried by user again after a week, which begins the next week", async () => {
    const { sync: syncAfter } = pool();
    await syncAfter(0);
    const tried = await syncAfter(7 * DAY_MS + 1);
    expect(tried.asked).toBeGreaterThan(0);
    expect(tried.result).toMatchObject({ membersRead: "by group" });
    expect(await syncAfter(8 * DAY_MS)).toMatchObject({ asked: 0 });
  });

  test("is read by user from the run on that was read so to its end, and no earlier", async () => {
    const { sync: syncAfter } = pool();
    await syncAfter(0);
    const cut = await syncAfter(DAY_MS, { setting: "by-user" });
    expect(cut.result).toMatchObject({ code: "failed-precondition" });
    expect(await syncAfter(DAY_MS, { intercept: () => {} })).toMatchObject({ asked: 0 });
    const whole = await syncAfter(DAY_MS, { setting: "by-user", intercept: () => {} });
    expect(whole.result).toMatchObject({ membersRead: "by user" });
    expect((await syncAfter(DAY_MS, { intercept: () => {} })).result).toMatchObject({
      membersRead: "by user",
    });
  });

  test("is tried by user where the refusal has a time that is still to come: a clock was set back", async () => {
    const { sync: syncAfter } = pool();
    await syncAfter(0);
    expect((await syncAfter(-DAY_MS)).asked).toBeGreaterThan(0);
  });
});

test("a denial by IAM is asked about at each run, so that the way is right once it is lifted", async () => {
  const refusals = memoryRefusals();
  await sync(runs(), "auto", failing(6, denied), { refusals });
  expect(refusals.last()).toBeUndefined();
  expect((await sync(runs(), "auto", undefined, { refusals })).result).toMatchObject({
    membersRead: "by user",
  });
});
