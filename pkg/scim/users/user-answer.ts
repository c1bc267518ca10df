import type { User } from "../../core/user.ts";
import { groupListOfUser } from "../../provision/groups/listings.ts";
import type { MappingContext } from "../mapping/context.ts";
import { groupDisplayName } from "../mapping/group-resource.ts";
import { scimUser } from "../mapping/user-resource.ts";
import type { ScimParts } from "../parts.ts";
import { versioned } from "../preconditions.ts";
import { project, wantsAttribute } from "../protocol/projection.ts";
import type { GroupRef, ScimResource } from "../resource.ts";
import { userSchemas } from "../schema/user-schema.ts";
import type { ScimCall } from "../service.ts";
import type { FoundUser } from "./user-reader.ts";

/** The user as the caller gets it. Its groups are read only when they are wanted. */
export async function userAnswer(
  parts: ScimParts,
  found: FoundUser,
  { projection, signal }: Pick<ScimCall, "projection" | "signal">,
): Promise<ScimResource> {
  const context = await parts.context(signal);
  const groups = wantsAttribute(projection, "groups")
    ? await groupsOf(parts, found.user, context, signal)
    : undefined;
  return project(versioned(shownUser(found, groups, context)), projection, userSchemas(context));
}

/** The user with the groups, or without. */
export function shownUser(
  { user, kept }: FoundUser,
  groups: readonly GroupRef[] | undefined,
  context: MappingContext,
): ScimResource {
  return scimUser(user, { kept, groups }, context);
}

export async function groupsOf(
  { directory, records }: Pick<ScimParts, "directory" | "records">,
  { username }: Pick<User, "username">,
  context: MappingContext,
  signal: AbortSignal,
): Promise<readonly GroupRef[]> {
  const groups = await groupListOfUser(directory, username, signal);
  if (groups.length === 0) return [];
  const kept = await records.findMany(
    "Group",
    groups.map(({ name }) => name),
  );
  return groups.map(({ name }) => ({
    name,
    displayName: groupDisplayName({ name }, kept.get(name), context),
  }));
}
