import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { someGroup, someUser, userNumber } from "../../../test/support/fake-directory.ts";
import {
  compare,
  idsIn,
  type ListStage,
  listStage,
  people,
  refusal,
  resourcesIn,
  valuesIn,
} from "../../../test/support/list-stage.ts";
import type { OwnWrite } from "../records.ts";

let stage: ListStage;

/** Of what is in use. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new TypeError("no gc");
  Reflect.apply(collect, undefined, []);
  return process.memoryUsage().heapUsed;
}

beforeEach(() => {
  stage = listStage();
});

afterEach(async () => {
  await stage.remove();
});

describe("a list", () => {
  test("of a long query leaves nothing of its length in memory", async () => {
    await stage.publish({ users: people(3) });
    const ask = (at: number) =>
      stage.list({
        filter: compare("userName", "eq", `${at} ${"x".repeat(50_000)}`),
        projection: { attributes: [`${at} ${"y".repeat(50_000)}`] },
      });
    await ask(0);
    const before = heapBytes();
    for (let at = 1; at <= 300; at += 1) await ask(at);
    expect(heapBytes() - before).toBeLessThan(10_000_000);
  });

  test("answers 503 with Retry-After before the first run, and then all of the run", async () => {
    expect(await refusal(stage.list())).toMatchObject({ status: 503, retryAfterSeconds: 30 });
    await stage.publish({ users: people(3) });
    const answer = await stage.list();
    expect(answer).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 3, nextCursor: undefined });
    expect(answer.readAt).toEqual(new Date(stage.clock.nowMs));
    expect(resourcesIn(answer)[0]).toEqual({
      id: userNumber(0).sub,
      userName: "user0",
      active: true,
      meta: { lastModified: userNumber(0).modifiedAt.toISOString() },
    });
  });

  test("has as many resources as asked for, from where it is asked for", async () => {
    const all = people(200);
    await stage.publish({ users: all });
    for (const [startIndex, count, expected] of [
      [1, 10, 10],
      [64, 2, 2],
      [65, 100, 100],
      [191, 100, 10],
      [200, 1, 1],
      [201, 10, 0],
      [5000, 10, 0],
      [-3, 5, 5],
      [1, 0, 0],
      [1, -1, 0],
    ] as const) {
      const answer = await stage.list({ start: { by: "index", startIndex }, count });
      const from = Math.max(0, startIndex - 1);
      expect(idsIn(answer)).toEqual(all.slice(from, from + expected).map(({ sub }) => sub));
      expect(answer).toMatchObject({ totalResults: 200, itemsPerPage: expected });
    }
  });

  test("of an empty pool is empty", async () => {
    await stage.publish({ users: [] });
    expect(await stage.list()).toMatchObject({ totalResults: 0, itemsPerPage: 0, resources: "[]" });
    expect((await stage.byCursor()).ids).toEqual([]);
  });

  test("of users and groups has the users first", async () => {
    await stage.publish({ users: people(5), groups: [someGroup("a"), someGroup("b")] });
    const kinds = ["User", "Group"] as const;
    const { ids, totals } = await stage.byIndex({ kinds, count: 3 });
    expect(ids).toEqual([...people(5).map(({ sub }) => sub), "a", "b"]);
    expect(totals).toEqual([7]);
    expect((await stage.byCursor({ kinds, count: 3 })).ids).toEqual(ids);
  });

  test("of groups with more members than one answer holds is refused, and says how to ask", async () => {
    const users = people(10);
    await stage.publish({ users, groups: [someGroup("a"), someGroup("b")] });
    const records = await stage.writer();
    const members = (group: string, from: number, count: number): OwnWrite[] =>
      Array.from({ length: count }, (_, n) => ({ kind: "member-added", group, sub: `s-${from + n}` }));
    await records.wrote([...members("a", 0, 60_000), ...members("b", 0, 60_000)]);
    await records.wrote(
      Array.from({ length: 60_000 }, (_, n) => ({ kind: "user", user: someUser({ sub: `s-${n}` }) })),
    );
    const kinds = ["Group"] as const;
    expect(await refusal(stage.list({ kinds, projection: {} }))).toMatchObject({
      status: 400,
      scimType: "tooMany",
      detail: expect.stringContaining(
        "ask for fewer with count, or leave them out with excludedAttributes=members",
      ),
    });
    const [one] = valuesIn(await stage.list({ kinds, projection: {}, count: 1 }), "members");
    expect(one?.length).toBe(60_000);
    expect(idsIn(await stage.list({ kinds }))).toEqual(["a", "b"]);
  });

  test("shows what is kept of a resource", async () => {
    await stage.publish({ users: people(3), groups: [someGroup("sales-team")] });
    const records = await stage.writer();
    await stage.list();
    const values = { displayName: undefined, values: {}, hidden: false };
    await records.keep({ kind: "User", id: userNumber(1).sub, externalId: "00u1", ...values });
    await records.keep({
      kind: "Group",
      id: "sales-team",
      externalId: undefined,
      ...values,
      displayName: "Sales Team",
    });
    expect(resourcesIn(await stage.list()).map(({ externalId }) => externalId)).toEqual([
      undefined,
      "00u1",
      undefined,
    ]);
    expect(resourcesIn(await stage.list({ kinds: ["Group"] }))[0]).toMatchObject({
      displayName: "Sales Team",
    });
  });
});

describe("own writes", () => {
  test("are in the next list, also after a restart, until a run that began later has them", async () => {
    const [a, b, c] = people(3);
    if (a === undefined || b === undefined || c === undefined) throw new Error("three people");
    await stage.publish({ users: [a, b] });
    stage.later();
    await stage.list();
    const records = await stage.writer();
    await records.wrote([
      { kind: "user", user: { ...b, enabled: false } },
      { kind: "user", user: c },
      { kind: "user-deleted", sub: a.sub },
    ]);
    const expected = [
      [b.sub, false],
      [c.sub, true],
    ];
    const shown = async () => resourcesIn(await stage.list()).map(({ id, active }) => [id, active]);
    expect(await shown()).toEqual(expected);
    await stage.restart();
    expect(await shown()).toEqual(expected);
    expect(await stage.list()).toMatchObject({ totalResults: 2 });
    stage.later();
    // Somebody else enabled the account, and deleted the new one.
    await stage.publish({ users: [b] });
    await stage.list();
    expect(await shown()).toEqual([[b.sub, true]]);
  });

  test("that are as young as the run are shown over it: Cognito shows a change a little later", async () => {
    const [a, b] = people(2);
    if (a === undefined || b === undefined) throw new Error("two people");
    const records = await stage.writer();
    await records.wrote([{ kind: "user", user: b }]);
    stage.clock.nowMs += 30_000;
    await stage.publish({ users: [a] });
    expect(idsIn(await stage.list())).toEqual([a.sub, b.sub]);
  });

  test("of groups and memberships are in the groups of users and the members of groups", async () => {
    const [a, b, c] = people(3);
    if (a === undefined || b === undefined || c === undefined) throw new Error("three people");
    await stage.publish({
      users: [a, b, c],
      groups: [someGroup("ops"), someGroup("sales")],
      members: new Map([
        ["ops", [a, b]],
        ["sales", [a]],
      ]),
    });
    stage.later();
    const records = await stage.writer();
    const membersBy = async () => {
      const answer = await stage.list({ kinds: ["Group"], projection: {} });
      const members = valuesIn(answer, "members");
      return Object.fromEntries(idsIn(answer).map((id, at) => [id, members[at]]));
    };
    const groupsBy = async () => valuesIn(await stage.list({ projection: {} }), "groups");
    expect(await membersBy()).toEqual({ ops: [a.sub, b.sub], sales: [a.sub] });
    expect(await groupsBy()).toEqual([["ops", "sales"], ["ops"], []]);
    await records.wrote([
      { kind: "group", group: someGroup("new") },
      { kind: "member-added", group: "new", sub: c.sub },
      { kind: "member-removed", group: "ops", sub: a.sub },
      { kind: "member-added", group: "sales", sub: b.sub },
    ]);
    expect(await membersBy()).toEqual({ new: [c.sub], ops: [b.sub], sales: [a.sub, b.sub] });
    expect(await groupsBy()).toEqual([["sales"], ["ops", "sales"], ["new"]]);
    await records.wrote([{ kind: "user-deleted", sub: b.sub }]);
    expect(await membersBy()).toEqual({ new: [c.sub], ops: [], sales: [a.sub] });
    await records.wrote([{ kind: "group-deleted", name: "sales" }]);
    expect(await groupsBy()).toEqual([[], ["new"]]);
    // Made again under its name, it has none of its old members.
    await records.wrote([{ kind: "group", group: someGroup("sales", { description: "again" }) }]);
    expect(await membersBy()).toMatchObject({ sales: [] });
    await records.wrote([{ kind: "member-added", group: "sales", sub: c.sub }]);
    expect(await membersBy()).toMatchObject({ sales: [c.sub] });
    expect(await groupsBy()).toEqual([[], ["new", "sales"]]);
  });

  test("that hide a user hide it from every run, until it is shown again", async () => {
    const all = people(3);
    const [a] = all;
    if (a === undefined) throw new Error("three people");
    await stage.publish({ users: all });
    const records = await stage.writer();
    const kept = {
      kind: "User",
      id: a.sub,
      externalId: undefined,
      displayName: undefined,
      values: {},
    } as const;
    await records.keep({ ...kept, hidden: true });
    expect(await stage.list()).toMatchObject({ totalResults: 2 });
    stage.later();
    stage.later();
    await stage.publish({ users: all });
    await records.settle(stage.clock.nowMs);
    await stage.restart();
    expect(idsIn(await stage.list())).toEqual(all.slice(1).map(({ sub }) => sub));
    await (await stage.writer()).keep({ ...kept, hidden: false });
    expect(await stage.list()).toMatchObject({ totalResults: 3 });
  });
});

describe("candidates for a lookup", () => {
  test("are by name in the run and in own writes, in any letter case where it is known", async () => {
    const lists = await stage.lists();
    const never = new AbortController().signal;
    expect(await lists.candidates("User", "userName", "user1", never)).toEqual([]);
    await stage.publish({ users: people(3), groups: [someGroup("Ops")] });
    expect(await lists.candidates("User", "userName", "user1", never)).toEqual([userNumber(1).sub]);
    expect(await lists.candidates("User", "userName", "USER1", never)).toEqual([userNumber(1).sub]);
    expect(await lists.candidates("User", "email", "user2@example.com", never)).toEqual([userNumber(2).sub]);
    expect(await lists.candidates("Group", "displayName", "OPS", never)).toEqual(["Ops"]);
    const records = await stage.writer();
    await records.wrote([{ kind: "user", user: someUser({ sub: "s-9", username: "Zoë" }) }]);
    expect(await lists.candidates("User", "userName", "ZOË", never)).toEqual(["s-9"]);
  });
});

test("what no run needs any more is known: old writes, and what is kept of deleted resources", async () => {
  const [a, b] = people(2);
  if (a === undefined || b === undefined) throw new Error("two people");
  const records = await stage.writer();
  const lists = await stage.lists();
  const never = new AbortController().signal;
  const start = { User: "", Group: "" };
  expect(await lists.obsolete(start, never)).toBeUndefined();
  const values = { externalId: undefined, displayName: undefined, values: {} };
  await records.keep({ kind: "User", id: a.sub, hidden: false, ...values });
  await records.keep({ kind: "User", id: b.sub, hidden: true, ...values });
  await records.keep({ kind: "Group", id: "gone", hidden: false, ...values });
  stage.clock.nowMs += 3_600_000;
  await stage.publish({ users: [b] });
  // The run may have missed what is as young as that.
  expect(await lists.obsolete(start, never)).toMatchObject({ gone: { User: [], Group: [] } });
  stage.later();
  await stage.publish({ users: [b] });
  await stage.list();
  await expect.poll(async () => (await stage.list()).readAt?.getTime()).toBe(stage.clock.nowMs);
  const found = await lists.obsolete(start, never);
  expect(found).toMatchObject({ gone: { User: [a.sub], Group: ["gone"] }, next: undefined });
  // What was kept after the run may be of a resource that the run could not have.
  expect(found?.keptUntil).toBe(stage.clock.nowMs - 3_660_000);
  // The run before may be of pages under way.
  expect(found?.writesUntil).toBe(stage.clock.nowMs - 660_000);
});
