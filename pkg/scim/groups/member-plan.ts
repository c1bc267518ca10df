// Which members a request adds and removes.
//
// A few adds and removes need no reading of the group: for a user who is in it already, or is not, no write is sent. A
// replacement, a removal by a filter and a long list are compared with the members as they are now.
import { isUuid } from "../../core/uuid.ts";
import { membersOfGroup } from "../../provision/groups/listings.ts";
import type { UserRef } from "../../provision/provisioner.ts";
import { memberItem } from "../mapping/group-resource.ts";
import { userIdOf } from "../mapping/locations.ts";
import { type ScimParts, scimUserRef } from "../parts.ts";
import type { MemberOperation } from "../protocol/members.ts";
import type { MemberRef } from "../resource.ts";
import { badRequest } from "../scim-error.ts";
import { visibleMembers } from "./group-answer.ts";
import { removeMatching } from "./remove-matching.ts";

export interface MemberPlan {
  readonly add: readonly UserRef[];
  readonly remove: readonly UserRef[];
  /** All members after the change; undefined: they were not read. */
  readonly members: readonly MemberRef[] | undefined;
}

export async function planMembers(
  parts: ScimParts,
  group: string,
  operations: readonly MemberOperation[],
  signal: AbortSignal,
  /** Adds are compared too: most of them may be made. */
  { compared = false }: { readonly compared?: boolean } = {},
): Promise<MemberPlan> {
  if (operations.length === 0) return { add: [], remove: [], members: undefined };
  const steps = operations.flatMap((one) =>
    one.kind === "add" || one.kind === "remove" ? [{ kind: one.kind, ids: one.ids }] : [],
  );
  return steps.length === operations.length && !compared
    ? await planListed(parts, group, steps, signal)
    : await planCompared(parts, group, operations, signal);
}

/** The members of a group that is to be made. */
export async function planAdds(
  parts: ScimParts,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<MemberPlan> {
  const members = await usersToAdd(parts, ids, signal);
  return { add: members.map((user) => scimUserRef(parts, user)), remove: [], members };
}

async function planListed(
  parts: ScimParts,
  group: string,
  steps: readonly { readonly kind: "add" | "remove"; readonly ids: readonly string[] }[],
  signal: AbortSignal,
): Promise<MemberPlan> {
  const last = new Map<string, "add" | "remove">();
  for (const { kind, ids } of steps) for (const id of ids) last.set(id, kind);
  const idsFor = (kind: "add" | "remove"): string[] => [...last.keys()].filter((id) => last.get(id) === kind);
  const known = await someMembers(parts, group, last.size, signal);
  const added = await usersToAdd(
    parts,
    idsFor("add").filter((id) => !isSureMember(parts, group, known.members.get(id))),
    signal,
  );
  const recent = await recentlyAdded(parts, group, signal);
  const removed = idsFor("remove").filter((id) => !known.isWhole || known.members.has(id) || recent.has(id));
  return {
    add: added.map((user) => scimUserRef(parts, user)),
    remove: await refsToRemove(parts, removed, signal),
    members: undefined,
  };
}

/** So many changes cost less than to read who needs none. */
const NOT_COMPARED = 10;

/**
 * Members by their ids: of a long list most may be made by an earlier attempt, and each that is tried again costs two requests.
 * So no more pages are read than there are ids.
 */
async function someMembers(
  parts: ScimParts,
  group: string,
  changes: number,
  signal: AbortSignal,
): Promise<{ readonly members: ReadonlyMap<string, MemberRef>; readonly isWhole: boolean }> {
  const members = new Map<string, MemberRef>();
  if (changes <= NOT_COMPARED) return { members, isWhole: false };
  const context = await parts.context(signal);
  let marker: string | undefined;
  for (let pages = 0; pages < changes; pages += 1) {
    const page = await parts.directory.listMembers(group, { marker }, signal);
    for (const { sub, username } of page.items) {
      members.set(userIdOf({ sub, username }, context), { sub, username });
    }
    marker = page.next;
    if (marker === undefined) return { members, isWhole: true };
  }
  return { members, isWhole: false };
}

/** A listing may still show who was removed a moment ago. */
function isSureMember(
  { provisioner: { recentMembers } }: Pick<ScimParts, "provisioner">,
  group: string,
  listed: MemberRef | undefined,
): boolean {
  return listed !== undefined && !recentMembers.contradicts(group, listed.username, true);
}

/** Those whom a listing may not show yet, by their ids. */
async function recentlyAdded(
  { provisioner, context }: Pick<ScimParts, "provisioner" | "context">,
  group: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, MemberRef>> {
  const added = provisioner.recentMembers.addedTo(group);
  const forms = await context(signal);
  return new Map(added.map((member) => [userIdOf(member, forms), member]));
}

/** Users who are gone are in no group. */
async function refsToRemove(
  parts: ScimParts,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly UserRef[]> {
  const { settings, userIdKind, users } = parts;
  if (settings.profile === "strict" && userIdKind === "sub") {
    return ids.filter(isUuid).map((value) => ({ by: "id", value }));
  }
  return [...(await users.byIds(ids, signal)).values()].map((user) => scimUserRef(parts, user));
}

async function planCompared(
  parts: ScimParts,
  group: string,
  operations: readonly MemberOperation[],
  signal: AbortSignal,
): Promise<MemberPlan> {
  const context = await parts.context(signal);
  const members = await membersOfGroup(parts.directory, group, signal);
  const listed = new Map(members.map((member) => [userIdOf(member, context), member]));
  const current = new Map([...(await recentlyAdded(parts, group, signal)), ...listed]);
  let wanted = new Set(current.keys());
  // Whom the request names: of the others nothing is decided, also where a listing and an own write differ.
  const named = new Set<string>();
  for (const operation of operations) {
    if (operation.kind === "remove-matching") {
      // Those whom an earlier operation has added too: all that is known of them is the id.
      const itemOf = (id: string) => memberItem(current.get(id) ?? { sub: id, username: id }, context);
      await removeMatching(wanted, operation.filter, itemOf, signal);
      continue;
    }
    if (operation.kind === "replace") wanted = new Set(operation.ids);
    else if (operation.kind === "add") for (const id of operation.ids) wanted.add(id);
    else for (const id of operation.ids) wanted.delete(id);
    for (const id of operation.ids) named.add(id);
  }
  const isToAdd = (id: string): boolean =>
    !current.has(id) || (named.has(id) && !isSureMember(parts, group, listed.get(id)));
  const added = await usersToAdd(parts, [...wanted].filter(isToAdd), signal);
  const removed = [...current].flatMap(([id, member]) => (wanted.has(id) ? [] : [member]));
  const kept = [...current].flatMap(([id, member]) => (wanted.has(id) && !isToAdd(id) ? [member] : []));
  return {
    add: added.map((user) => scimUserRef(parts, user)),
    remove: removed.map((member) => scimUserRef(parts, member)),
    members: await visibleMembers(parts, [...kept, ...added]),
  };
}

/** The users of these ids. Refuses ids of nobody, and of users whom a client has removed. */
async function usersToAdd(
  parts: Pick<ScimParts, "users" | "records">,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly MemberRef[]> {
  const there = await visibleMembers(parts, await parts.users.accountsOf(ids, signal));
  const missing = ids.length - there.length;
  if (missing === 0) return there;
  throw badRequest(
    "invalidValue",
    `members: ${missing} of the values ${missing === 1 ? "is not the id of a user" : "are not ids of users"} of this pool`,
  );
}
