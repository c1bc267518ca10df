// Which members a request adds and removes.
//
// Adds and removes need no reading of the group: for a user who is in it already, or is not, no write is sent. Only a
// replacement, and a removal by a filter, are compared with the members as they are now.
import { isUuid } from "../../core/uuid.ts";
import { membersOfGroup } from "../../provision/groups/listings.ts";
import type { UserRef } from "../../provision/provisioner.ts";
import { memberItem } from "../mapping/group-resource.ts";
import { userIdOf } from "../mapping/locations.ts";
import { type ScimParts, scimUserRef } from "../parts.ts";
import { matcherOf } from "../protocol/evaluate.ts";
import type { MemberOperation } from "../protocol/members.ts";
import type { MemberRef } from "../resource.ts";
import { badRequest } from "../scim-error.ts";
import { visibleMembers } from "./group-answer.ts";

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
    ? await planListed(parts, steps, signal)
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
  steps: readonly { readonly kind: "add" | "remove"; readonly ids: readonly string[] }[],
  signal: AbortSignal,
): Promise<MemberPlan> {
  const last = new Map<string, "add" | "remove">();
  for (const { kind, ids } of steps) for (const id of ids) last.set(id, kind);
  const idsFor = (kind: "add" | "remove"): string[] => [...last.keys()].filter((id) => last.get(id) === kind);
  const added = await usersToAdd(parts, idsFor("add"), signal);
  return {
    add: added.map((user) => scimUserRef(parts, user)),
    remove: await refsToRemove(parts, idsFor("remove"), signal),
    members: undefined,
  };
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
  const current = new Map(members.map((member) => [userIdOf(member, context), member]));
  let wanted = new Set(current.keys());
  for (const operation of operations) {
    if (operation.kind === "remove-matching") {
      const isMatch = matcherOf(operation.filter);
      // Those whom an earlier operation has added too: all that is known of them is the id.
      const itemOf = (id: string) => memberItem(current.get(id) ?? { sub: id, username: id }, context);
      for (const id of wanted) if (isMatch(itemOf(id))) wanted.delete(id);
    } else if (operation.kind === "replace") wanted = new Set(operation.ids);
    else if (operation.kind === "add") for (const id of operation.ids) wanted.add(id);
    else for (const id of operation.ids) wanted.delete(id);
  }
  const added = await usersToAdd(
    parts,
    [...wanted].filter((id) => !current.has(id)),
    signal,
  );
  const removed = [...current].flatMap(([id, member]) => (wanted.has(id) ? [] : [member]));
  const kept = [...current].flatMap(([id, member]) => (wanted.has(id) ? [member] : []));
  return {
    add: added.map((user) => scimUserRef(parts, user)),
    remove: removed.map((member) => scimUserRef(parts, member)),
    members: await visibleMembers(parts, [...kept, ...added]),
  };
}

/** The users of these ids. Refuses ids of nobody, and of users whom a client has removed. */
async function usersToAdd(
  { users }: Pick<ScimParts, "users">,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly MemberRef[]> {
  const found = await users.withKept([...(await users.byIds(ids, signal)).values()]);
  const there = found.filter(({ kept }) => kept?.hidden !== true).map(({ user }) => user);
  const missing = ids.length - there.length;
  if (missing === 0) return there.map(({ sub, username }) => ({ sub, username }));
  throw badRequest(
    "invalidValue",
    `members: ${missing} of the values ${missing === 1 ? "is not the id of a user" : "are not ids of users"} of this pool`,
  );
}
