import { wantedGroupOf } from "../mapping/group-fields.ts";
import { noteDropped, type ScimParts, scimWriteContext } from "../parts.ts";
import { checkPreconditions } from "../preconditions.ts";
import { applyPatch } from "../protocol/apply-patch.ts";
import { normalizeBody } from "../protocol/bodies.ts";
import { type MemberOperation, memberOperations } from "../protocol/members.ts";
import { droppedOf } from "../protocol/operations.ts";
import { parsePatch } from "../protocol/patch.ts";
import type { JsonValue, ScimResource } from "../resource.ts";
import { groupSchemas } from "../schema/group-schema.ts";
import type { ScimCall } from "../service.ts";
import { withUnmentioned } from "../unmentioned.ts";
import {
  type FoundGroup,
  findGroup,
  groupAnswer,
  membersIfFew,
  noGroup,
  shownGroup,
} from "./group-answer.ts";
import { planMembers } from "./member-plan.ts";
import { changeMembers } from "./membership.ts";
import { writeGroup } from "./write-group.ts";

/** PUT: members that the body does not have, or has as null, are left alone; an empty list removes them all. */
export async function replaceGroup(
  parts: ScimParts,
  id: string,
  body: JsonValue,
  call: ScimCall,
): Promise<ScimResource> {
  const context = await parts.context(call.signal);
  const { resource, dropped, extensions, emptied } = normalizeBody(body, groupSchemas(context), "replace");
  noteDropped(parts, "Group", dropped);
  const memberIds = emptied.includes("members") ? [] : wantedGroupOf(resource, context).memberIds;
  const operations: readonly MemberOperation[] =
    memberIds === undefined ? [] : [{ kind: "replace", ids: memberIds }];
  return await asOnlyWriter(parts, { id }, call, (found) => {
    const current = shownGroup(found, undefined, context);
    return change(parts, found, withUnmentioned(resource, current, extensions), operations, call);
  });
}

export async function patchGroup(
  parts: ScimParts,
  id: string,
  body: JsonValue,
  call: ScimCall,
): Promise<ScimResource> {
  const context = await parts.context(call.signal);
  const schemas = groupSchemas(context);
  const operations = parsePatch(body, schemas);
  noteDropped(parts, "Group", droppedOf(operations));
  const { others, members } = memberOperations(operations);
  // Nothing but members: whether the group is still there, each grant finds out by itself.
  const age = others.length === 0 && call.ifMatch === undefined ? "recent" : "current";
  return await asOnlyWriter(parts, { id, age }, call, async (found) => {
    const current = shownGroup(found, undefined, context);
    const wanted = others.length === 0 ? current : applyPatch(current, others, schemas);
    return await change(parts, found, wanted, members, call);
  });
}

/** The group itself first: a name that is taken is refused before anybody gets into the group. */
async function change(
  parts: ScimParts,
  found: FoundGroup,
  wanted: ScimResource,
  operations: readonly MemberOperation[],
  call: ScimCall,
): Promise<ScimResource> {
  const { name } = found.group;
  const plan = await planMembers(parts, name, operations, call.signal);
  const changed = await writeGroup(parts, found, wanted, call);
  await changeMembers(parts, name, plan, call);
  return await groupAnswer(parts, changed, call, plan.members);
}

export async function removeGroup(parts: ScimParts, id: string, call: ScimCall): Promise<void> {
  const { provisioner, records, groups } = parts;
  await asOnlyWriter(parts, { id }, call, async ({ group: { name } }) => {
    await provisioner.deleteGroup(name, scimWriteContext(call), call.signal);
    if (call.dryRun) return;
    groups.forget(name);
    await records.forget("Group", name);
  });
}

/** Reads the group once no other request changes it, and checks the version that the caller expects. */
async function asOnlyWriter<T>(
  parts: ScimParts,
  { id, age = "current" }: { readonly id: string; readonly age?: "current" | "recent" },
  call: ScimCall,
  work: (found: FoundGroup) => Promise<T>,
): Promise<T> {
  const { signal } = call;
  const context = await parts.context(signal);
  return await parts.writer.write(
    [`Group ${id}`],
    async () => {
      const found = await findGroup(parts, id, signal, age);
      if (found === undefined) throw noGroup();
      await checkPreconditions(call, [
        () => shownGroup(found, undefined, context),
        async () => shownGroup(found, await membersIfFew(parts, found.group.name, signal), context),
      ]);
      return await work(found);
    },
    signal,
  );
}
