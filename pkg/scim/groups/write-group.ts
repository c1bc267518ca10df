import { isDeepStrictEqual } from "node:util";
import type { Group } from "../../core/group.ts";
import type { GroupPatch } from "../../provision/provisioner.ts";
import type { MappingContext } from "../mapping/context.ts";
import { groupDifferenceOf } from "../mapping/group-fields.ts";
import { type ScimParts, scimWriteContext } from "../parts.ts";
import type { KeptResource, KeptValues } from "../records.ts";
import type { ScimResource } from "../resource.ts";
import type { ScimCall } from "../service.ts";
import { uniqueKeys, valueTaken } from "../users/uniqueness.ts";
import { groupsNamed } from "./find-groups.ts";
import { displayNameOf, type FoundGroup, groupsByName, shownGroup } from "./group-answer.ts";

/**
 * Makes the group itself as it is wanted: its fields in the pool, its names beside it. A new displayName leaves the group's
 * name in the pool as it is, which tokens and applications know. A dry run answers what the group would be.
 */
export async function writeGroup(
  parts: ScimParts,
  found: FoundGroup,
  wanted: ScimResource,
  call: ScimCall,
  /** This request is the only one that may use the unique values. */
  { namesAreHeld = false }: { readonly namesAreHeld?: boolean } = {},
): Promise<FoundGroup> {
  const { writer } = parts;
  const { signal } = call;
  const context = await parts.context(signal);
  const { group, kept } = found;
  const { patch, kept: values } = groupDifferenceOf(group, kept, wanted, context);
  const name = newNameOf(found, wanted, context);
  const externalId = values.externalId === kept?.externalId ? undefined : values.externalId;
  return await writer.write(
    namesAreHeld ? [] : uniqueKeys("Group", { name, externalId }),
    async () => {
      if (name !== undefined) await refuseTakenName(parts, name, group.name, context, signal);
      await claimGroupExternalId(parts, externalId, group.name, call);
      if (!call.dryRun && name !== undefined) await freeDisplayName(parts, name, group.name, signal);
      // Names are kept beside the pool, and pass the guards and have their line in the audit log all the same.
      const asked = isNamedAnew(found, wanted, context)
        ? { description: group.description ?? "" }
        : undefined;
      const changed = await updateGroup(parts, group, patch ?? asked, call);
      if (call.dryRun) return { group: changed, kept: keptAs(group.name, values) };
      return { group: changed, kept: await keepGroup(parts, group.name, kept, values) };
    },
    signal,
  );
}

async function updateGroup(
  parts: ScimParts,
  group: Group,
  patch: GroupPatch | undefined,
  call: ScimCall,
): Promise<Group> {
  if (patch === undefined) return group;
  const { result } = await parts.provisioner.updateGroup(
    group.name,
    patch,
    scimWriteContext(call),
    call.signal,
  );
  parts.groups.forget(group.name);
  return result;
}

/** A displayName that differs in more than its letter case. */
function newNameOf(found: FoundGroup, wanted: ScimResource, context: MappingContext): string | undefined {
  const name = displayNameOf(wanted);
  const before = displayNameOf(shownGroup(found, undefined, context));
  return name?.toLowerCase() === before?.toLowerCase() ? undefined : name;
}

function isNamedAnew(found: FoundGroup, wanted: ScimResource, context: MappingContext): boolean {
  const before = shownGroup(found, undefined, context);
  return displayNameOf(wanted) !== displayNameOf(before) || wanted["externalId"] !== before["externalId"];
}

async function refuseTakenName(
  parts: ScimParts,
  displayName: string,
  own: string,
  context: MappingContext,
  signal: AbortSignal,
): Promise<void> {
  const others = (await groupsNamed(parts, displayName, context, signal)).filter(
    ({ group }) => group.name !== own,
  );
  if (others.length > 0) throw valueTaken("displayName");
}

/** What is kept of groups that somebody else has deleted gives the name up. Only for a name that no other group has. */
export async function freeDisplayName(
  { records }: Pick<ScimParts, "records">,
  displayName: string,
  own: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  for (const { id } of await records.find("Group", "displayName", displayName, signal)) {
    if (id !== own) await records.forget("Group", id);
  }
}

/** Refuses an externalId that another group has. What is kept of a group that is gone gives its externalId up. */
export async function claimGroupExternalId(
  parts: Pick<ScimParts, "groups" | "records">,
  externalId: string | undefined,
  own: string | undefined,
  { dryRun, signal }: Pick<ScimCall, "dryRun" | "signal">,
): Promise<void> {
  if (externalId === undefined) return;
  const rows = await parts.records.find("Group", "externalId", externalId, signal);
  for (const { id } of rows) {
    if (id === own) continue;
    if ((await groupsByName(parts, [id], signal)).length > 0) throw valueTaken("externalId");
    if (!dryRun) await parts.records.forget("Group", id);
  }
}

/** Writes what is kept beside the pool, when that is new. */
export async function keepGroup(
  { records }: Pick<ScimParts, "records">,
  name: string,
  before: KeptResource | undefined,
  values: KeptValues,
): Promise<KeptResource | undefined> {
  const kept = keptAs(name, values);
  const empty = before ?? keptAs(name, { externalId: undefined, displayName: undefined, values: {} });
  if (isDeepStrictEqual(kept, { ...empty })) return before;
  await records.keep(kept);
  return kept;
}

function keptAs(name: string, { externalId, displayName, values }: KeptValues): KeptResource {
  return { kind: "Group", id: name, hidden: false, externalId, displayName, values };
}
