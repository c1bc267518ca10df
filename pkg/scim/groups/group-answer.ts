import { groupNameProblem } from "../../core/attributes/names.ts";
import type { Group } from "../../core/group.ts";
import type { GroupLookup } from "../../provision/group-lookup.ts";
import { memberPages } from "../../provision/groups/listings.ts";
import type { MappingContext } from "../mapping/context.ts";
import { scimGroup } from "../mapping/group-resource.ts";
import { groupNameOfId } from "../mapping/locations.ts";
import { MEMBERS_OF_AN_ANSWER, tooManyMembers } from "../members-bound.ts";
import type { ScimParts } from "../parts.ts";
import { versioned } from "../preconditions.ts";
import { wantsAttribute } from "../protocol/projection.ts";
import type { KeptResource } from "../records.ts";
import type { MemberRef, ScimResource } from "../resource.ts";
import { ScimError } from "../scim-error.ts";
import type { ScimCall } from "../service.ts";

/** A group with what is kept beside the pool. */
export interface FoundGroup {
  readonly group: Group;
  readonly kept: KeptResource | undefined;
}

export async function findGroup(
  parts: Pick<ScimParts, "groups" | "records" | "context">,
  id: string,
  signal: AbortSignal,
  age: keyof Pick<GroupLookup, "current" | "recent"> = "current",
): Promise<FoundGroup | undefined> {
  const name = groupNameOfId(id, await parts.context(signal));
  return name === undefined ? undefined : (await groupsByName(parts, [name], signal, age))[0];
}

/** The groups of these names that the pool has now. */
export async function groupsByName(
  { groups, records }: Pick<ScimParts, "groups" | "records">,
  names: readonly string[],
  signal: AbortSignal,
  age: keyof Pick<GroupLookup, "current" | "recent"> = "current",
): Promise<readonly FoundGroup[]> {
  const found: Group[] = [];
  for (const name of new Set(names)) {
    // Cognito refuses to look for a name that no group can have.
    if (groupNameProblem(name) !== undefined) continue;
    const group = await groups[age](name, signal);
    if (group !== undefined) found.push(group);
  }
  return await withKeptGroups({ records }, found);
}

export async function withKeptGroups(
  { records }: Pick<ScimParts, "records">,
  groups: readonly Group[],
): Promise<readonly FoundGroup[]> {
  if (groups.length === 0) return [];
  const kept = await records.findMany(
    "Group",
    groups.map(({ name }) => name),
  );
  return groups.map((group) => ({ group, kept: kept.get(group.name) }));
}

/** All members, every page. Refuses more than one answer holds. */
export async function membersNow(
  parts: Pick<ScimParts, "directory" | "records">,
  name: string,
  signal: AbortSignal,
): Promise<readonly MemberRef[]> {
  const members = await membersIfFew(parts, name, signal);
  if (members === undefined) throw tooManyMembers();
  return members;
}

/** The same; undefined where there are more than one answer holds, which are not read to their end. */
export async function membersIfFew(
  { directory, records }: Pick<ScimParts, "directory" | "records">,
  name: string,
  signal: AbortSignal,
): Promise<readonly MemberRef[] | undefined> {
  const members = new Map<string, MemberRef>();
  for await (const page of memberPages(directory, name, signal)) {
    for (const { sub, username } of page) members.set(sub, { sub, username });
    if (members.size > MEMBERS_OF_AN_ANSWER) return undefined;
  }
  return await visibleMembers({ records }, [...members.values()]);
}

/** Without those whom a client has removed. */
export async function visibleMembers(
  { records }: Pick<ScimParts, "records">,
  members: readonly MemberRef[],
): Promise<readonly MemberRef[]> {
  const hidden = new Set<string>();
  for (let start = 0; start < members.length; start += KEPT_AT_ONCE) {
    const subs = members.slice(start, start + KEPT_AT_ONCE).map(({ sub }) => sub);
    for (const row of (await records.findMany("User", subs)).values()) if (row.hidden) hidden.add(row.id);
  }
  return members.filter(({ sub }) => !hidden.has(sub));
}

const KEPT_AT_ONCE = 1000;

/** The group with its version, before the projection. Its members are read only when they are wanted. */
export async function readGroup(
  parts: ScimParts,
  found: FoundGroup,
  { projection, signal }: Pick<ScimCall, "projection" | "signal">,
): Promise<ScimResource> {
  const context = await parts.context(signal);
  const members = wantsAttribute(projection, "members")
    ? await membersNow(parts, found.group.name, signal)
    : undefined;
  return versioned(shownGroup(found, members, context));
}

/**
 * The same after a change, whose members may be known. The change is made, so members that are too many for one answer are left
 * out, and are no error.
 */
export async function groupAnswer(
  parts: ScimParts,
  found: FoundGroup,
  { projection, signal }: Pick<ScimCall, "projection" | "signal">,
  known?: readonly MemberRef[],
): Promise<ScimResource> {
  const context = await parts.context(signal);
  const members = wantsAttribute(projection, "members")
    ? (known ?? (await membersIfFew(parts, found.group.name, signal)))
    : undefined;
  const isRoom = (members?.length ?? 0) <= MEMBERS_OF_AN_ANSWER;
  return versioned(shownGroup(found, isRoom ? members : undefined, context));
}

/** The group with the members, or without. */
export function shownGroup(
  { group, kept }: FoundGroup,
  members: readonly MemberRef[] | undefined,
  context: MappingContext,
): ScimResource {
  return scimGroup(group, { kept, members }, context);
}

export function displayNameOf({ displayName }: ScimResource): string | undefined {
  return typeof displayName === "string" ? displayName : undefined;
}

export function noGroup(): ScimError {
  return new ScimError(404, "there is no such group");
}
