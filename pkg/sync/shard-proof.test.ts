import { expect, test } from "vitest";
import { userNumber } from "../../test/support/fake-directory.ts";
import { membersListing, USERS_LISTING } from "../core/sync-plan.ts";
import type { User } from "../core/user.ts";
import { createShardProof, type ShardProofOptions } from "./shard-proof.ts";
import type { SyncPage } from "./target.ts";

const BEGAN = new Date("2026-11-29T09:00:00Z");
const BEFORE = new Date(BEGAN.getTime() - 1);

function proof(changes: Partial<ShardProofOptions> = {}) {
  return createShardProof({
    startedAt: BEGAN,
    estimatedUsers: 2,
    previousUsers: undefined,
    ...changes,
  });
}

function user(number: number, createdAt: Date): User {
  return { ...userNumber(number), sub: crypto.randomUUID(), createdAt };
}

function page(cursor: SyncPage["cursor"], users: readonly User[]): SyncPage {
  const rows = users.map((one) => ({
    user: one,
    resourceTypeId: "user",
    resourceId: one.sub,
    stamp: "",
    build: () => {
      throw new Error("a proof needs no message");
    },
  }));
  return { cursor, opens: [], users: rows, groups: [], memberships: [] };
}

const ofPart = (users: readonly User[]) => page({ ...USERS_LISTING, part: "a" }, users);
const ofGroup = (users: readonly User[]) => page(membersListing("g"), users);

/** What a target would answer: so many users, and these whom no part has listed. */
function read(users: number, earlier: readonly string[] = [], { isNew = 0, gone = [""] } = {}) {
  const looked: string[] = [];
  return {
    looked,
    users,
    unlisted: async (most: number) => ({
      total: earlier.length + isNew,
      isNew,
      ids: earlier.slice(0, most),
    }),
    async isGone(id: string) {
      looked.push(id);
      return gone.includes(id);
    },
  };
}

test("a page of a part lists its users, and one of a group meets them", () => {
  const [before, since] = [user(1, BEFORE), user(2, BEGAN)];
  const users = [
    { id: before.sub, isNew: false },
    { id: since.sub, isNew: true },
  ];
  expect(proof().look(ofPart([before, since])).proof).toEqual({ lists: true, users });
  expect(proof().look(ofGroup([before, since])).proof).toEqual({ lists: false, users });
  expect(proof().look(ofGroup([])).proof).toBeUndefined();
});

test("another sub is a problem at once, and its user is looked for also where it is new", () => {
  const judge = proof();
  const odd = { ...user(1, BEGAN), sub: "us-east-1:anna" };
  expect(judge.look(ofGroup([odd])).proof?.users).toEqual([{ id: odd.sub, isNew: false }]);
  expect(judge.problem()).toBe("a user has an id (sub) that none of them selects");
});

test("who was created meanwhile and met in groups alone is no gap of the parts", async () => {
  expect(await proof().failure(read(3, [], { isNew: 1 }))).toBeUndefined();
});

test("who was created meanwhile does not count among those in the parts", async () => {
  expect(await proof({ estimatedUsers: 1000 }).failure(read(1000, [], { isNew: 30 }))).toBe(
    "they hold 970 users, and Cognito's estimate is 1000",
  );
});

test("who was met in groups alone is a gap, unless the pool has no such user now", async () => {
  const there = read(3, ["a"]);
  expect(await proof().failure(there)).toBe("1 members of groups were not among them");
  expect(await proof().failure(read(3, ["a"], { gone: ["a"] }))).toBeUndefined();
});

test("no more are looked for than a quarter of the pages of all users, and none after the first who is there", async () => {
  const ids = Array.from({ length: 400 }, (_, n) => `id ${n}`);
  const all = { estimatedUsers: 60_000 };
  const some = read(60_250, ids.slice(0, 250), { gone: ids });
  expect(await proof(all).failure(some)).toBeUndefined();
  expect(some.looked).toHaveLength(250);
  const many = read(60_260, ids.slice(0, 260), { gone: ids });
  expect(await proof(all).failure(many)).toBe("260 members of groups were not among them");
  expect(many.looked).toEqual([]);
  const one = read(60_250, ids.slice(0, 250), { gone: ids.slice(0, 2) });
  expect(await proof(all).failure(one)).toBe("250 members of groups were not among them");
  expect(one.looked).toEqual(ids.slice(0, 3));
});
