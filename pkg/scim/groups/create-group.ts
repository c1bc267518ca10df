// A new group with members is a change for the group and one for each member. A request that is cut off goes on when the client
// sends it again: the record of its beginning tells its retry from a second group of the same name.
import type { Group } from "../../core/group.ts";
import { isGroupOfRequest } from "../../provision/groups/group-of-request.ts";
import type { MappingContext } from "../mapping/context.ts";
import { groupNameCandidates, wantedGroupOf } from "../mapping/group-fields.ts";
import { noteDropped, type ScimParts, scimWriteContext } from "../parts.ts";
import { normalizeBody } from "../protocol/bodies.ts";
import { project } from "../protocol/projection.ts";
import type { BegunRequest } from "../records.ts";
import type { JsonValue, ScimResource } from "../resource.ts";
import { groupSchemas } from "../schema/group-schema.ts";
import { badRequest } from "../scim-error.ts";
import type { ScimCall } from "../service.ts";
import { afterMade, isKeptByAnother, isNotMade, requestKey } from "../unfinished.ts";
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
  const earlier = await records.unfinished(key);
  const begun = earlier === undefined ? undefined : await begunBy(parts, earlier, there, wanted, signal);
  if (begun !== undefined) return await finish(parts, begun, wanted, call);
  // What it is known to have made is gone, or belongs to somebody else now.
  if (earlier !== undefined && (there !== undefined || earlier.id !== undefined)) await records.done(key);
  if (there !== undefined) throw valueTaken("displayName");
  await freeDisplayName(parts, displayName, undefined, signal);
  return await make(parts, wanted, call);
}

/** The group that an earlier attempt of the request has made. Where it has not kept the displayName, the pool's name is shown. */
async function begunBy(
  parts: ScimParts,
  earlier: BegunRequest,
  there: FoundGroup | undefined,
  wanted: GroupCreation,
  signal: AbortSignal,
): Promise<FoundGroup | undefined> {
  const all = there === undefined ? await groupsByName(parts, namesFor(wanted), signal) : [there];
  return all.find((one) => isOf(earlier, one, wanted));
}

/** Its name and creation date are known, or it is as the request makes it. */
function isOf(
  { id, begunAt }: BegunRequest,
  { group, kept }: FoundGroup,
  { resource, context }: GroupCreation,
): boolean {
  if (id !== undefined) return id === madeId(group);
  const wanted = wantedGroupOf(resource, context);
  return !isKeptByAnother(kept, wanted.kept) && isGroupOfRequest(wanted.fields, group, begunAt);
}

function madeId({ name, createdAt }: Group): string {
  return `${name} ${createdAt.getTime()}`;
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
  await records.begin({ key: wanted.key, kind: "Group", id: undefined });
  const { result, outcome } = await provisioner.createGroup(
    name,
    fields,
    scimWriteContext(call),
    call.signal,
  );
  groups.forget(name);
  // Somebody else has made it since it was looked for.
  if (outcome === "nothing-to-do") throw valueTaken("displayName");
  return await afterMade("group", async () => {
    await records.begin({ key: wanted.key, kind: "Group", id: madeId(result) });
    return { group: result, kept: await keepGroup(parts, name, undefined, kept) };
  });
}

/** Goes on with a group that an earlier attempt has made: who is in it already is not read again. */
async function finish(
  parts: ScimParts,
  begun: FoundGroup,
  { resource, memberIds, key }: GroupCreation,
  call: ScimCall,
): Promise<ScimResource> {
  await parts.records.begin({ key, kind: "Group", id: madeId(begun.group) });
  const all = [{ kind: "add", ids: memberIds }] as const;
  const plan = await planMembers(parts, begun.group.name, all, call.signal, { compared: true });
  const found = await writeGroup(parts, begun, resource, call, { namesAreHeld: true });
  await changeMembers(parts, found.group.name, plan, call);
  const answer = await groupAnswer(parts, found, call, plan.members);
  await parts.records.done(key);
  return answer;
}

/** The name of the group in the pool; a renamed group may have the nearest one. */
async function freeName({ groups }: ScimParts, wanted: GroupCreation, signal: AbortSignal): Promise<string> {
  for (const one of namesFor(wanted)) if ((await groups.current(one, signal)) === undefined) return one;
  throw valueTaken("displayName");
}

/** In the order in which they are tried. */
function namesFor({ resource, displayName, context }: GroupCreation): readonly string[] {
  return context.profile === "starling"
    ? [wantedGroupOf(resource, context).name]
    : groupNameCandidates(displayName);
}
