import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { someGroup, someUser, userNumber } from "../../../test/support/fake-directory.ts";
import {
  compare,
  idsIn,
  type ListStage,
  listStage,
  resourcesIn,
  valuesIn,
} from "../../../test/support/list-stage.ts";
import type { User } from "../../core/user.ts";
import type { ListAnswer, ListQuery } from "../pool-view.ts";
import type { OwnWrite } from "../records.ts";
import { ScimError } from "../scim-error.ts";

let stage: ListStage;

beforeEach(() => {
  stage = listStage();
});

afterEach(async () => {
  await stage.remove();
});

const people = (count: number): User[] => Array.from({ length: count }, (_, n) => userNumber(n));
const later = () => {
  stage.clock.nowMs += 10 * 60_000;
};
const refusal = (work: Promise<unknown>): Promise<ScimError> =>
  work.then(
    () => Promise.reject(new Error("it was answered")),
    (error: unknown) => (error instanceof ScimError ? error : Promise.reject(new Error(String(error)))),
  );

/** Every page by index, as a client asks for them. */
async function byIndex(
  query: Partial<ListQuery> = {},
  between: (page: number) => Promise<unknown> = async () => {},
) {
  const pages: ListAnswer[] = [];
  for (let startIndex = 1; ; ) {
    const page = await stage.list({ ...query, start: { by: "index", startIndex } });
    pages.push(page);
    startIndex += page.itemsPerPage;
    if (page.itemsPerPage === 0 || startIndex > page.totalResults) break;
    await between(pages.length);
  }
  return {
    ids: pages.flatMap(idsIn),
    totals: [...new Set(pages.map(({ totalResults }) => totalResults))],
    pages,
  };
}

async function byCursor(
  query: Partial<ListQuery> = {},
  between: (page: number) => Promise<unknown> = async () => {},
) {
  const ids: string[] = [];
  let pages = 0;
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const page: ListAnswer = await stage.list({ ...query, start: { by: "cursor", cursor } });
    ids.push(...idsIn(page));
    cursor = page.nextCursor;
    pages += 1;
    if (cursor !== undefined) await between(pages);
  }
  return { ids, pages };
}

describe("a list", () => {
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
    expect((await byCursor()).ids).toEqual([]);
  });

  test("of users and groups has the users first", async () => {
    await stage.publish({ users: people(5), groups: [someGroup("a"), someGroup("b")] });
    const kinds = ["User", "Group"] as const;
    const { ids, totals } = await byIndex({ kinds, count: 3 });
    expect(ids).toEqual([...people(5).map(({ sub }) => sub), "a", "b"]);
    expect(totals).toEqual([7]);
    expect((await byCursor({ kinds, count: 3 })).ids).toEqual(ids);
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
    later();
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
    later();
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
    later();
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
    later();
    later();
    await stage.publish({ users: all });
    await records.settle(stage.clock.nowMs);
    await stage.restart();
    expect(idsIn(await stage.list())).toEqual(all.slice(1).map(({ sub }) => sub));
    await (await stage.writer()).keep({ ...kept, hidden: false });
    expect(await stage.list()).toMatchObject({ totalResults: 3 });
  });
});

describe("the pages of one caller and query", () => {
  async function changeMuch(page: number): Promise<void> {
    const records = await stage.writer();
    const before = userNumber(page);
    await records.wrote([
      { kind: "user-deleted", sub: before.sub },
      {
        kind: "user",
        user: someUser({ sub: `00000000-0000-4000-8000-00000000${page}fff`, username: "new" }),
      },
    ]);
  }

  test.for([
    ["by index", byIndex],
    ["by cursor", byCursor],
  ] as const)("are of one state, whatever is created and deleted meanwhile: %s", async ([, pagesOf]) => {
    const all = people(150);
    await stage.publish({ users: all });
    const { ids } = await pagesOf({ count: 40 }, changeMuch);
    expect(ids).toEqual(all.map(({ sub }) => sub));
    expect(await stage.list()).toMatchObject({ totalResults: 150 });
  });

  test.for([
    ["by index", byIndex],
    ["by cursor", byCursor],
  ] as const)("are of one run while other runs are published: %s", async ([, pagesOf]) => {
    const all = people(150);
    await stage.publish({ users: all });
    const { ids } = await pagesOf({ count: 40 }, async (page) => {
      later();
      await stage.publish({ users: all.filter((_, n) => n % (page + 1) !== 0) });
      // Another caller sees the newest run.
      await stage.list({ caller: "entra" });
    });
    expect(ids).toEqual(all.map(({ sub }) => sub));
  });

  test("of two jobs with one token stay apart", async () => {
    const all = people(90);
    await stage.publish({ users: all });
    const first = await stage.list({ count: 30 });
    await changeMuch(1);
    const second = await stage.list({ count: 30 });
    const at = (startIndex: number) => stage.list({ count: 30, start: { by: "index", startIndex } });
    // The job that is further is told apart by where it goes on.
    const last = [await at(31), await at(61)];
    expect(second.totalResults).toBe(90);
    expect(idsIn(first)).not.toEqual(idsIn(second));
    const total = new Set(last.flatMap(idsIn));
    expect(total.size).toBe(60);
  });

  test("are of one state while the same caller asks for the first page again and again", async () => {
    const all = people(90);
    await stage.publish({ users: all });
    const { ids } = await byIndex({ count: 30 }, async () => {
      for (let n = 0; n < 20; n += 1) {
        await changeMuch(n % 10);
        await stage.list({ count: 2 });
      }
    });
    expect(ids).toEqual(all.map(({ sub }) => sub));
  });

  test("by cursor go on after a restart", async () => {
    const all = people(150);
    await stage.publish({ users: all });
    const { ids } = await byCursor({ count: 40 }, async (page) => {
      await changeMuch(page);
      await stage.restart();
    });
    expect(ids).toEqual(all.map(({ sub }) => sub));
  });

  test("by cursor belong to their query and caller, and have unreserved characters only", async () => {
    await stage.publish({ users: people(20) });
    const { nextCursor = "" } = await stage.list({ count: 5, start: { by: "cursor", cursor: "" } });
    expect(nextCursor).toMatch(/^[A-Za-z0-9._~-]+$/);
    const start = { by: "cursor", cursor: nextCursor } as const;
    expect((await stage.list({ count: 7, start })).itemsPerPage).toBe(7);
    for (const other of [
      { start, caller: "entra" },
      { start, filter: compare("active", "eq", true) },
      { start, kinds: ["Group"] as const },
      { start: { by: "cursor", cursor: `${nextCursor}0` } as const },
      { start: { by: "cursor", cursor: nextCursor.replace(/^\d/, "9") } as const },
      { start: { by: "cursor", cursor: "x".repeat(10_000) } as const },
    ]) {
      expect(await refusal(stage.list(other))).toMatchObject({ status: 400, scimType: "invalidCursor" });
    }
  });

  test("by cursor end when what they were read of is dropped", async () => {
    await stage.publish({ users: people(20) });
    const { nextCursor = "" } = await stage.list({ count: 5, start: { by: "cursor", cursor: "" } });
    later();
    await (await stage.writer()).settle(stage.clock.nowMs);
    expect(await refusal(stage.list({ start: { by: "cursor", cursor: nextCursor } }))).toMatchObject({
      status: 400,
      scimType: "expiredCursor",
    });
  });
});

describe("a filter", () => {
  beforeEach(async () => {
    const users = people(150).map((user, n) => ({ ...user, enabled: n % 3 !== 0 }));
    await stage.publish({
      users,
      groups: [someGroup("even"), someGroup("none")],
      members: new Map([["even", users.filter((_, n) => n % 2 === 0)]]),
    });
  });

  test("selects by what the resource shows, with its total on every page", async () => {
    const filter = compare("active", "eq", false);
    const { ids, totals } = await byIndex({ filter, count: 7 });
    expect(ids).toEqual(
      people(150)
        .filter((_, n) => n % 3 === 0)
        .map(({ sub }) => sub),
    );
    expect(totals).toEqual([50]);
    expect((await byCursor({ filter, count: 7 })).ids).toEqual(ids);
    expect(await stage.list({ filter, count: 0 })).toMatchObject({
      totalResults: 50,
      itemsPerPage: 0,
      resources: "[]",
    });
  });

  test("sees own writes", async () => {
    const records = await stage.writer();
    await records.wrote([{ kind: "user", user: { ...userNumber(0), username: "renamed", enabled: true } }]);
    const found = async (value: string) =>
      idsIn(await stage.list({ filter: compare("userName", "co", value) }));
    expect(await found("renamed")).toEqual([userNumber(0).sub]);
    expect(await found("user0")).toEqual([]);
  });

  test("by id, externalId, member or time reads only what can match", async () => {
    const records = await stage.writer();
    const sub = userNumber(4).sub;
    await records.keep({
      kind: "User",
      id: sub,
      externalId: "x",
      displayName: undefined,
      values: {},
      hidden: false,
    });
    const recent = new Date(stage.clock.nowMs).toISOString();
    await records.wrote([{ kind: "user", user: { ...userNumber(9), modifiedAt: new Date(recent) } }]);
    const ids = async (query: Partial<ListQuery>) => idsIn(await stage.list(query));
    expect(await ids({ filter: compare("id", "eq", sub) })).toEqual([sub]);
    expect(await ids({ filter: compare("externalId", "eq", "x") })).toEqual([sub]);
    expect(await ids({ filter: compare("externalId", "eq", "y") })).toEqual([]);
    const kinds = ["Group"] as const;
    expect(await ids({ kinds, filter: compare("members.value", "eq", sub) })).toEqual(["even"]);
    expect(await ids({ kinds, filter: compare("members.value", "eq", userNumber(1).sub) })).toEqual([]);
    expect(await ids({ filter: compare("groups.value", "eq", "even"), count: 1 })).toEqual([
      userNumber(0).sub,
    ]);
    expect(await ids({ filter: compare("meta.lastModified", "ge", recent) })).toEqual([userNumber(9).sub]);
    const both = {
      kind: "and",
      filters: [compare("id", "eq", sub), compare("active", "eq", false)],
    } as const;
    expect(await ids({ filter: both })).toEqual([]);
  });

  test("with sortBy has all in that order, equal ones by id", async () => {
    const sort = { path: { urn: undefined, attribute: "userName", sub: undefined }, descending: true };
    const names = people(150).map(({ username }) => username);
    const { pages } = await byIndex({ sort, count: 40 });
    expect(pages.flatMap(resourcesIn).map(({ userName }) => userName)).toEqual(names.toSorted().toReversed());
    const byActive = { path: { urn: undefined, attribute: "active", sub: undefined }, descending: false };
    const { ids } = await byIndex({ sort: byActive, count: 40 });
    const subs = people(150).map(({ sub }) => sub);
    expect(ids).toEqual([...subs.filter((_, n) => n % 3 === 0), ...subs.filter((_, n) => n % 3 !== 0)]);
  });

  test("ends with its caller", async () => {
    const stop = new AbortController();
    stop.abort(new Error("the caller has gone"));
    await expect(stage.list({ filter: compare("active", "eq", true) }, stop.signal)).rejects.toThrow(
      "the caller has gone",
    );
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
  later();
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
