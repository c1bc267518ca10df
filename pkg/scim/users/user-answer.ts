import { GovernanceError } from "../../core/errors.ts";
import type { User } from "../../core/user.ts";
import { groupListOfUser } from "../../provision/groups/listings.ts";
import type { MappingContext } from "../mapping/context.ts";
import { groupDisplayName } from "../mapping/group-resource.ts";
import { scimUser } from "../mapping/user-resource.ts";
import type { ScimParts } from "../parts.ts";
import { versioned } from "../preconditions.ts";
import { wantsAttribute } from "../protocol/projection.ts";
import type { GroupRef, ScimResource } from "../resource.ts";
import type { ScimCall } from "../service.ts";
import type { FoundUser } from "./user-reader.ts";

/**
 * The user with its version, before the projection. Its groups are read only when they are wanted, and not when `memberOf` has their names: a new
 * user may not be readable yet (mark 50).
 */
export async function userAnswer(
  parts: ScimParts,
  found: FoundUser,
  { projection, signal }: Pick<ScimCall, "projection" | "signal">,
  memberOf?: readonly string[],
): Promise<ScimResource> {
  const context = await parts.context(signal);
  const groups = wantsAttribute(projection, "groups")
    ? memberOf === undefined
      ? await groupsOf(parts, found.user, context, signal)
      : await refsOf(parts, memberOf, context)
    : undefined;
  return versioned(shownUser(found, groups, context));
}

/** The user with the groups, or without. */
export function shownUser(
  { user, kept }: FoundUser,
  groups: readonly GroupRef[] | undefined,
  context: MappingContext,
): ScimResource {
  return scimUser(user, { kept, groups }, context);
}

/** `seen` may correct what the listing shows. */
export async function groupsOf(
  parts: Pick<ScimParts, "directory" | "records" | "users">,
  { sub, username }: Pick<User, "sub" | "username">,
  context: MappingContext,
  signal: AbortSignal,
  seen: (listed: readonly string[]) => readonly string[] = (listed) => listed,
): Promise<readonly GroupRef[]> {
  try {
    const groups = await groupListOfUser(parts.directory, username, signal);
    const names = seen(groups.map(({ name }) => name));
    return await refsOf(parts, names, context);
  } catch (error) {
    const failure = GovernanceError.from(error);
    if (failure.reason !== "user-gone" || !parts.users.isRemembered(sub)) throw failure;
    // Not 404: a client would make the user again.
    throw new GovernanceError("unavailable", "the groups of the new user cannot be read yet; try again", {
      cause: failure,
    });
  }
}

async function refsOf(
  { records }: Pick<ScimParts, "records">,
  names: readonly string[],
  context: MappingContext,
): Promise<readonly GroupRef[]> {
  if (names.length === 0) return [];
  const kept = await records.findMany("Group", names);
  return names.map((name) => ({
    name,
    displayName: groupDisplayName({ name }, kept.get(name), context),
  }));
}
