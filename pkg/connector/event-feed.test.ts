import { create, toBinary } from "@bufbuild/protobuf";
import { anyUnpack, StructSchema, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { POOL, somePool, someUser } from "../../test/support/fake-directory.ts";
import type { ChangedSubject, ChangeFeed, FeedChange, FeedPosition } from "../core/change-feed.ts";
import { GovernanceError } from "../core/errors.ts";
import { decodeEventCursor, encodeEventCursor } from "../protocol/event-cursor.ts";
import { type Event, EventType, GrantImmutableSchema, ResourceSchema } from "../protocol/messages.ts";
import type { EventsRequest } from "./connector.ts";
import { memberEntitlement } from "./entitlements.ts";
import { createEventFeed, FEED_ID } from "./event-feed.ts";
import { userResource } from "./users.ts";

const never = new AbortController().signal;
const RUN = "2zKsuidOfTheRun000000000001";
const AFTER = new Date("2026-11-01T00:00:00.001Z");
const BEFORE = new Date("2026-11-02T00:00:00.002Z");
const ada = someUser({ username: "ada", attributes: { email: "ada@example.com", email_verified: "true" } });

function recorded(change: number, subject: ChangedSubject, more: Partial<FeedChange> = {}): FeedChange {
  return {
    change,
    runId: RUN,
    after: AFTER,
    before: BEFORE,
    recordedAs: "any",
    subject,
    auditId: undefined,
    ...more,
  };
}

const someone: ChangedSubject = { kind: "user", user: ada };
const added: ChangedSubject = { kind: "member-added", groupName: "staff", user: ada };

/** Pages of a list, and what was asked for. */
function feedOf(changes: readonly FeedChange[]) {
  const asked: { readonly position: FeedPosition; readonly limit: number }[] = [];
  const feed: ChangeFeed = {
    async changesFrom(position, limit) {
      asked.push({ position, limit });
      const at = position.kind === "start" ? 0 : position.change;
      const rest = changes.filter(({ change }) => change > at);
      return { changes: rest.slice(0, limit), hasMore: rest.length > limit };
    },
  };
  return { feed, asked };
}

function verbsOver(
  changes: ChangeFeed | undefined,
  options: Partial<Parameters<typeof createEventFeed>[0]> = {},
) {
  return createEventFeed({
    changes,
    poolId: POOL,
    userIdKind: "sub",
    pool: async () => somePool({ aliasAttributes: ["email"] }),
    ...options,
  });
}

const request = (more: Partial<EventsRequest> = {}): EventsRequest => ({
  feedId: "",
  cursor: "",
  startAt: undefined,
  pageSize: 0,
  maxBytes: 1 << 22,
  ...more,
});

async function eventsOf(
  changes: readonly FeedChange[],
  options: Partial<Parameters<typeof createEventFeed>[0]> = {},
): Promise<readonly Event[]> {
  const { events } = await verbsOver(feedOf(changes).feed, options).listEvents(request(), never);
  return events;
}

function membershipIn(event: Event | undefined) {
  const { event: one } = event ?? {};
  return one?.case === "createGrantEvent" || one?.case === "createRevokeEvent" ? one.value : undefined;
}

describe("the event feeds", () => {
  test("are one with an inventory, under the id that Baton means by an empty one", async () => {
    const verbs = verbsOver(feedOf([]).feed);
    expect(verbs.listEventFeeds()).toMatchObject([
      {
        id: FEED_ID,
        supportedEventTypes: [EventType.RESOURCE_CHANGE, EventType.CREATE_GRANT, EventType.CREATE_REVOKE],
      },
    ]);
    for (const feedId of ["", FEED_ID]) {
      expect(await verbs.listEvents(request({ feedId }), never)).toMatchObject({
        events: [],
        hasMore: false,
      });
    }
  });

  test("do not exist without one", async () => {
    const verbs = verbsOver(undefined);
    expect(verbs.listEventFeeds()).toEqual([]);
    await expect(verbs.listEvents(request(), never)).rejects.toMatchObject({
      code: "not-found",
      message: 'event_feed_id: there is no event feed "baton_feed_event"; give --inventory to have one',
    });
  });

  test("refuse another id before they look at the cursor", async () => {
    const verbs = verbsOver(feedOf([]).feed);
    const asked = verbs.listEvents(request({ feedId: "other", cursor: "garbage" }), never);
    await expect(asked).rejects.toMatchObject({
      code: "not-found",
      message: 'event_feed_id: there is no event feed "other"; the feed is "baton_feed_event"',
    });
  });
});

describe("an event", () => {
  test.for([
    ["sub", someone, { resourceType: "user", resource: ada.sub }],
    ["username", someone, { resourceType: "user", resource: "ada" }],
    ["sub", { kind: "group", name: "staff" }, { resourceType: "group", resource: "staff" }],
  ] as const)("with ids of kind %s says of %o which resource changed", async ([userIdKind, subject, id]) => {
    const [event] = await eventsOf([recorded(7, subject)], { userIdKind });
    expect(event?.event.case).toBe("resourceChangeEvent");
    expect(event?.event.value).toMatchObject({ resourceId: id });
  });

  test.for([
    ["member-added", "createGrantEvent"],
    ["member-removed", "createRevokeEvent"],
  ] as const)("of %s is a %s with the rows that a sync maps", async ([kind, expected]) => {
    const [event] = await eventsOf([recorded(7, { kind, groupName: "staff", user: ada })]);
    expect(event?.event.case).toBe(expected);
    const value = membershipIn(event);
    expect(value?.entitlement).toEqual(memberEntitlement("staff", POOL));
    const principal = value?.principal ?? create(ResourceSchema);
    const mapped = userResource(ada, somePool({ aliasAttributes: ["email"] }), "sub");
    expect(toBinary(ResourceSchema, principal)).toEqual(toBinary(ResourceSchema, mapped));
    expect(value?.annotations).toEqual([]);
  });

  test("of a membership has what is known of the user beside the listings, asked once for a page", async () => {
    const facts = { lastSignIn: { at: AFTER, readAt: BEFORE } };
    const asked: (readonly string[])[] = [];
    const events = await eventsOf([recorded(1, added), recorded(2, someone), recorded(3, added)], {
      findFacts: async (subs) => {
        asked.push(subs);
        return new Map([[ada.sub, facts]]);
      },
    });
    expect(asked).toEqual([[ada.sub]]);
    const mapped = userResource(ada, somePool({ aliasAttributes: ["email"] }), "sub", facts);
    for (const event of [events[0], events[2]]) {
      const principal = membershipIn(event)?.principal ?? create(ResourceSchema);
      expect(toBinary(ResourceSchema, principal)).toEqual(toBinary(ResourceSchema, mapped));
    }
  });

  test("of a group that sign-ins fill is marked as not changeable", async () => {
    const subject: ChangedSubject = { kind: "member-added", groupName: `${POOL}_Google`, user: ada };
    const [event] = await eventsOf([recorded(7, subject)]);
    const mark = membershipIn(event)?.annotations[0];
    expect(mark && anyUnpack(mark, GrantImmutableSchema)?.metadata).toMatchObject({
      identity_provider: "Google",
    });
  });

  test("has an id of its own, the end of the interval as its time, and the interval beside it", async () => {
    const events = await eventsOf([
      recorded(7, someone, { recordedAs: "user_disabled", auditId: "change-1" }),
      recorded(8, someone, { after: undefined, runId: "2zKsuidOfTheRun000000000002" }),
    ]);
    expect(events.map(({ id }) => id)).toEqual([`${RUN}-7`, "2zKsuidOfTheRun000000000002-8"]);
    expect(events.map(({ occurredAt }) => occurredAt && timestampDate(occurredAt))).toEqual([BEFORE, BEFORE]);
    const details = events.map(({ annotations: [any] }) => any && anyUnpack(any, StructSchema));
    const fieldsOf = (at: number) =>
      Object.fromEntries(
        Object.entries(details[at]?.fields ?? {}).map(([name, { kind }]) => [name, kind.value]),
      );
    expect(fieldsOf(0)).toEqual({
      after: AFTER.toISOString(),
      before: BEFORE.toISOString(),
      change: "change-1",
      kind: "user_disabled",
    });
    expect(fieldsOf(1)).toEqual({ before: BEFORE.toISOString(), kind: "any" });
  });

  test("of a membership fails while the pool cannot be described, and others need no pool", async () => {
    const pool = async () => {
      throw new GovernanceError("unavailable", "AWS does not answer");
    };
    await expect(eventsOf([recorded(1, someone), recorded(2, added)], { pool })).rejects.toMatchObject({
      code: "unavailable",
    });
    expect(await eventsOf([recorded(1, someone)], { pool })).toHaveLength(1);
  });

  test("of a membership leaves out the login aliases where IAM hides the pool, as a sync does", async () => {
    const [event] = await eventsOf([recorded(1, added)], { pool: async () => undefined });
    const principal = membershipIn(event)?.principal;
    expect(principal && toBinary(ResourceSchema, principal)).toEqual(
      toBinary(ResourceSchema, userResource(ada, undefined, "sub")),
    );
  });
});

describe("the pages of events", () => {
  const many = Array.from({ length: 250 }, (_, at) => recorded(at + 1, someone));

  test.for([
    [0, [100, 100, 50]],
    [1000, [250]],
    [125, [125, 125]],
    [249, [249, 1]],
  ] as const)("have with page size %i the sizes %o", async ([pageSize, sizes]) => {
    const verbs = verbsOver(feedOf(many).feed);
    const seen: number[] = [];
    let cursor = "";
    for (let hasMore = true; hasMore; ) {
      const page = await verbs.listEvents(request({ pageSize, cursor }), never);
      seen.push(page.events.length);
      ({ cursor, hasMore } = page);
    }
    expect(seen).toEqual(sizes);
    expect(decodeEventCursor(cursor, POOL)).toEqual({ kind: "after", change: 250, runId: RUN });
  });

  test("go on from the last cursor when there is more", async () => {
    const verbs = verbsOver(feedOf(many.slice(0, 3)).feed);
    const { cursor } = await verbs.listEvents(request(), never);
    const nothing = await verbs.listEvents(request({ cursor }), never);
    expect(nothing).toEqual({ events: [], cursor, hasMore: false });
    const later = await verbsOver(feedOf(many.slice(0, 5)).feed).listEvents(request({ cursor }), never);
    expect(later.events.map(({ id }) => id)).toEqual([`${RUN}-4`, `${RUN}-5`]);
  });

  test("begin at the start time, which a cursor keeps while there is nothing", async () => {
    const { feed, asked } = feedOf([]);
    const verbs = verbsOver(feed);
    const at = new Date("2026-11-21T18:00:00.500Z");
    const { cursor } = await verbs.listEvents(request({ startAt: timestampFromDate(at) }), never);
    await verbs.listEvents(request({ cursor, startAt: timestampFromDate(BEFORE) }), never);
    expect(asked.map(({ position }) => position)).toEqual([
      { kind: "start", at },
      { kind: "start", at },
    ]);
  });

  test.for([
    [-62_135_596_801n, 0],
    [253_402_300_800n, 0],
    [9_223_372_036_854_775_807n, 0],
    [0n, 1_000_000_000],
    [0n, -1],
  ] as const)("refuse a start time of %i seconds and %i nanoseconds", async ([seconds, nanos]) => {
    const startAt = { $typeName: "google.protobuf.Timestamp", seconds, nanos } as const;
    const asked = verbsOver(feedOf([]).feed).listEvents(request({ startAt }), never);
    await expect(asked).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(/^start_at: /),
    });
  });

  test("are cut before they are too large for an answer, but hold at least one event", async () => {
    const long = someUser({ attributes: { bio: "b".repeat(2048) } });
    const changes = Array.from({ length: 9 }, (_, at) =>
      recorded(at + 1, { kind: "member-added", groupName: "staff", user: long }),
    );
    const verbs = verbsOver(feedOf(changes).feed);
    for (const [maxBytes, expected] of [
      [100_000, 6],
      [1, 1],
    ] as const) {
      const page = await verbs.listEvents(request({ maxBytes }), never);
      expect(page.events).toHaveLength(expected);
      expect(page.hasMore).toBe(true);
      const rest = await verbs.listEvents(request({ cursor: page.cursor }), never);
      expect(rest.events).toHaveLength(9 - expected);
    }
  });

  test.for([
    ["garbage", "garbage"],
    ["another pool's", encodeEventCursor("us-east-1_Other", { kind: "after", change: 1, runId: RUN })],
  ])("refuse a cursor that is %s", async ([, cursor = ""]) => {
    const asked = verbsOver(feedOf([]).feed).listEvents(request({ cursor }), never);
    await expect(asked).rejects.toMatchObject({ code: "invalid-argument" });
  });

  test("fail with the inventory, and are not empty", async () => {
    const failing: ChangeFeed = {
      async changesFrom() {
        throw new GovernanceError("unavailable", "the inventory cannot be read");
      },
    };
    await expect(verbsOver(failing).listEvents(request(), never)).rejects.toMatchObject({
      code: "unavailable",
    });
  });
});
