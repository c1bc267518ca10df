import { MAX_PRECEDENCE } from "../../core/attributes/names.ts";
import type { Group } from "../../core/group.ts";
import type { KeptValues } from "../records.ts";
import {
  COGNITO_GROUP_URN,
  GROUP_URN,
  type JsonObject,
  type MemberRef,
  type ScimResource,
} from "../resource.ts";
import type { MappingContext } from "./context.ts";
import { groupIdOf, locationOf, userIdOf } from "./locations.ts";
import { ResourceBuilder } from "./resource-values.ts";
import { ownMember } from "./values.ts";

/** What a group is made of beside the group in the pool. */
export interface GroupParts {
  readonly kept: KeptValues | undefined;
  /** Undefined: not asked for. */
  readonly members: readonly MemberRef[] | undefined;
}

/** A group as SCIM shows it, without its version. */
export function scimGroup(
  group: Group,
  { kept, members }: GroupParts,
  context: MappingContext,
): ScimResource {
  const id = groupIdOf(group.name, context);
  const extension = extensionOf(group, kept);
  const hasExtension = Object.keys(extension).length > 0;
  const resource = new ResourceBuilder();
  resource.set("schemas", hasExtension ? [GROUP_URN, COGNITO_GROUP_URN] : [GROUP_URN]);
  resource.set("id", id);
  resource.set("externalId", kept?.externalId);
  resource.set("displayName", groupDisplayName(group, kept, context));
  if (members !== undefined)
    resource.set(
      "members",
      members.map((member) => memberItem(member, context)),
    );
  if (hasExtension) resource.set(COGNITO_GROUP_URN, extension);
  resource.set("meta", {
    resourceType: "Group",
    created: group.createdAt.toISOString(),
    lastModified: group.modifiedAt.toISOString(),
    location: locationOf("Group", id, context),
  });
  return resource.build();
}

/** The displayName as a client wrote it, else the name in the pool. */
export function groupDisplayName(
  group: Pick<Group, "name">,
  kept: Pick<KeptValues, "displayName"> | undefined,
  { profile }: Pick<MappingContext, "profile">,
): string {
  return profile === "starling" ? group.name : (kept?.displayName ?? group.name);
}

/** One member of a group. It has no member beside those that a client may send. */
export function memberItem(member: MemberRef, context: MappingContext): JsonObject {
  const value = userIdOf(member, context);
  const $ref = locationOf("User", value, context);
  return context.profile === "starling"
    ? { value, $ref, type: "User", display: member.username }
    : { value, $ref, type: "User" };
}

function extensionOf({ description, roleArn, precedence }: Group, kept: KeptValues | undefined): JsonObject {
  const extension = new ResourceBuilder();
  if (description !== "") extension.set("description", description);
  extension.set("roleArn", roleArn);
  const isKept = ownMember(kept?.values[COGNITO_GROUP_URN], "precedence") === MAX_PRECEDENCE;
  if (precedence !== MAX_PRECEDENCE || isKept) extension.set("precedence", precedence);
  return extension.build();
}
