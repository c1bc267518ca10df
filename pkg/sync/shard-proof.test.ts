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
    isResumed: false,
    partsHadEnded: false,
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

function read(judge: ReturnType<typeof proof>, one: SyncPage, usersNow: number): void {
  judge.look(one);
  judge.committed(one, usersNow);
}

test("who was created meanwhile and met in groups alone is no gap of the parts", () => {
  const judge = proof();
  read(judge, ofPart([user(1, BEFORE), user(2, BEFORE)]), 2);
  read(judge, ofGroup([user(3, BEGAN)]), 3);
  expect(judge.failure()).toBeUndefined();
});

test("who was created meanwhile and met in a part excuses nobody who was passed over", () => {
  const judge = proof();
  const listed = user(1, BEGAN);
  read(judge, ofPart([listed, user(2, BEFORE)]), 2);
  read(judge, ofGroup([listed, user(3, BEFORE)]), 3);
  expect(judge.failure()).toBe("1 members of groups were not among them");
});

test("in a run that goes on nobody counts as created meanwhile", () => {
  const judge = proof({ isResumed: true });
  read(judge, ofPart([user(1, BEFORE), user(2, BEFORE)]), 2);
  read(judge, ofGroup([user(3, BEGAN)]), 3);
  expect(judge.failure()).toBe("1 members of groups were not among them");
});

test("more than 100,000 who were created meanwhile are no proof", () => {
  const judge = proof();
  const some = () => Array.from({ length: 50_000 }, (_, n) => user(n, BEGAN));
  read(judge, ofPart(some()), 50_000);
  read(judge, ofGroup(some()), 100_000);
  expect(judge.problem()).toBeUndefined();
  read(judge, ofGroup([user(1, BEGAN)]), 100_001);
  expect(judge.problem()).toBe("more than 100000 users were created meanwhile");
  expect(judge.failure()).toBe("more than 100000 users were created meanwhile");
});
