import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { someGroup, userNumber } from "../../../test/support/fake-directory.ts";
import {
  compare,
  idsIn,
  type ListStage,
  listStage,
  people,
  resourcesIn,
} from "../../../test/support/list-stage.ts";
import type { ListQuery } from "../pool-view.ts";

let stage: ListStage;

beforeEach(() => {
  stage = listStage();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await stage.remove();
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
    const { ids, totals } = await stage.byIndex({ filter, count: 7 });
    expect(ids).toEqual(
      people(150)
        .filter((_, n) => n % 3 === 0)
        .map(({ sub }) => sub),
    );
    expect(totals).toEqual([50]);
    expect((await stage.byCursor({ filter, count: 7 })).ids).toEqual(ids);
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

  test("reads a time without an offset as UTC, wherever the machine is", async () => {
    vi.stubEnv("TZ", "America/New_York");
    expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(300);
    const value = userNumber(0).modifiedAt.toISOString().slice(0, -1);
    const filter = { ...compare("meta.lastModified", "ge", value), as: "dateTime" } as const;
    expect(idsIn(await stage.list({ filter }))).toContain(userNumber(0).sub);
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
    const { pages } = await stage.byIndex({ sort, count: 40 });
    expect(pages.flatMap(resourcesIn).map(({ userName }) => userName)).toEqual(names.toSorted().toReversed());
    const byActive = { path: { urn: undefined, attribute: "active", sub: undefined }, descending: false };
    const { ids } = await stage.byIndex({ sort: byActive, count: 40 });
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
