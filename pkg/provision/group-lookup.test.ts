import { describe, expect, test } from "vitest";
import { never, refusal } from "../../test/support/adapter.ts";
import {
  type FakeDirectory,
  fakeDirectory,
  type Interception,
  someGroup,
  throttledError,
} from "../../test/support/fake-directory.ts";
import { GovernanceError } from "../core/errors.ts";
import { createGroupLookup } from "./group-lookup.ts";

const NAMES = Array.from({ length: 150 }, (_, n) => `group${String(n).padStart(3, "0")}`);

function denied(operation: string): GovernanceError {
  return new GovernanceError(
    "permission-denied",
    `${operation}: not allowed; allow cognito-idp:${operation}`,
  );
}

/** 150 groups on three pages. */
function scene(intercept: Interception = () => {}) {
  let nowMs = 1_000_000;
  const fake = fakeDirectory({ groups: NAMES.map((name) => someGroup(name)) }, intercept);
  const lookup = createGroupLookup(fake.directory, () => nowMs);
  const wait = (ms: number): void => {
    nowMs += ms;
  };
  return { ...fake, lookup, wait, counts: () => countsOf(fake) };
}

function countsOf({ calls }: FakeDirectory) {
  const of = (operation: string): number => calls.filter((call) => call === operation).length;
  return { getGroup: of("GetGroup"), listGroups: of("ListGroups") };
}

const withoutGetGroup: Interception = (operation) => {
  if (operation === "GetGroup") throw denied(operation);
};

describe("where GetGroup is allowed", () => {
  test("one reading serves everybody who asks for the group, for a minute", async () => {
    const { lookup, wait, counts } = scene();
    await Promise.all(Array.from({ length: 100 }, () => lookup.recent("group007", never)));
    wait(59_999);
    expect((await lookup.recent("group007", never))?.name).toBe("group007");
    expect(counts()).toEqual({ getGroup: 1, listGroups: 0 });
    wait(1);
    await lookup.recent("group007", never);
    expect(counts()).toEqual({ getGroup: 2, listGroups: 0 });
  });

  test("a reading that serves all is on behalf of none, one for a single change is its caller's", async () => {
    let forAll = false;
    const readings: boolean[] = [];
    const fake = fakeDirectory({ groups: NAMES.map((name) => someGroup(name)) }, () => {
      readings.push(forAll);
    });
    const lookup = createGroupLookup(
      fake.directory,
      () => 1000,
      (work) => {
        forAll = true;
        try {
          return work();
        } finally {
          forAll = false;
        }
      },
    );
    await lookup.recent("group007", never);
    await lookup.current("group007", never);
    expect(readings).toEqual([true, false]);
  });

  test("many groups at once are read by pages of 60, so they do not wait for five calls a second", async () => {
    const { lookup, counts } = scene();
    const found = await Promise.all(NAMES.map((name) => lookup.recent(name, never)));
    expect(found.map((group) => group?.name)).toEqual(NAMES);
    const { getGroup, listGroups } = counts();
    expect(getGroup).toBeLessThanOrEqual(11);
    expect(listGroups).toBe(3);
  });

  test("many groups at once are read one by one where ListGroups is denied", async () => {
    const { lookup } = scene((operation) => {
      if (operation === "ListGroups") throw denied(operation);
    });
    const found = await Promise.all(NAMES.slice(0, 30).map((name) => lookup.recent(name, never)));
    expect(found.every((group) => group !== undefined)).toBe(true);
  });

  test("a change of the group is seen by the next reading", async () => {
    const { lookup, content } = scene();
    await lookup.recent("group001", never);
    content.groups = [someGroup("group001", { roleArn: "arn:aws:iam::123456789012:role/admin" })];
    lookup.forget("group001");
    expect((await lookup.recent("group001", never))?.roleArn).toMatch(/role\/admin$/);
  });

  test("what is current is never an earlier reading", async () => {
    const { lookup, counts } = scene();
    await lookup.recent("group001", never);
    await lookup.current("group001", never);
    expect(counts().getGroup).toBe(2);
  });

  test("that a group does not exist is not remembered", async () => {
    const { lookup, content } = scene();
    expect(await lookup.recent("new", never)).toBeUndefined();
    content.groups.push(someGroup("new"));
    expect((await lookup.recent("new", never))?.name).toBe("new");
  });
});

describe("where GetGroup is denied", () => {
  test("the groups are listed up to the one that is asked for", async () => {
    const { lookup, counts } = scene(withoutGetGroup);
    expect((await lookup.recent("group070", never))?.name).toBe("group070");
    expect(counts()).toEqual({ getGroup: 1, listGroups: 2 });
    await lookup.recent("group001", never);
    await lookup.recent("group110", never);
    expect(counts()).toEqual({ getGroup: 1, listGroups: 2 });
    await lookup.recent("group149", never);
    expect(counts()).toEqual({ getGroup: 1, listGroups: 3 });
  });

  test("one listing serves a burst over all groups", async () => {
    const { lookup, counts } = scene(withoutGetGroup);
    const burst = Array.from({ length: 1000 }, (_, n) => NAMES[n % NAMES.length] ?? "");
    const found = await Promise.all(burst.map((name) => lookup.recent(name, never)));
    expect(found.map((group) => group?.name)).toEqual(burst);
    expect(counts().listGroups).toBeLessThanOrEqual(3);
  });

  test("a group does not exist only by a listing that began after the question", async () => {
    const { lookup, content, counts } = scene(withoutGetGroup);
    expect(await lookup.recent("zzz", never)).toBeUndefined();
    expect(counts().listGroups).toBe(3);
    content.groups.push(someGroup("zzz"));
    expect((await lookup.recent("zzz", never))?.name).toBe("zzz");
    expect(await lookup.current("never-there", never)).toBeUndefined();
  });

  test("a page that fails is never a group that does not exist", async () => {
    let fails = 1;
    const { lookup } = scene((operation, _number, page) => {
      withoutGetGroup(operation, 0, page);
      if (operation === "ListGroups" && page.marker !== undefined && fails-- > 0) throw throttledError();
    });
    for (const how of ["recent", "current"] as const) {
      fails = 1;
      expect(await refusal(lookup[how]("zzz", never))).toMatchObject({ code: "throttled" });
    }
    expect((await lookup.recent("group149", never))?.name).toBe("group149");
  });

  test("GetGroup is asked again after a minute", async () => {
    let allowed = false;
    const { lookup, wait, counts } = scene((operation, number, page) => {
      if (!allowed) withoutGetGroup(operation, number, page);
    });
    await lookup.recent("group000", never);
    allowed = true;
    wait(60_000);
    await lookup.recent("group000", never);
    await lookup.current("group000", never);
    expect(counts()).toEqual({ getGroup: 3, listGroups: 1 });
  });

  test("a change forgets the listing under way too", async () => {
    const { lookup, content } = scene(withoutGetGroup);
    await lookup.recent("group000", never);
    content.groups.unshift(someGroup("aaa", { roleArn: "arn:aws:iam::123456789012:role/admin" }));
    lookup.forget("aaa");
    expect((await lookup.recent("aaa", never))?.roleArn).toMatch(/admin$/);
  });

  test("a listing that would never end is an error", async () => {
    const { lookup } = scene((operation, number, page) => {
      withoutGetGroup(operation, number, page);
      return operation === "ListGroups" ? { items: [], next: "again" } : undefined;
    });
    for (const how of ["recent", "current"] as const) {
      expect(await refusal(lookup[how]("group149", never))).toMatchObject({ code: "internal" });
    }
  });

  test("denied ListGroups too, the lookup names both actions and says nothing of the group", async () => {
    const { lookup } = scene((operation) => {
      throw denied(operation);
    });
    for (const how of ["recent", "current"] as const) {
      const refused = await refusal(lookup[how]("group000", never));
      expect(refused.code).toBe("permission-denied");
      expect(refused.message).toMatch(/cognito-idp:GetGroup or cognito-idp:ListGroups.*neither is allowed/);
    }
  });
});

test("one who leaves takes nothing from the others, and the last ends the reading", async () => {
  const started = Promise.withResolvers<AbortSignal>();
  const answer = Promise.withResolvers<void>();
  const { directory } = fakeDirectory({ groups: [someGroup("team")] });
  const lookup = createGroupLookup(
    {
      ...directory,
      async getGroup(name, signal) {
        started.resolve(signal);
        await answer.promise;
        return directory.getGroup(name, signal);
      },
    },
    () => 0,
  );
  const one = new AbortController();
  const two = new AbortController();
  const first = refusal(lookup.recent("team", one.signal));
  const second = lookup.recent("team", two.signal);
  const reading = await started.promise;
  one.abort(new GovernanceError("canceled", "gone"));
  expect((await first).code).toBe("canceled");
  expect(reading.aborted).toBe(false);
  answer.resolve();
  expect((await second)?.name).toBe("team");

  const third = new AbortController();
  const last = refusal(lookup.recent("other", third.signal));
  third.abort(new GovernanceError("canceled", "gone"));
  expect((await last).code).toBe("canceled");
});
