import type { User } from "../../core/user.ts";
import type { MappingContext } from "../mapping/context.ts";
import { nameMeant } from "../mapping/user-name.ts";
import type { ScimParts } from "../parts.ts";
import { foldCase } from "../protocol/fold.ts";
import type { ResourceKind, ScimResource } from "../resource.ts";
import { ScimError } from "../scim-error.ts";
import type { ScimCall } from "../service.ts";
import { usersWith } from "./find-users.ts";
import { shownUser } from "./user-answer.ts";
import type { FoundUser, SearchOptions } from "./user-reader.ts";

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
  options?: SearchOptions,
): Promise<readonly FoundUser[]> {
  const equality = { attribute: "userName", value: userName };
  const found = (await usersWith(parts, equality, context, signal, options)) ?? [];
  return found.filter(({ user }) => nameMeant(user, userName, context) !== undefined);
}

/**
 * Refuses an externalId that another user has, and has what is kept of others give it up where they have it no longer. `isOwn`
 * tells the user who gets it.
 */
export async function claimExternalId(
  parts: ScimParts,
  externalId: string | undefined,
  isOwn: (user: User) => boolean,
  { dryRun, signal }: Pick<ScimCall, "dryRun" | "signal">,
): Promise<void> {
  if (externalId === undefined) return;
  const { records } = parts;
  const context = await parts.context(signal);
  const equality = { attribute: "externalId", value: externalId };
  const found = (await usersWith(parts, equality, context, signal)) ?? [];
  for (const one of found) {
    const { user, kept } = one;
    // What is hidden gives way by itself.
    if (kept?.hidden === true || isOwn(user)) continue;
    const shown = externalIdOf(shownUser(one, undefined, context));
    if (shown === externalId) throw valueTaken("externalId");
    // Somebody else has changed the attribute in the pool.
    if (kept?.externalId === externalId && !dryRun) await records.keep({ ...kept, externalId: shown });
  }
  if (dryRun) return;
  const there = new Set(found.map(({ user }) => user.sub));
  for (const { id, hidden } of await records.find("User", "externalId", externalId, signal)) {
    if (!hidden && !there.has(id)) await records.forget("User", id);
  }
}

function externalIdOf({ externalId }: ScimResource): string | undefined {
  return typeof externalId === "string" ? externalId : undefined;
}

export function valueTaken(attribute: string): ScimError {
  return new ScimError(409, `${attribute}: another resource has this value`, { scimType: "uniqueness" });
}
