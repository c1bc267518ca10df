import { groupNameProblem, userNameProblem } from "../core/attributes/names.ts";
import type { EpochMs } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Group } from "../core/group.ts";
import type { Pool } from "../core/pool.ts";
import { quotedName } from "../core/text.ts";
import type { Member, User } from "../core/user.ts";
import { isUuid } from "../core/uuid.ts";
import { GROUP_TYPE, USER_TYPE } from "../protocol/ids.ts";
import type { ResourceId } from "../protocol/messages.ts";
import { createGroupLookup } from "../provision/group-lookup.ts";
import { groupGone } from "../provision/groups/listings.ts";
import { createClaims } from "./claims.ts";
import type {
  Connector,
  ConnectorOptions,
  GroupRow,
  Listing,
  ListRequest,
  MembershipRow,
  Offers,
  UserRow,
} from "./connector.ts";
import { isDeleted } from "./deleted-user.ts";
import { memberEntitlement } from "./entitlements.ts";
import { createEventFeed } from "./event-feed.ts";
import { neededToServe } from "./features.ts";
import { groupResource } from "./groups.ts";
import { groupsFrom, groupsOfUserFrom, membersFrom, usersFrom } from "./listing-sources.ts";
import { grantRows, membershipRows } from "./membership-rows.ts";
import { connectorMetadata } from "./metadata.ts";
import { type ListingSource, listPage } from "./paged-listing.ts";
import { RESOURCE_TYPES } from "./resource-types.ts";
import { createDividedUsers, type DividedUsers } from "./user-parts.ts";
import { ListedUserRow } from "./user-row.ts";
import { userResourceBytes } from "./users.ts";
import { requirePermissions } from "./validate.ts";

/** How long the pool's settings are kept, so that a page costs one call and not two. */
const POOL_FRESH_MS = 10 * 60_000;

/** How long a denial is kept. Shorter, since an operator who adds the permission looks for the effect. */
const HIDDEN_FRESH_MS = 60_000;

const READING_ONLY: Offers = { provisioning: false, encryptedPasswords: false };

const SERVED = RESOURCE_TYPES.map((type) => type.id).join(", ");

/** Its only state is the pool's settings, so calls may run in parallel. */
export function createConnector(options: ConnectorOptions): Connector {
  const { directory, poolId, userIdKind, now, changes } = options;
  const ahead = options.readAhead;
  /** What callers list from; a sync reads ahead by itself. */
  const served = ahead ?? directory;
  const groupLookup = createGroupLookup(directory, now);
  const offers = options.offers ?? READING_ONLY;
  let cached: { readonly pool: Pool | undefined; readonly untilMs: EpochMs } | undefined;
  let isHidden = false;

  async function describedPool(signal: AbortSignal): Promise<Pool> {
    const described = await directory.describePool(signal);
    cached = { pool: described, untilMs: now() + POOL_FRESH_MS };
    return described;
  }

  /** Undefined where IAM denies DescribeUserPool. Any other failure rejects: a pool that fails is not a hidden one. */
  async function visiblePool(signal: AbortSignal): Promise<Pool | undefined> {
    try {
      return await describedPool(signal);
    } catch (error) {
      if (!(error instanceof GovernanceError) || error.code !== "permission-denied") throw error;
      cached = { pool: undefined, untilMs: now() + HIDDEN_FRESH_MS };
      if (!isHidden) options.onPoolHidden?.();
      isHidden = true;
      return undefined;
    }
  }

  async function cachedPool(signal: AbortSignal): Promise<Pool | undefined> {
    return cached !== undefined && now() < cached.untilMs ? cached.pool : visiblePool(signal);
  }

  async function reach(signal: AbortSignal): Promise<void> {
    if ((await visiblePool(signal)) === undefined) await directory.listUsers({ limit: 1 }, signal);
  }

  const parts =
    ahead === undefined || options.userListings === undefined
      ? undefined
      : createDividedUsers({
          from: ahead,
          listings: options.userListings,
          bytes: userResourceBytes,
          onRefused: (why) => options.onUserPartsRefused?.(why),
        });

  /** A listing of members has the same rows as the listing of users: else each would replace those of the other. */
  async function userRows(
    listed: readonly User[],
    pool: Pool | undefined,
    signal: AbortSignal,
  ): Promise<UserRow[]> {
    const known = await options.findFacts?.(
      listed.map(({ sub }) => sub),
      signal,
    );
    const context = { pool, userIdKind };
    return listed.map((user) => new ListedUserRow(user, context, known?.get(user.sub)));
  }

  function groupRow(group: Group): GroupRow {
    return {
      group,
      build: () => groupResource(group, poolId),
      entitlements: () => [memberEntitlement(group.name, poolId)],
    };
  }

  /** Who is listed otherwise may show that the parts are not all users. */
  async function listUndivided<M extends Member>(
    source: ListingSource<M>,
    request: ListRequest,
    signal: AbortSignal,
  ): Promise<Listing<M>> {
    const page = await listPage(source, request, signal);
    parts?.met(page.items);
    return page;
  }

  async function listUsers(
    source: ListingSource<User>,
    request: ListRequest,
    signal: AbortSignal,
    inParts?: DividedUsers,
  ): Promise<Listing<UserRow>> {
    const pool = await cachedPool(signal);
    const { items, nextPageToken } = await (inParts?.list(request, pool?.estimatedUsers, signal) ??
      listUndivided(source, request, signal));
    return { items: await userRows(items, pool, signal), nextPageToken };
  }

  async function listGroups(
    source: ListingSource<Group>,
    request: ListRequest,
    signal: AbortSignal,
  ): Promise<Listing<GroupRow>> {
    const { items, nextPageToken } = await listPage(source, request, signal);
    return { items: items.map(groupRow), nextPageToken };
  }

  async function listMembers(
    source: ListingSource<User>,
    request: ListRequest,
    signal: AbortSignal,
  ): Promise<Listing<MembershipRow>> {
    const pool = await cachedPool(signal);
    const { items, nextPageToken } = await listUndivided(source, request, signal);
    const members = await userRows(items, pool, signal);
    return { items: membershipRows(source.scope, members, options), nextPageToken };
  }

  async function findUser(id: string, signal: AbortSignal): Promise<UserRow | undefined> {
    const pool = await cachedPool(signal);
    const wanted = isUuid(id) && userIdKind === "sub" ? id.toLowerCase() : id;
    const found = await listedUsers(wanted, signal);
    if (found.length > 1) {
      throw new GovernanceError("internal", `Cognito has ${found.length} users with this ${named(id)}`);
    }
    const user = found[0] ?? (await unlistedUser(wanted, signal));
    return user === undefined ? undefined : (await userRows([user], pool, signal))[0];
  }

  /** An id of another form may be a username or an e-mail address, which no error repeats (D20). */
  function named(id: string): string {
    return `${userIdKind}${isUuid(id) ? ` ${id}` : ""}`;
  }

  async function findGroup(name: string, signal: AbortSignal): Promise<GroupRow | undefined> {
    // AWS refuses such a name as a mistake of the caller's, which would fail a sync of chosen groups.
    if (groupNameProblem(name) !== undefined) return undefined;
    const group = await groupLookup.current(name, signal);
    return group === undefined ? undefined : groupRow(group);
  }

  async function listedUsers(id: string, signal: AbortSignal): Promise<readonly User[]> {
    try {
      return await directory.findUsers(userIdKind, id, signal);
    } catch (error) {
      if (error instanceof GovernanceError && error.reason === "not-searchable") return [];
      throw error;
    }
  }

  /**
   * A new user, or one whose id no filter can contain. AWS may answer another user, for an alias or a linked profile. Where
   * IAM denies the call, the listing decides alone.
   */
  async function unlistedUser(id: string, signal: AbortSignal): Promise<User | undefined> {
    if (userNameProblem(id) !== undefined) return undefined;
    try {
      const user = await directory.getUser(id, signal);
      return user[userIdKind] === id ? user : undefined;
    } catch (error) {
      if (!(error instanceof GovernanceError)) throw error;
      if (error.reason === "user-gone" || error.code === "permission-denied") return undefined;
      throw error;
    }
  }

  const hasFeed = changes !== undefined;
  const claims = createClaims(directory, { offers, hasFeed }, now);

  return {
    ...createEventFeed({ changes, poolId, userIdKind, pool: cachedPool, findFacts: options.findFacts }),
    pool: describedPool,
    cachedPool,
    reach,
    async metadata(signal) {
      const pool = await visiblePool(signal);
      return connectorMetadata(poolId, pool, await claims(signal));
    },
    async validate(signal) {
      const pool = await visiblePool(signal);
      await requirePermissions(directory, neededToServe(offers.provisioning), signal);
      if (pool === undefined) await directory.listUsers({ limit: 1 }, signal);
    },
    listResourceTypes: () => RESOURCE_TYPES,
    async listResources(resourceTypeId, parent, request, signal) {
      requireType(resourceTypeId);
      if (parent !== undefined) return { items: [], nextPageToken: "" };
      const isGroups = resourceTypeId === GROUP_TYPE;
      if (request.pageToken === "") ahead?.begin(isGroups ? "groups" : "users");
      return isGroups
        ? await listGroups(groupsFrom(served), request, signal)
        : await listUsers(usersFrom(served), request, signal, parts);
    },
    listUsers: (request, signal) => listUsers(usersFrom(directory, request.subPrefix), request, signal),
    listGroups: (request, signal) => listGroups(groupsFrom(directory), request, signal),
    listMembers: (groupName, request, signal) =>
      listMembers(membersFrom(directory, groupName), request, signal),
    listGroupsOfUser: ({ username }, request, signal) =>
      listGroups(groupsOfUserFrom(directory, username), request, signal),
    memberships: (groupName, members) => membershipRows(groupName, members, options),
    async mayListGroupsOfUsers(signal) {
      const [probe] = await directory.probePermissions(["AdminListGroupsForUser"], signal);
      return probe?.allowed === true || probe?.allowed === "likely";
    },
    isUserGone: (user, signal) => isDeleted(directory, user, signal),
    findUser,
    findGroup,
    async getResource(id, signal) {
      if (id?.resourceType === USER_TYPE) {
        const row = await findUser(id.resource, signal);
        if (row !== undefined) return row.build();
        throw new GovernanceError("not-found", `no user with this ${named(id.resource)} in this pool`);
      }
      if (id?.resourceType === GROUP_TYPE) {
        const row = await findGroup(id.resource, signal);
        if (row === undefined) throw groupGone(id.resource);
        return row.build();
      }
      // The Baton SDK answers Unimplemented here, for a missing id too; its syncer then skips the target.
      throw new GovernanceError(
        "unimplemented",
        `resource_id.resource_type: no such type ${quotedName(id?.resourceType ?? "")}; this connector serves ${SERVED}`,
      );
    },
    listEntitlements(resource) {
      const { resourceType, resource: name } = requireId(resource?.id, "resource");
      requireType(resourceType);
      if (resourceType === GROUP_TYPE) ahead?.visited(name);
      const items = resourceType === GROUP_TYPE ? [memberEntitlement(name, poolId)] : [];
      return { items, nextPageToken: "" };
    },
    listStaticEntitlements(resourceTypeId) {
      requireType(resourceTypeId);
      return { items: [], nextPageToken: "" };
    },
    async listGrants(resource, request, signal) {
      const { resourceType, resource: name } = requireId(resource?.id, "resource");
      requireType(resourceType);
      if (resourceType === USER_TYPE) return { items: [], nextPageToken: "" };
      const { items, nextPageToken } = await listUndivided(membersFrom(served, name), request, signal);
      return { items: grantRows(name, items, options), nextPageToken };
    },
  };
}

function requireType(resourceTypeId: string): void {
  if (RESOURCE_TYPES.some((type) => type.id === resourceTypeId)) return;
  throw new GovernanceError(
    "not-found",
    `resource_type_id: no such type ${quotedName(resourceTypeId)}; this connector serves ${SERVED}`,
  );
}

function requireId(id: ResourceId | undefined, field: string): ResourceId {
  if (id !== undefined) return id;
  throw new GovernanceError("invalid-argument", `${field}: missing; name the resource by its type and id`);
}
