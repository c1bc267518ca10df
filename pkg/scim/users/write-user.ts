// A change of one user: what differs becomes the least set of calls, in one change of the provisioner.
import { isDeepStrictEqual } from "node:util";
import type { User } from "../../core/user.ts";
import { groupsOfUser } from "../../provision/groups/listings.ts";
import type { UserChange } from "../../provision/provisioner.ts";
import type { MappingContext } from "../mapping/context.ts";
import { differenceOf } from "../mapping/user-difference.ts";
import { nameMeant, requiredUserName } from "../mapping/user-name.ts";
import { type ScimParts, scimUserRef, scimWriteContext } from "../parts.ts";
import type { KeptResource, KeptValues } from "../records.ts";
import type { ScimResource } from "../resource.ts";
import type { ScimCall } from "../service.ts";
import { claimExternalId, uniqueKeys, usersNamed, valueTaken } from "./uniqueness.ts";
import type { FoundUser } from "./user-reader.ts";
import { inScimWords } from "./wording.ts";

interface WriteOptions {
  /** This request is the only one that may use the unique values. */
  readonly namesAreHeld?: boolean;
  /** The groups that the wanted ones were made of. Of those that are in both, the request says nothing. */
  readonly patchedGroups?: readonly string[] | undefined;
}

/** Makes the user as it is wanted, in the pool and beside it. A dry run answers what the user would be. */
export async function writeUser(
  parts: ScimParts,
  found: FoundUser,
  wanted: ScimResource,
  call: ScimCall,
  { namesAreHeld = false, patchedGroups }: WriteOptions = {},
): Promise<FoundUser> {
  const { writer } = parts;
  const { signal } = call;
  const context = await parts.context(signal);
  const { user, kept } = found;
  const difference = differenceOf(user, kept, wanted, context);
  const name = newNameOf(found, wanted, context);
  const externalId = difference.kept.externalId === kept?.externalId ? undefined : difference.kept.externalId;
  const change: UserChange = {
    set: difference.set,
    remove: difference.remove,
    ...stateOf(user, difference.enabled),
    ...(difference.password === undefined ? {} : { password: difference.password }),
    ...groupDifference(await groupsToChange(parts, user, difference.groups, patchedGroups, signal)),
  };
  return await writer.write(
    namesAreHeld ? [] : uniqueKeys("User", { name, externalId }),
    async () => {
      if (name !== undefined) await refuseTaken(parts, name, user, context, signal);
      await claimExternalId(parts, externalId, ({ sub }) => sub === user.sub, call);
      const changed = await changePool(parts, user, change, call);
      if (call.dryRun) return { user: changed, kept: keptAs(user, difference.kept) };
      return { user: changed, kept: await keepUser(parts, user, kept, difference.kept) };
    },
    signal,
  );
}

/** A userName that the user does not sign in by yet. */
function newNameOf({ user }: FoundUser, wanted: ScimResource, context: MappingContext): string | undefined {
  const name = requiredUserName(wanted);
  return nameMeant(user, name, context) === undefined ? name : undefined;
}

async function refuseTaken(
  parts: ScimParts,
  name: string,
  { sub }: User,
  context: MappingContext,
  signal: AbortSignal,
): Promise<void> {
  const others = (await usersNamed(parts, name, context, signal)).filter(({ user }) => user.sub !== sub);
  if (others.length > 0) throw valueTaken("userName");
}

/** A user who is disabled is signed out too: a token would live on (mark 47). */
function stateOf(user: User, enabled: boolean | undefined): Pick<UserChange, "enabled" | "signOut"> {
  if (enabled === undefined || enabled === user.enabled) return {};
  return enabled ? { enabled } : { enabled, signOut: true };
}

interface GroupsToChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

async function groupsToChange(
  { directory, provisioner: { recentMembers } }: Pick<ScimParts, "directory" | "provisioner">,
  { username }: User,
  wanted: readonly string[] | undefined,
  patched: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<GroupsToChange> {
  if (wanted === undefined) return { add: [], remove: [] };
  if (patched !== undefined) {
    return {
      add: wanted.filter((name) => !patched.includes(name)),
      remove: patched.filter((name) => !wanted.includes(name)),
    };
  }
  const listed = await groupsOfUser(directory, username, signal);
  // A listing may not show yet what was written a moment ago.
  const isSure = (name: string): boolean =>
    listed.has(name) && !recentMembers.contradicts(name, username, true);
  const maybeIn = new Set([...listed, ...recentMembers.groupsGivenTo(username)]);
  return {
    add: wanted.filter((name) => !isSure(name)),
    remove: [...maybeIn].filter((name) => !wanted.includes(name)),
  };
}

function groupDifference({ add, remove }: GroupsToChange): Pick<UserChange, "addGroups" | "removeGroups"> {
  return {
    ...(add.length === 0 ? {} : { addGroups: add }),
    ...(remove.length === 0 ? {} : { removeGroups: remove }),
  };
}

/** No call when nothing differs. */
export async function changePool(
  parts: ScimParts,
  user: User,
  change: UserChange,
  call: ScimCall,
): Promise<User> {
  if (isNothing(change)) return user;
  const { result } = await inScimWords(
    parts.provisioner.changeUser(scimUserRef(parts, user), change, scimWriteContext(call), call.signal),
    await parts.context(call.signal),
  );
  if (call.dryRun) return wouldBe(user, change);
  parts.users.remember(result.user);
  return result.user;
}

function isNothing({ set, remove, ...others }: UserChange): boolean {
  return (set?.size ?? 0) + (remove?.length ?? 0) + Object.keys(others).length === 0;
}

function wouldBe(user: User, { set = new Map(), remove = [], enabled }: UserChange): User {
  const attributes = new Map(user.attributes);
  for (const [name, value] of set) attributes.set(name, String(value));
  for (const name of remove) attributes.delete(name);
  return { ...user, attributes, enabled: enabled ?? user.enabled };
}

/** Writes what is kept beside the pool, when that is new. */
export async function keepUser(
  { records }: Pick<ScimParts, "records">,
  user: User,
  before: KeptResource | undefined,
  values: KeptValues,
): Promise<KeptResource | undefined> {
  const kept = keptAs(user, values);
  const empty = before ?? keptAs(user, { externalId: undefined, displayName: undefined, values: {} });
  if (isDeepStrictEqual(kept, { ...empty })) return before;
  await records.keep(kept);
  return kept;
}

function keptAs({ sub }: User, { externalId, displayName, values }: KeptValues): KeptResource {
  return { kind: "User", id: sub, hidden: false, externalId, displayName, values };
}
