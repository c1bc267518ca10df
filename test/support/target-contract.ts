// What every target of a sync does: the contract of pkg/sync/target.ts as tests. A new target calls `targetContract` in
// its own test file.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createConnector } from "../../pkg/connector/create-connector.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import {
  advance,
  drop,
  firstListings,
  GROUPS_LISTING,
  type ListingCursor,
  listingKey,
  membersListing,
  NO_ROWS,
  USERS_LISTING,
  USERS_WITH_GROUPS_LISTING,
} from "../../pkg/core/sync-plan.ts";
import { WHOLE_POOL } from "../../pkg/core/sync-scope.ts";
import type { PageProof } from "../../pkg/core/unlisted-users.ts";
import type { User } from "../../pkg/core/user.ts";
import type { SyncPage, SyncTarget } from "../../pkg/sync/target.ts";
import { type FakePool, fakeDirectory, POOL, someGroup, userNumber } from "./fake-directory.ts";
import { syncInto } from "./memory-target.ts";

export interface TargetUnderTest {
  /** Opens the target as a new process would; after a close, over what the earlier one left. */
  open(options: { readonly acceptShrink: boolean }): Promise<SyncTarget>;
  remove(): Promise<void> | void;
}

const never = new AbortController().signal;
const STRICT = { acceptShrink: false };
const RUN = {
  id: "3MQ1VqVfNWcserrPtRDPDx6Yklq",
  startedAt: new Date("2026-11-21T12:00:00Z"),
  scope: WHOLE_POOL,
};
const COUNTS = { users: 9, groups: 3, memberships: 11 };

/** 9 users, and groups of 9, 2 and 0 of them, in pages of 4. */
function pool(): Partial<FakePool> {
  const users = Array.from({ length: 9 }, (_, n) => userNumber(n));
  const sizes = { all: 9, two: 2, none: 0 };
  return {
    users,
    groups: Object.keys(sizes).map((name) => someGroup(name)),
    members: new Map(Object.entries(sizes).map(([name, size]) => [name, users.slice(0, size)])),
    pageItems: 4,
  };
}

function connectorOf(content: Partial<FakePool>, failsAtCall = Number.POSITIVE_INFINITY) {
  const { directory } = fakeDirectory(content, (_, call) => {
    if (call >= failsAtCall) throw new GovernanceError("unavailable", "AWS is out of reach");
  });
  return createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
}

function read(target: SyncTarget, content = pool(), failsAtCall?: number) {
  const connector = connectorOf(content, failsAtCall);
  // Of the same day as the clocks of the targets: a run of a day that is still to come begins again.
  return syncInto([target], { connector, listingsAtOnce: 1, startedAt: RUN.startedAt });
}

function sorted(listings: readonly ListingCursor[]): readonly ListingCursor[] {
  return listings.toSorted((a, b) => (listingKey(a) < listingKey(b) ? -1 : 1));
}

function proofOf(users: SyncPage["users"], lists: boolean, newOne?: string): PageProof {
  return { lists, users: users.map(({ resourceId: id }) => ({ id, isNew: id === newOne })) };
}

async function groupsPage(cursor: ListingCursor, content = pool()): Promise<SyncPage> {
  const { items } = await connectorOf(content).listGroups({ pageToken: "", pageSize: 0 }, never);
  const opens = items.map(({ group }) => membersListing(group.name));
  return { cursor, opens, users: [], groups: items, memberships: [] };
}

async function membersPage(group: string, cursor: ListingCursor, content = pool()): Promise<SyncPage> {
  const request = { pageToken: "", pageSize: 0 };
  const { items } = await connectorOf(content).listMembers(group, request, never);
  return { cursor, opens: [], users: items.map(({ member }) => member), groups: [], memberships: items };
}

export function targetContract(name: string, make: () => TargetUnderTest): void {
  describe(`${name} as a target of a sync`, () => {
    let place: TargetUnderTest;
    let target: SyncTarget;

    async function reopened(options = STRICT): Promise<SyncTarget> {
      await target.close();
      target = await place.open(options);
      return target;
    }

    beforeEach(async () => {
      place = make();
      target = await place.open(STRICT);
    });
    afterEach(async () => {
      await target.close();
      await place.remove();
    });

    test("holds nothing at first, and a run once it has begun, also for the next process", async () => {
      expect(target).toMatchObject({ run: undefined, resumed: false, complete: undefined, counts: NO_ROWS });
      await target.begin(RUN, connectorOf({}).listResourceTypes(), firstListings(WHOLE_POOL));
      expect(target).toMatchObject({ run: RUN, resumed: false, counts: NO_ROWS });
      expect(await reopened()).toMatchObject({ run: RUN, resumed: true, counts: NO_ROWS });
      expect(sorted(await target.listings())).toEqual(sorted(firstListings(WHOLE_POOL)));
    });

    test("is filled, published once, and tells the next sync of it", async () => {
      await read(target);
      expect(target.counts).toEqual(COUNTS);
      expect((await target.listings()).map(({ state }) => state)).toEqual([
        "done",
        "done",
        "done",
        "done",
        "done",
      ]);
      await target.check(STRICT);
      const { id, startedAt, endedAt, previous } = await target.publish(STRICT, never);
      expect(previous).toBeUndefined();
      expect(endedAt.getTime()).toBeGreaterThanOrEqual(startedAt.getTime());
      const { complete, run } = await reopened();
      expect({ complete, run }).toEqual({
        complete: { id, startedAt, endedAt, scope: WHOLE_POOL, counts: COUNTS },
        run: undefined,
      });
      expect(await target.previousMembers(["all", "two", "none", "unknown"])).toEqual([9, 2, 0, 0]);
    });

    test("the run that was published last is the newest one, whatever the order of the ids", async () => {
      const ids = ["z".repeat(27), "m".repeat(27), "0".repeat(27)];
      for (const [index, id] of ids.entries()) {
        await target.begin({ ...RUN, id }, connectorOf({}).listResourceTypes(), firstListings(WHOLE_POOL));
        const users = Array.from({ length: 9 - index }, (_, n) => userNumber(n));
        await read(target, { ...pool(), users, groups: [], members: new Map() });
        expect(await target.publish(STRICT, never)).toMatchObject({ id, counts: { users: 9 - index } });
        expect((await reopened()).complete).toMatchObject({ id, counts: { users: 9 - index } });
      }
    });

    test("goes on from any call that failed, to the same rows", async () => {
      for (let call = 2; call <= 8; call += 1) {
        await expect(read(target, pool(), call)).rejects.toThrow("out of reach");
        const { run, counts } = target;
        const listings = sorted(await target.listings());
        expect(await reopened()).toMatchObject({ run, resumed: true, counts, discarded: undefined });
        expect(sorted(await target.listings())).toEqual(listings);
        await read(target);
        expect(target.counts).toEqual(COUNTS);
        await target.discard();
      }
    });

    test("a page that its listing does not wait for is refused, and changes nothing", async () => {
      await read(target);
      const listings = sorted(await target.listings());
      await expect(
        target.commit(await membersPage("two", advance(membersListing("two"), ""))),
      ).rejects.toBeInstanceOf(GovernanceError);
      await expect(
        target.commit(await membersPage("two", advance(membersListing("new"), ""))),
      ).rejects.toBeInstanceOf(GovernanceError);
      const stranger = userNumber(20);
      const content = { ...pool(), users: [stranger], members: new Map([["none", [stranger]]]) };
      await expect(
        target.commit(await membersPage("none", advance(membersListing("none"), ""), content)),
      ).rejects.toBeInstanceOf(GovernanceError);
      expect(target.counts).toEqual(COUNTS);
      expect(sorted(await target.listings())).toEqual(listings);
      expect((await reopened()).counts).toEqual(COUNTS);
      expect(await target.publish(STRICT, never)).toMatchObject({ counts: COUNTS });
      expect(await (await reopened()).previousMembers(["none"])).toEqual([0]);
    });

    test("takes a page that has a user twice, as it was and as it is", async () => {
      const rowsOf = async (user: User) =>
        (await connectorOf({ users: [user] }).listUsers({ pageToken: "", pageSize: 0 }, never)).items;
      const older = userNumber(1);
      const was = await rowsOf(older);
      const is = await rowsOf({ ...older, modifiedAt: new Date(older.modifiedAt.getTime() + 1_000) });
      const page = (cursor: ListingCursor, users: SyncPage["users"]): SyncPage => {
        return { cursor, opens: [], users, groups: [], memberships: [] };
      };
      await target.begin(RUN, connectorOf({}).listResourceTypes(), firstListings(WHOLE_POOL));
      const first = advance(USERS_LISTING, "2");
      await target.commit(page(first, is));
      await target.commit(page(advance(first, ""), [...was, ...is]));
      expect(target.counts).toEqual({ users: 1, groups: 0, memberships: 0 });
    });

    test.for([[1], [-1]] as const)(
      "takes a listing that has a group twice, as it was and as it is (%i)",
      async ([order]) => {
        const content = pool();
        const again = content.groups?.map((group) => ({
          ...group,
          createdAt: new Date(group.createdAt.getTime() + 1_000),
        }));
        const groups = content.groups?.flatMap((group, at) => [group, again?.[at] ?? group]) ?? [];
        await read(target, { ...content, groups: order === 1 ? groups : groups.toReversed() });
        expect(target.counts).toEqual(COUNTS);
        expect(await target.publish(STRICT, never)).toMatchObject({ counts: COUNTS });
      },
    );

    test("opens the listings of groups that are new or were dropped, and leaves the others", async () => {
      await target.begin(RUN, [], firstListings(WHOLE_POOL));
      const page = await groupsPage(advance(GROUPS_LISTING, "more"));
      expect(await target.commit(page)).toEqual(page.opens);
      expect(await target.commit(page)).toEqual([]);
      await target.commit(await membersPage("two", advance(membersListing("two"), "more")));
      expect(target.counts).toEqual({ users: 2, groups: 3, memberships: 2 });
      await target.dropGroup(drop(advance(membersListing("two"), "more")));
      expect(target.counts).toEqual({ users: 2, groups: 2, memberships: 0 });
      expect(await target.commit(page)).toEqual([membersListing("two")]);
      expect(target.counts.groups).toBe(3);
    });

    test("keeps whom no page has listed, also for the next process, and no user without a proof", async () => {
      await target.begin(RUN, [], firstListings(WHOLE_POOL, ["a", "b"]));
      await target.commit(await groupsPage(advance(GROUPS_LISTING, "")));
      const subs = pool().users?.map(({ sub }) => sub) ?? [];
      const listed = async (prefix: string, from: number, to: number): Promise<SyncPage> => {
        const { items } = await connectorOf(pool()).listUsers({ pageToken: "", pageSize: 0 }, never);
        const cursor = advance({ ...USERS_LISTING, part: prefix }, "");
        const users = items.slice(from, to);
        return { cursor, opens: [], users, groups: [], memberships: [], proof: proofOf(users, true) };
      };
      // Of the four members on the page one is listed before, and one after.
      await target.commit(await listed("a", 0, 1));
      const page = await membersPage("all", advance(membersListing("all"), "more"));
      await target.commit({ ...page, proof: proofOf(page.users, false, subs[3]) });
      expect(await target.unlisted(9)).toEqual({ total: 3, isNew: 1, ids: [subs[1], subs[2]] });
      expect((await target.unlisted(1)).ids).toHaveLength(1);
      await target.commit(await listed("b", 1, 2));
      await target.commit(await membersPage("two", advance(membersListing("two"), "")));
      const left = { total: 2, isNew: 1, ids: [subs[2]] };
      expect(await (await reopened()).unlisted(9)).toEqual(left);
      await target.rewind([membersListing("all")]);
      await target.commit({ ...page, proof: proofOf(page.users, false) });
      expect(await target.unlisted(9)).toEqual(left);
      await target.discard();
      await target.begin(RUN, [], firstListings(WHOLE_POOL));
      expect(await target.unlisted(9)).toEqual({ total: 0, isNew: 0, ids: [] });
    });

    test("a half-read group that was made again loses its members where no listing is being read", async () => {
      await target.begin(RUN, [], firstListings(WHOLE_POOL));
      await target.commit(await groupsPage(advance(GROUPS_LISTING, "more")));
      const page = await membersPage("all", advance(membersListing("all"), "more"));
      await target.commit(page);
      const again = pool();
      const groups = again.groups?.map((group) => ({
        ...group,
        createdAt: new Date("2026-11-20T00:00:00Z"),
      }));
      const madeAgain = await groupsPage(advance(GROUPS_LISTING, "more"), { ...again, groups: groups ?? [] });
      await target.commit(madeAgain);
      expect(target.counts.memberships).toBe(4);
      await target.rewind([GROUPS_LISTING]);
      const older = await groupsPage(advance(GROUPS_LISTING, "more"));
      const opened = await target.commit({ ...older, membersAreIdle: true });
      expect(opened).toContainEqual(membersListing("all"));
      expect(target.counts.memberships).toBe(0);
    });

    test("users with their groups: of a group that was made again only the members of this page", async () => {
      const connector = connectorOf(pool());
      const { items: users } = await connector.listUsers({ pageToken: "", pageSize: 0 }, never);
      const page = async (
        pages: number,
        groups: SyncPage["groups"],
        of: SyncPage["users"],
      ): Promise<SyncPage> => ({
        cursor: advance({ ...USERS_WITH_GROUPS_LISTING, pages }, "more"),
        opens: groups.map(({ group }) => ({ ...membersListing(group.name), state: "done" })),
        users: of,
        groups,
        memberships: ["all", "two"].flatMap((group) => connector.memberships(group, of)),
      });
      await target.begin(RUN, [], firstListings(WHOLE_POOL, [], "by user"));
      const { groups } = await groupsPage(advance(GROUPS_LISTING, ""));
      await target.commit(await page(0, groups, users.slice(0, 2)));
      await target.commit(await page(1, [], users.slice(0, 3)));
      expect(target.counts).toEqual({ users: 3, groups: 3, memberships: 6 });
      const again = pool().groups?.map((group) => ({
        ...group,
        createdAt: new Date("2026-11-20T00:00:00Z"),
      }));
      const made = await groupsPage(advance(GROUPS_LISTING, ""), { ...pool(), groups: again ?? [] });
      const two = made.groups.filter(({ group }) => group.name === "two");
      await target.commit(await page(2, two, users.slice(1, 3)));
      // Three of "all", and of "two" the two of the newer group.
      expect(target.counts).toEqual({ users: 3, groups: 3, memberships: 5 });
      const [open] = (await (await reopened()).listings()).filter(({ kind }) => kind === "users-with-groups");
      expect(open).toEqual({ ...USERS_WITH_GROUPS_LISTING, token: "more", pages: 3 });
    });

    test("sets listings back; one that begins again forgets its memberships", async () => {
      await read(target);
      const cursors = [{ ...USERS_LISTING, token: "t", pages: 1 }, membersListing("two")];
      await target.rewind(cursors);
      expect(target.counts).toEqual({ ...COUNTS, memberships: 9 });
      const open = (await target.listings()).filter(({ state }) => state === "open");
      expect(sorted(open)).toEqual(sorted(cursors));
      await expect(target.publish(STRICT, never)).rejects.toBeInstanceOf(GovernanceError);
    });

    test("a run that is discarded leaves nothing, and another one begins", async () => {
      await read(target);
      await target.discard();
      expect(target).toMatchObject({ run: undefined, resumed: false, counts: NO_ROWS });
      expect((await reopened()).run).toBeUndefined();
      await read(target);
      expect(await target.publish(STRICT, never)).toMatchObject({ counts: COUNTS });
    });

    test("refuses a run that lost more than half, and publishes it once that is accepted", async () => {
      await read(target);
      const { id } = await target.publish(STRICT, never);
      await read(await reopened(), { ...pool(), users: [], groups: [], members: new Map() });
      await expect(target.check(STRICT)).rejects.toMatchObject({ code: "refused-by-guard" });
      await expect(target.publish(STRICT, never)).rejects.toMatchObject({ code: "refused-by-guard" });
      expect(await reopened({ acceptShrink: true })).toMatchObject({ resumed: true, complete: { id } });
      await target.check({ acceptShrink: true });
      const published = await target.publish({ acceptShrink: true }, never);
      expect(published).toMatchObject({ counts: NO_ROWS, previous: COUNTS });
    });

    test("a publication that is aborted is not shown, and can be made again", async () => {
      await read(target);
      await expect(target.publish(STRICT, AbortSignal.abort())).rejects.toMatchObject({ code: "canceled" });
      expect(await reopened()).toMatchObject({ complete: undefined, resumed: true });
      expect(await target.publish(STRICT, never)).toMatchObject({ counts: COUNTS });
    });
  });
}
