import { create, fromJson } from "@bufbuild/protobuf";
import { anyPack, StructSchema, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ChangeFeed, FeedChange, FeedPosition } from "../core/change-feed.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Pool } from "../core/pool.ts";
import { quotedName } from "../core/text.ts";
import type { FindUserFacts, UserFacts } from "../core/user-facts.ts";
import { sortedStruct } from "../protocol/builders.ts";
import { decodeEventCursor, encodeEventCursor } from "../protocol/event-cursor.ts";
import { GROUP_TYPE, USER_TYPE } from "../protocol/ids.ts";
import {
  type Event,
  type EventFeedMetadata,
  EventFeedMetadataSchema,
  EventSchema,
  EventType,
  type Timestamp,
} from "../protocol/messages.ts";
import type { Connector, UserIdKind } from "./connector.ts";
import { memberEntitlement } from "./entitlements.ts";
import { grantAnnotations } from "./grants.ts";
import { userId, userResource, userResourceBytes } from "./users.ts";

/** The feed that Baton means by an empty id, so that it is found under both. */
export const FEED_ID = "baton_feed_event";

/** As many as Baton's own command line asks for. */
const DEFAULT_PAGE = 100;

/** Every event fits beside its user: ids, times, and the entitlement of a group with the longest name. */
const EVENT_BYTES = 8192;

const FEED: EventFeedMetadata = create(EventFeedMetadataSchema, {
  id: FEED_ID,
  supportedEventTypes: [EventType.RESOURCE_CHANGE, EventType.CREATE_GRANT, EventType.CREATE_REVOKE],
});

interface EventFeedOptions {
  /** Undefined: there is no feed. */
  readonly changes: ChangeFeed | undefined;
  readonly poolId: string;
  readonly userIdKind: UserIdKind;
  readonly pool: (signal: AbortSignal) => Promise<Pool | undefined>;
  readonly findFacts?: FindUserFacts | undefined;
}

/** The event verbs of the connector. */
export function createEventFeed({
  changes: feed,
  poolId,
  userIdKind,
  pool,
  findFacts,
}: EventFeedOptions): Pick<Connector, "listEventFeeds" | "listEvents"> {
  /** Users of memberships are mapped as a sync maps them, which takes the settings of the pool. */
  async function eventsOf(changes: readonly FeedChange[], signal: AbortSignal): Promise<readonly Event[]> {
    const members = changes.flatMap(({ subject }) => ("groupName" in subject ? [subject.user.sub] : []));
    const described = members.length === 0 ? undefined : await pool(signal);
    const known = members.length === 0 ? undefined : await findFacts?.([...new Set(members)], signal);
    return changes.map((change) =>
      create(EventSchema, {
        id: `${change.runId}-${change.change}`,
        occurredAt: timestampFromDate(change.before),
        event: eventOf(change, described, known),
        annotations: [anyPack(StructSchema, fromJson(StructSchema, detailsOf(change)))],
      }),
    );
  }

  function eventOf(
    { subject }: FeedChange,
    described: Pool | undefined,
    known: ReadonlyMap<string, UserFacts> | undefined,
  ) {
    switch (subject.kind) {
      case "user":
        return resourceChange(USER_TYPE, userId(subject.user, userIdKind));
      case "group":
        return resourceChange(GROUP_TYPE, subject.name);
      case "member-added":
      case "member-removed": {
        const { groupName, user, kind } = subject;
        const value = {
          entitlement: memberEntitlement(groupName, poolId),
          principal: userResource(user, described, userIdKind, known?.get(user.sub)),
          annotations: grantAnnotations(groupName, poolId),
        };
        return { case: kind === "member-added" ? "createGrantEvent" : "createRevokeEvent", value } as const;
      }
    }
  }

  return {
    listEventFeeds: () => (feed === undefined ? [] : [FEED]),
    async listEvents({ feedId, cursor, startAt, pageSize, maxBytes }, signal) {
      if (feed === undefined || (feedId !== "" && feedId !== FEED_ID))
        throw unknownFeed(feedId, feed !== undefined);
      const position: FeedPosition =
        cursor === "" ? { kind: "start", at: startTime(startAt) } : decodeEventCursor(cursor, poolId);
      const limit = pageSize === 0 ? DEFAULT_PAGE : pageSize;
      const { changes, hasMore } = await feed.changesFrom(position, limit, signal);
      const page = fitting(changes, maxBytes);
      const last = page.at(-1);
      const next: FeedPosition =
        last === undefined ? position : { kind: "after", change: last.change, runId: last.runId };
      return {
        events: await eventsOf(page, signal),
        cursor: encodeEventCursor(poolId, next),
        hasMore: hasMore || page.length < changes.length,
      };
    },
  };
}

function resourceChange(resourceType: string, resource: string) {
  return { case: "resourceChangeEvent", value: { resourceId: { resourceType, resource } } } as const;
}

/** When the change was made is not known, only between which times. */
function detailsOf({ recordedAs, after, before, auditId }: FeedChange) {
  return sortedStruct([
    ["after", after?.toISOString()],
    ["before", before.toISOString()],
    ["change", auditId],
    ["kind", recordedAs],
  ]);
}

function fitting(changes: readonly FeedChange[], maxBytes: number): readonly FeedChange[] {
  let room = maxBytes;
  const cut = changes.findIndex(({ subject }) => {
    room -= EVENT_BYTES + ("groupName" in subject ? userResourceBytes(subject.user) : 0);
    return room < 0;
  });
  // At least one is always sent, or the feed would never go on.
  return cut === -1 ? changes : changes.slice(0, Math.max(1, cut));
}

/** The range of a Timestamp. */
const FIRST_MS = Date.parse("0001-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

function startTime(startAt: Timestamp | undefined): Date | undefined {
  if (startAt === undefined) return undefined;
  const ms = Number(startAt.seconds) * 1000 + Math.floor(startAt.nanos / 1_000_000);
  const isValid = ms >= FIRST_MS && ms <= LAST_MS && startAt.nanos >= 0 && startAt.nanos < 1e9;
  if (isValid) return new Date(ms);
  throw new GovernanceError("invalid-argument", "start_at: not a valid time");
}

function unknownFeed(feedId: string, hasFeed: boolean): GovernanceError {
  const name = quotedName(feedId === "" ? FEED_ID : feedId);
  const cure = hasFeed ? `the feed is ${quotedName(FEED_ID)}` : "give --inventory to have one";
  return new GovernanceError("not-found", `event_feed_id: there is no event feed ${name}; ${cure}`);
}
