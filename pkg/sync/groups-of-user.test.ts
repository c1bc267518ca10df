import { describe, expect, test } from "vitest";
import {
  type FakePool,
  fakeDirectory,
  POOL,
  someGroup,
  userNumber,
} from "../../test/support/fake-directory.ts";
import { emptyRun, type MemoryRun, memoryTarget, syncInto } from "../../test/support/memory-target.ts";
import { createConnector } from "../connector/create-connector.ts";
import { GovernanceError } from "../core/errors.ts";

const gone = (): GovernanceError => new GovernanceError("not-found", "no such user", { reason: "user-gone" });
const ASKED = 5;

/** Six users in pages of two, all in one group. Of the last one AWS answers as `answers` say, one for each question. */
async function readWith(
  answers: (asked: number, content: FakePool) => Error | undefined,
  { denial }: { denial?: "permission-denied" | "unimplemented" } = {},
) {
  const users = Array.from({ length: 6 }, (_, n) => userNumber(n));
  const { directory, content, calls } = fakeDirectory({
    users,
    groups: [someGroup("all")],
    members: new Map([["all", users]]),
    pageItems: 2,
  });
  let asked = 0;
  const doubtful: typeof directory = {
    ...directory,
    async getUser(username, signal) {
      if (denial !== undefined) throw new GovernanceError(denial, "denied");
      return await directory.getUser(username, signal);
    },
    async listGroupsOfUser(username, page, signal) {
      if (username !== `user${ASKED}`) return await directory.listGroupsOfUser(username, page, signal);
      asked += 1;
      const failure = answers(asked, content);
      if (failure !== undefined) throw failure;
      return await directory.listGroupsOfUser(username, page, signal);
    },
  };
  const run = emptyRun();
  const pausesMs: number[] = [];
  const connector = createConnector({ directory: doubtful, poolId: POOL, userIdKind: "sub", now: () => 0 });
  const outcome = await syncInto([memoryTarget(run)], {
    connector,
    membersRead: "by user",
    listingsAtOnce: 1,
    sleep: async (ms) => void pausesMs.push(ms),
  }).then(
    () => "whole",
    (error: unknown) => GovernanceError.from(error),
  );
  return {
    outcome,
    asked,
    pausesMs,
    members: membersIn(run),
    checks: calls.filter((call) => call === "AdminGetUser").length,
  };
}

const membersIn = (run: MemoryRun): readonly string[] =>
  [...run.grants.values()].map(({ principal }) => principal?.id?.resource ?? "").toSorted();

const subsWithout = (...numbers: readonly number[]): readonly string[] =>
  [0, 1, 2, 3, 4, 5].filter((n) => !numbers.includes(n)).map((n) => userNumber(n).sub);

function remove(content: FakePool): void {
  content.users = content.users.filter(({ username }) => username !== `user${ASKED}`);
  content.members.set("all", content.users);
}

describe("that there is no such user, where the groups of a user are asked for", () => {
  test("is believed where AWS does not have the user either: nobody else loses a membership", async () => {
    const read = await readWith((_, content) => {
      remove(content);
      return gone();
    });
    expect(read).toEqual({
      outcome: "whole",
      asked: 1,
      pausesMs: [],
      members: subsWithout(ASKED),
      checks: 1,
    });
  });

  test("is believed where another user has the username since", async () => {
    const read = await readWith((_, content) => {
      remove(content);
      content.users.push({ ...userNumber(77), username: `user${ASKED}` });
      return gone();
    });
    expect(read).toMatchObject({ outcome: "whole", asked: 1, checks: 1 });
    expect(read.members).not.toContain(userNumber(ASKED).sub);
  });

  test("is asked again, after a pause, where AWS has the user", async () => {
    const read = await readWith((asked) => (asked <= 2 ? gone() : undefined));
    expect(read).toEqual({
      outcome: "whole",
      asked: 3,
      pausesMs: [500, 2_000],
      members: subsWithout(),
      checks: 2,
    });
  });

  test("fails the run where AWS has the user and goes on so: nothing less is published", async () => {
    const read = await readWith(() => gone());
    expect(read).toMatchObject({ asked: 5, pausesMs: [500, 2_000, 5_000, 10_000] });
    expect(read.outcome).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(
        /^AWS has the user with sub 0{8}-.*-0{11}5, and answers that there is no such user/,
      ),
    });
  });

  test.each(["permission-denied", "unimplemented"] as const)(
    "is held against the listing where AdminGetUser is %s",
    async (denial) => {
      const isThere = await readWith((asked) => (asked === 1 ? gone() : undefined), { denial });
      expect(isThere).toMatchObject({ outcome: "whole", asked: 2, members: subsWithout() });
      const isGone = await readWith(
        (_, content) => {
          remove(content);
          return gone();
        },
        { denial },
      );
      expect(isGone).toMatchObject({ outcome: "whole", asked: 1, members: subsWithout(ASKED) });
    },
  );

  test("fails the run where nobody can say whether there is the user", async () => {
    const read = await readWith((_, content) => {
      content.users = [];
      Object.defineProperty(content, "users", {
        get() {
          throw new GovernanceError("throttled", "too many requests");
        },
      });
      return gone();
    });
    expect(read.outcome).toMatchObject({ code: "throttled" });
  });
});

test("mark 4: groups of a user with ever new markers end the run with an error", async () => {
  const { directory, calls } = fakeDirectory(
    { users: [userNumber(1)], groups: [someGroup("all")] },
    (operation, number) => {
      if (operation !== "AdminListGroupsForUser") return;
      if (number > 2_000) throw new GovernanceError("data-loss", "asked without an end");
      return { items: [], next: `m:${number}` };
    },
  );
  const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
  const sync = syncInto([memoryTarget(emptyRun())], {
    connector,
    membersRead: "by user",
    listingsAtOnce: 1,
  });
  await expect(sync).rejects.toMatchObject({
    code: "internal",
    message: expect.stringContaining("were empty"),
  });
  expect(calls.length).toBeLessThan(1_010);
});
