// A filter with an equality that names a few users or groups is answered from the pool as it is now. Who is found by it still
// has to pass the whole filter.
import { type FoundMember, groupsOfMember, groupsWith } from "./groups/find-groups.ts";
import { type FoundGroup, membersNow, shownGroup } from "./groups/group-answer.ts";
import type { MappingContext } from "./mapping/context.ts";
import { requireRoomForMembers } from "./members-bound.ts";
import type { ScimParts } from "./parts.ts";
import type { ListAnswer, ListQuery } from "./pool-view.ts";
import { versioned } from "./preconditions.ts";
import { conjunctionOf, type Equality } from "./protocol/equality.ts";
import { matcherOf } from "./protocol/evaluate.ts";
import type { Filter } from "./protocol/filter-tree.ts";
import { projectorOf, wantsAttribute } from "./protocol/projection.ts";
import { compareBy } from "./protocol/sorting.ts";
import type { MemberRef, ScimResource } from "./resource.ts";
import { groupSchemas } from "./schema/group-schema.ts";
import { userSchemas } from "./schema/user-schema.ts";
import { usersWith } from "./users/find-users.ts";
import { groupsOf, shownUser } from "./users/user-answer.ts";

/** One that may match, as much of it as the filter asks for, and how it is shown. */
interface Found {
  readonly judged: ScimResource;
  readonly shown: () => Promise<ScimResource>;
}

/** Undefined where only a run can answer. */
export async function liveList(
  parts: ScimParts,
  query: ListQuery,
  signal: AbortSignal,
): Promise<ListAnswer | undefined> {
  const { kinds, filter, start, sort, count, projection } = query;
  const [kind, ...otherKinds] = kinds;
  if (kind === undefined || otherKinds.length > 0 || filter === undefined) return undefined;
  const isFirst = start.by === "index" || start.cursor === "";
  if (!isFirst) return undefined;
  const context = await parts.context(signal);
  const found =
    kind === "User"
      ? await liveUsers(parts, { filter, query, context, signal })
      : await liveGroups(parts, { filter, query, context, signal });
  if (found === undefined) return undefined;
  const schemas = kind === "User" ? userSchemas(context) : groupSchemas(context);
  const isMatch = matcherOf(filter);
  const matching = found.filter(({ judged }) => isMatch(judged));
  if (start.by === "cursor" && matching.length > count) return undefined;
  const compare = sort === undefined ? byId : compareBy(sort.path, schemas);
  matching.sort(({ judged: a }, { judged: b }) =>
    sort?.descending === true ? compare(b, a) : compare(a, b),
  );
  const first = start.by === "index" ? start.startIndex - 1 : 0;
  const shownOnes: ScimResource[] = [];
  const projector = projectorOf(projection, schemas);
  let members = 0;
  for (const one of matching.slice(first, first + count)) {
    const resource = await one.shown();
    members += Array.isArray(resource["members"]) ? resource["members"].length : 0;
    requireRoomForMembers(members);
    shownOnes.push(projector(versioned(resource)));
  }
  return {
    totalResults: matching.length,
    startIndex: start.by === "index" ? start.startIndex : undefined,
    itemsPerPage: shownOnes.length,
    resources: JSON.stringify(shownOnes),
    nextCursor: undefined,
    readAt: undefined,
  };
}

function idText({ id }: ScimResource): string {
  return typeof id === "string" ? id : "";
}

function byId(a: ScimResource, b: ScimResource): number {
  return idText(a) < idText(b) ? -1 : 1;
}

interface Asked {
  readonly filter: Filter;
  readonly query: ListQuery;
  readonly context: MappingContext;
  readonly signal: AbortSignal;
}

/** By id first: that is one read. */
function equalitiesOf(filter: Filter): readonly Equality[] {
  const all = conjunctionOf(filter);
  return [...all.filter(({ attribute }) => attribute === "id"), ...all];
}

async function liveUsers(
  parts: ScimParts,
  { filter, query, context, signal }: Asked,
): Promise<Found[] | undefined> {
  for (const equality of equalitiesOf(filter)) {
    const found = await usersWith(parts, equality, context, signal);
    if (found === undefined) continue;
    const there = found.filter(({ kept }) => kept?.hidden !== true);
    const withGroups = wantsAttribute(query.projection, "groups");
    return await Promise.all(
      there.map(async (one): Promise<Found> => {
        const read = () => groupsOf(parts, one.user, context, signal);
        const groups = mentions(filter, "groups") > 0 ? await read() : undefined;
        return {
          judged: shownUser(one, groups, context),
          shown: async () => shownUser(one, withGroups ? (groups ?? (await read())) : undefined, context),
        };
      }),
    );
  }
  return undefined;
}

async function liveGroups(parts: ScimParts, asked: Asked): Promise<Found[] | undefined> {
  const { filter, query, context, signal } = asked;
  const member = await memberAskedFor(parts, asked);
  for (const equality of equalitiesOf(filter)) {
    const found = isOfMembers(equality) ? (member?.groups ?? []) : await groupsWith(parts, equality, signal);
    if (found === undefined) continue;
    const withMembers = wantsAttribute(query.projection, "members");
    return await Promise.all(
      found.map(async (one): Promise<Found> => {
        const { name } = one.group;
        const judgedMembers =
          mentions(filter, "members") > 0 ? await judgedBy(parts, one, member, asked) : undefined;
        return {
          judged: shownGroup(one, judgedMembers, context),
          shown: async () =>
            shownGroup(one, withMembers ? await membersNow(parts, name, signal) : undefined, context),
        };
      }),
    );
  }
  return undefined;
}

function isOfMembers({ attribute }: Equality): boolean {
  return attribute === "members" || attribute === "members.value";
}

/** The user of `members eq "u"`, whose own groups are read: a group may have a million members. */
async function memberAskedFor(parts: ScimParts, { filter, signal }: Asked): Promise<FoundMember | undefined> {
  const equality = conjunctionOf(filter).find(isOfMembers);
  return equality === undefined ? undefined : await groupsOfMember(parts, equality.value, signal);
}

/** As many members as decide whether the group matches. */
async function judgedBy(
  parts: ScimParts,
  { group: { name } }: FoundGroup,
  asked: FoundMember | undefined,
  { filter, signal }: Asked,
): Promise<readonly MemberRef[]> {
  const isOneEquality = mentions(filter, "members") === 1 && conjunctionOf(filter).some(isOfMembers);
  if (!isOneEquality) return await membersNow(parts, name, signal);
  return asked?.groups.some(({ group }) => group.name === name) === true ? [asked.member] : [];
}

/** How often the filter asks for the attribute. */
function mentions(filter: Filter, attribute: string): number {
  switch (filter.kind) {
    case "compare":
    case "present":
    case "item":
      return filter.path.urn === undefined && filter.path.attribute === attribute ? 1 : 0;
    case "and":
    case "or":
      return filter.filters.reduce((sum, one) => sum + mentions(one, attribute), 0);
    case "not":
      return mentions(filter.filter, attribute);
  }
}
