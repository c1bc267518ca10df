// A new group with members is a change for the group and one for each member. A request that is cut off goes on when the client
// sends it again: the record of its beginning tells its retry from a second group of the same name.
import type { MappingContext } from "../mapping/context.ts";
import { groupNameCandidates, wantedGroupOf } from "../mapping/group-fields.ts";
import { noteDropped, type ScimParts, scimWriteContext } from "../parts.ts";
import { normalizeBody } from "../protocol/bodies.ts";
import { project } from "../protocol/projection.ts";
import type { JsonValue, ScimResource } from "../resource.ts";
import { groupSchemas } from "../schema/group-schema.ts";
import { badRequest } from "../scim-error.ts";
import type { ScimCall } from "../service.ts";
import { afterMade, isNotMade, requestKey } from "../unfinished.ts";
import { uniqueKeys, valueTaken } from "../users/uniqueness.ts";
import { groupsNamed } from "./find-groups.ts";
import { displayNameOf, type FoundGroup, groupAnswer, groupsByName } from "./group-answer.ts";
import { type MemberPlan, planAdds, planMembers } from "./member-plan.ts";
import { changeMembers } from "./membership.ts";
import { claimGroupExternalId, freeDisplayName, keepGroup, writeGroup } from "./write-group.ts";

interface GroupCreation {
  readonly resource: ScimResource;
  readonly displayName: string;
  readonly memberIds: readonly string[];
  readonly context: MappingContext;
  /** The same for the retry of this request. */
  readonly key: string;
}

export async function createGroup(parts: ScimParts, body: JsonValue, call: ScimCall): Promise<ScimResource> {
  const { signal } = call;
  const context = await parts.context(signal);
  const { resource, dropped } = normalizeBody(body, groupSchemas(context), "create");
  noteDropped(parts, "Group", dropped);
  const displayName = displayNameOf(resource);
  if (displayName === undefined) throw badRequest("invalidValue", "displayName: is required");
  const { kept, memberIds = [] } = wantedGroupOf(resource, context);
  const key = requestKey(parts, "Group", displayName, resource);
  const wanted: GroupCreation = { resource, displayName, memberIds, context, key };
  return await parts.writer.write(
    uniqueKeys("Group", { name: displayName, externalId: kept.externalId }),
    () => (call.dryRun ? tryGroup(parts, wanted, call) : makeOrFinish(parts, wanted, call)),
    signal,
  );
}

/** Refuses what the request itself would be refused for. */
async function tryGroup(parts: ScimParts, wanted: GroupCreation, call: ScimCall): Promise<ScimResource> {
  const { resource, displayName, memberIds, context } = wanted;
  const { signal } = call;
  if ((await groupsNamed(parts, displayName, context, signal)).length > 0) throw valueTaken("displayName");
  await planAdds(parts, memberIds, signal);
  const { fields, kept } = wantedGroupOf(resource, context);
  const name = await freeName(parts, wanted, signal);
  await claimGroupExternalId(parts, kept.externalId, name, call);
  await parts.provisioner.createGroup(name, fields, scimWriteContext(call), signal);
  return project(resource, call.projection, groupSchemas(context));
}

async function makeOrFinish(parts: ScimParts, wanted: GroupCreation, call: ScimCall): Promise<ScimResource> {
  const { records } = parts;
  const { displayName, context, key } = wanted;
  const { signal } = call;
  const [there] = await groupsNamed(parts, displayName, context, signal);
  const earlier = await records.begin({ key, kind: "Group", id: undefined });
  const begun = earlier === undefined ? undefined : await begunBy(parts, earlier.id, there, signal);
  if (begun !== undefined) return await finish(parts, begun, wanted, call);
  if (there !== undefined) {
    await records.done(key);
    throw valueTaken("displayName");
  }
  await freeDisplayName(parts, displayName, undefined, signal);
  return await make(parts, wanted, call);
}

/** The group that an earlier attempt of the request has made. */
async function begunBy(
  parts: ScimParts,
  name: string | undefined,
  there: FoundGroup | undefined,
  signal: AbortSignal,
): Promise<FoundGroup | undefined> {
  if (name === undefined || there?.group.name === name) return there;
  return there === undefined ? (await groupsByName(parts, [name], signal))[0] : undefined;
}

async function make(parts: ScimParts, wanted: GroupCreation, call: ScimCall): Promise<ScimResource> {
  const { records } = parts;
  const { key, memberIds } = wanted;
  let plan: MemberPlan;
  let found: FoundGroup;
  try {
    plan = await planAdds(parts, memberIds, call.signal);
    found = await makeGroup(parts, wanted, call);
  } catch (error) {
    if (isNotMade(error)) await records.done(key);
    throw error;
  }
  return await afterMade("group", async () => {
    await changeMembers(parts, found.group.name, plan, call);
    const answer = await groupAnswer(parts, found, call, plan.members);
    await records.done(key);
    return answer;
  });
}

async function makeGroup(parts: ScimParts, wanted: GroupCreation, call: ScimCall): Promise<FoundGroup> {
  const { provisioner, records, groups } = parts;
  const { fields, kept } = wantedGroupOf(wanted.resource, wanted.context);
  const name = await freeName(parts, wanted, call.signal);
  await claimGroupExternalId(parts, kept.externalId, name, call);
  await records.begin({ key: wanted.key, kind: "Group", id: name });
  const { result, outcome } = await provisioner.createGroup(
    name,
    fields,
    scimWriteContext(call),
    call.signal,
  );
  groups.forget(name);
  // Somebody else has made it since it was looked for.
  if (outcome === "nothing-to-do") throw valueTaken("displayName");
  return await afterMade("group", async () => ({
    group: result,
    kept: await keepGroup(parts, name, undefined, kept),
  }));
}

/** Goes on with a group that an earlier attempt has made: who is in it already is not read again. */
async function finish(
  parts: ScimParts,
  begun: FoundGroup,
  { resource, memberIds, key }: GroupCreation,
  call: ScimCall,
): Promise<ScimResource> {
  const all = [{ kind: "add", ids: memberIds }] as const;
  const plan = await planMembers(parts, begun.group.name, all, call.signal, { compared: true });
  const found = await writeGroup(parts, begun, resource, call, { namesAreHeld: true });
  await changeMembers(parts, found.group.name, plan, call);
  const answer = await groupAnswer(parts, found, call, plan.members);
  await parts.records.done(key);
  return answer;
}

/** The name of the group in the pool; a renamed group may have the nearest one. */
async function freeName(
  { groups }: ScimParts,
  { resource, displayName, context }: GroupCreation,
  signal: AbortSignal,
): Promise<string> {
  const { name } = wantedGroupOf(resource, context);
  const names = context.profile === "starling" ? [name] : groupNameCandidates(displayName);
  for (const one of names) if ((await groups.current(one, signal)) === undefined) return one;
  throw valueTaken("displayName");
}
