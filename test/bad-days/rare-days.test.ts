import { describe, expect, test } from "vitest";
import { DAYS, FIRST_SEED } from "../support/bad-days-program.ts";
import { poolOfDay } from "./pool-of-day.ts";
import { type DayPlan, drawDay } from "./schedule.ts";

const days = Array.from({ length: DAYS }, (_, index) => drawDay(FIRST_SEED + index));

const OF_TODAY = /^[0-9a-f]{8}-/u;
const areInParts = ({ shards, estimatedUsers = 0 }: DayPlan): boolean =>
  shards > 1 && estimatedUsers >= 1_000;

const KINDS: readonly (readonly [string, (plan: DayPlan) => boolean])[] = [
  [
    "reads in parts a pool where somebody with another sub is in no group",
    (plan) => {
      const pool = poolOfDay(plan, plan);
      return (
        areInParts(plan) &&
        pool
          .allUsers()
          .some(
            ({ sub, username }) => !OF_TODAY.test(sub) && pool.groupsOf(username, -1, 1).items.length === 0,
          )
      );
    },
  ],
  [
    "reads in parts a pool of about as many users as estimated",
    (plan) => areInParts(plan) && Math.abs(plan.users - (plan.estimatedUsers ?? 0)) < plan.users / 100,
  ],
  [
    "makes groups again after a process that is killed",
    ({ madeAgain, kills, groups }) => groups > 1 && madeAgain.length > 0 && kills[0] !== undefined,
  ],
  [
    "loses most users between two syncs",
    ({ leaving, syncs, users }) => leaving > 0.5 && syncs > 1 && users > 2,
  ],
];

describe(`the ${DAYS} days of each change`, () => {
  test.for(KINDS)("have several times a day that %s", ([, isOne]) => {
    expect(days.filter(isOne).length).toBeGreaterThanOrEqual(3);
  });

  test("have a search by a prefix that lacks members of groups and others", () => {
    const found = days.filter(({ searchLacks }) => searchLacks !== undefined);
    for (const plan of found) {
      const pool = poolOfDay(plan, plan);
      const members = pool
        .allUsers()
        .filter(({ username }) => pool.groupsOf(username, -1, 1).items.length > 0);
      expect(members.length).toBeGreaterThan(plan.searchLacks?.members ?? 0);
      expect(plan.users - members.length).toBeGreaterThan(plan.searchLacks?.others ?? 0);
    }
    expect(found.length).toBeGreaterThanOrEqual(2);
  });
});
