import type { ChangeFeed } from "../core/change-feed.ts";
import type { EpochClock } from "../core/clock.ts";
import type { Directory } from "../core/directory.ts";
import type { Group } from "../core/group.ts";
import type { Pool } from "../core/pool.ts";
import type { ReadAhead } from "../core/read-ahead.ts";
import type { User } from "../core/user.ts";
import type { FindUserFacts } from "../core/user-facts.ts";
import type { MessageWriter } from "../protocol/message-writer.ts";
import type {
  ConnectorMetadata,
  Entitlement,
  Event,
  EventFeedMetadata,
  Grant,
  Resource,
  ResourceId,
  ResourceType,
  Timestamp,
} from "../protocol/messages.ts";

/**
 * Raise this with every change that maps the same user, group or membership to another row. A run that another version
 * began is not continued, because its file would hold rows of both versions. mapped-rows.test.ts fails when rows change
 * and this number does not.
 */
export const MAPPING_VERSION = 2;

/** The request for one page. */
export interface ListRequest {
  /** "" is the first page. */
  readonly pageToken: string;
  /** 0 lets the connector choose; Baton's syncer always sends 0. */
  readonly pageSize: number;
  /** The largest size of one answer. A larger page is sent in several answers. */
  readonly maxBytes?: number | undefined;
  /** About how many pages come after it; see `Throttle`. */
  readonly callsAfter?: number | undefined;
}

export interface ListUsersRequest extends ListRequest {
  /** Only those whose `sub` begins so; "" or nothing: all. A page token belongs to its prefix. */
  readonly subPrefix?: string;
}

/** One page of a listing. Only an empty `nextPageToken` means the end. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
}

/** An item of one page. Its message is built when it is needed. */
export interface MessageRow<T> {
  build(): T;
  /** Writes the bytes of `build()`, sooner. Left out where there is only the message. */
  write?(into: MessageWriter): void;
}

/**
 * A user of one page. Its resource is built only when it is needed: a sync reads most users several times, and a target
 * that stores users themselves never needs it.
 */
export interface UserRow extends MessageRow<Resource> {
  readonly user: User;
  readonly resourceTypeId: string;
  readonly resourceId: string;
  /** Two readings of one user with the same stamp build the same resource. */
  readonly stamp: string;
}

/** A group of one page. Its messages are built when they are needed. */
export interface GroupRow extends MessageRow<Resource> {
  readonly group: Group;
  entitlements(): readonly Entitlement[];
}

/** A membership of one page. The grant is built when it is needed. */
export interface MembershipRow extends MessageRow<Grant> {
  readonly groupName: string;
  /** The member itself: a grant must not name a user that is not in the file (D5). */
  readonly member: UserRow;
}

/** The request for one page of events. */
export interface EventsRequest {
  /** "" is the feed of Baton's default id. */
  readonly feedId: string;
  /** "" begins at `startAt`; otherwise the cursor alone decides. */
  readonly cursor: string;
  /** The earliest event; undefined: every event. */
  readonly startAt: Timestamp | undefined;
  /** 0 lets the connector choose. */
  readonly pageSize: number;
  readonly maxBytes: number;
}

/** One page of events. Its cursor continues the feed also where there is nothing more yet. */
export interface EventsPage {
  readonly events: readonly Event[];
  readonly cursor: string;
  readonly hasMore: boolean;
}

/** What `sub` and `username` mean for the ids of accounts (D1). */
export type UserIdKind = "sub" | "username";

/** What a connector is made of. */
export interface ConnectorOptions {
  readonly directory: Directory;
  readonly poolId: string;
  readonly userIdKind: UserIdKind;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  /** What the operator has switched on. Default: nothing but reading. */
  readonly offers?: Offers | undefined;
  /** The recorded changes that the event feed shows; undefined: there is no feed. */
  readonly changes?: ChangeFeed | undefined;
  /** Finds what no listing has. Without it those facts are unknown. */
  readonly findFacts?: FindUserFacts | undefined;
  /** Where `listResources` and `listGrants` read. By default they read from the directory, page by page as asked. */
  readonly readAhead?: ReadAhead | undefined;
  /** In how many parts that are read side by side `listResources` reads the users; 1: as one listing. Needs `readAhead`. */
  readonly userListings?: (() => number) | undefined;
  /** Called once, when the users turn out not to be divisible so: they are one listing from then on. Must not throw. */
  readonly onUserPartsRefused?: ((why: string) => void) | undefined;
  /** Called once, when IAM denies DescribeUserPool: the facts of the pool are left out from then on. Must not throw. */
  readonly onPoolHidden?: (() => void) | undefined;
}

/** What is offered besides reading. */
export interface Offers {
  /** Changes are allowed. */
  readonly provisioning: boolean;
  /** The connector has a key to open passwords that are encrypted to it. */
  readonly encryptedPasswords: boolean;
}

/**
 * The read verbs of the Baton protocol over one pool: gRPC answers with them, and a sync reads through them. Every method
 * rejects with a GovernanceError; a failure is never an empty page.
 */
export interface Connector {
  /** The pool as Cognito describes it now. Costs one call. */
  pool(signal: AbortSignal): Promise<Pool>;
  /** The same, at most ten minutes old; mostly without a call. Undefined where IAM denies DescribeUserPool (D22). */
  cachedPool(signal: AbortSignal): Promise<Pool | undefined>;
  /** Resolves when the pool answers. */
  reach(signal: AbortSignal): Promise<void>;
  metadata(signal: AbortSignal): Promise<ConnectorMetadata>;
  /**
   * Resolves when the pool can be read: it exists, the credentials work, and IAM allows what a sync and, where changes are
   * allowed, every change of a user cannot do without.
   */
  validate(signal: AbortSignal): Promise<void>;
  listResourceTypes(): readonly ResourceType[];
  /** `not-found` for a type that we do not serve; with a parent always an empty page, since nothing has children. */
  listResources(
    resourceTypeId: string,
    parent: ResourceId | undefined,
    request: ListRequest,
    signal: AbortSignal,
  ): Promise<Listing<MessageRow<Resource>>>;
  /** The pages of `listResources("user")`, as rows that are built on demand. */
  listUsers(request: ListUsersRequest, signal: AbortSignal): Promise<Listing<UserRow>>;
  /** The pages of `listResources("group")`, as rows that are built on demand. */
  listGroups(request: ListRequest, signal: AbortSignal): Promise<Listing<GroupRow>>;
  /** The pages of `listGrants` of a group, as rows that are built on demand. Rejects with `group-gone`. */
  listMembers(groupName: string, request: ListRequest, signal: AbortSignal): Promise<Listing<MembershipRow>>;
  /** The groups of one user. Rejects with `user-gone`. */
  listGroupsOfUser(user: User, request: ListRequest, signal: AbortSignal): Promise<Listing<GroupRow>>;
  /** The memberships of these users in a group of that name. Needs no call. */
  memberships(groupName: string, members: readonly UserRow[]): readonly MembershipRow[];
  /** Whether IAM lets us list the groups of users. Costs one call that reads nothing. */
  mayListGroupsOfUsers(signal: AbortSignal): Promise<boolean>;
  getResource(id: ResourceId | undefined, signal: AbortSignal): Promise<Resource>;
  /**
   * Whether the user was deleted, also where another one has the username since. AdminGetUser decides, which is right before
   * listings are; where IAM denies it, a listing.
   */
  isUserGone(user: User, signal: AbortSignal): Promise<boolean>;
  /** The user with that resource id; undefined when there is none. */
  findUser(id: string, signal: AbortSignal): Promise<UserRow | undefined>;
  /** The group of that name; undefined when there is none. */
  findGroup(name: string, signal: AbortSignal): Promise<GroupRow | undefined>;
  /** The one entitlement of a group; none for a user. Needs no call. */
  listEntitlements(resource: Resource | undefined): Listing<Entitlement>;
  listStaticEntitlements(resourceTypeId: string): Listing<Entitlement>;
  listGrants(
    resource: Resource | undefined,
    request: ListRequest,
    signal: AbortSignal,
  ): Promise<Listing<MessageRow<Grant>>>;
  /** One with an inventory, otherwise none. */
  listEventFeeds(): readonly EventFeedMetadata[];
  /** `not-found` for a feed that is not listed. Oldest first, each change once. */
  listEvents(request: EventsRequest, signal: AbortSignal): Promise<EventsPage>;
}
