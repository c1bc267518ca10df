import type { User } from "../../core/user.ts";
import type { MappingContext } from "../mapping/context.ts";
import { nameMeant } from "../mapping/user-name.ts";
import type { ScimParts } from "../parts.ts";
import { foldCase } from "../protocol/fold.ts";
import type { ResourceKind } from "../resource.ts";
import { ScimError } from "../scim-error.ts";
import { usersWith } from "./find-users.ts";
import type { FoundUser } from "./user-reader.ts";

/** Two requests with the same unique value are answered one after the other. */
export function uniqueKeys(
  kind: ResourceKind,
  { name, externalId }: { readonly name: string | undefined; readonly externalId: string | undefined },
): readonly string[] {
  return [
    ...(externalId === undefined ? [] : [`${kind} externalId ${externalId}`]),
    ...(name === undefined ? [] : [`${kind} name ${foldCase(name)}`]),
  ];
}

/** The users who sign in by this name, in any letter case, those whom a client has removed as well. */
export async function usersNamed(
  parts: ScimParts,
  userName: string,
  context: MappingContext,
  signal: AbortSignal,
): Promise<readonly FoundUser[]> {
  const found = (await usersWith(parts, { attribute: "userName", value: userName }, context, signal)) ?? [];
  return found.filter(({ user }) => nameMeant(user, userName, context) !== undefined);
}

/**
 * Refuses an externalId that another user has. What is kept of a user who is gone is forgotten. `isOwn` tells the user who is
 * meant where its id is not known.
 */
export async function claimExternalId(
  { users, records }: Pick<ScimParts, "users" | "records">,
  externalId: string | undefined,
  own: string | undefined,
  signal: AbortSignal,
  isOwn: (user: User) => boolean = () => false,
): Promise<void> {
  if (externalId === undefined) return;
  const others = (await records.find("User", "externalId", externalId, signal)).filter(
    ({ id }) => id !== own,
  );
  for (const other of others) {
    // What is hidden gives way by itself.
    if (other.hidden) continue;
    const [user] = await users.bySubs([other.id], signal);
    if (user !== undefined && isOwn(user)) continue;
    if (user !== undefined) throw valueTaken("externalId");
    await records.forget("User", other.id);
  }
}

export function valueTaken(attribute: string): ScimError {
  return new ScimError(409, `${attribute}: another resource has this value`, { scimType: "uniqueness" });
}
