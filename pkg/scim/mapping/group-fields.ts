import { createHash } from "node:crypto";
import {
  descriptionProblem,
  groupNameProblem,
  MAX_PRECEDENCE,
  precedenceProblem,
  roleArnProblem,
} from "../../core/attributes/names.ts";
import type { GroupFields } from "../../core/directory-writer.ts";
import type { Group } from "../../core/group.ts";
import type { GroupPatch } from "../../provision/provisioner.ts";
import type { KeptValues } from "../records.ts";
import { COGNITO_GROUP_URN, type JsonObject, type JsonValue, type ScimResource } from "../resource.ts";
import { badRequest } from "../scim-error.ts";
import type { MappingContext } from "./context.ts";
import { groupDisplayName } from "./group-resource.ts";
import { isUnassigned } from "./resource-values.ts";
import { invalidScimValue, isScimObject, ownMember, sentAttribute, textAttribute } from "./values.ts";

const MAX_DISPLAY_NAME = 256;
const MAX_NAME = 128;

/** A group as a client wants it. */
export interface WantedGroup {
  /** The GroupName of a new group, unless another group has it. */
  readonly name: string;
  readonly fields: GroupFields;
  readonly kept: KeptValues;
  /** Ids as the client gave them, each once; undefined: not given. */
  readonly memberIds: readonly string[] | undefined;
}

/** What a POST of a group asks for. */
export function wantedGroupOf(resource: ScimResource, context: MappingContext): WantedGroup {
  const displayName = requiredDisplayName(resource);
  const name = context.profile === "starling" ? displayName : groupNameFor(displayName);
  const problem = groupNameProblem(name);
  if (problem !== undefined) throw invalidScimValue("displayName", problem);
  const fields = fieldsOf(resource, context);
  return {
    name,
    fields,
    kept: keptOfGroup(resource, displayName, fields),
    memberIds: wantedMemberIds(resource),
  };
}

export interface GroupDifference {
  /** Undefined: nothing differs in the pool. */
  readonly patch: GroupPatch | undefined;
  readonly kept: KeptValues;
}

/** What a PUT or PATCH changes in the group itself. The GroupName stays. */
export function groupDifferenceOf(
  group: Group,
  kept: KeptValues | undefined,
  wanted: ScimResource,
  context: MappingContext,
): GroupDifference {
  const displayName = requiredDisplayName(wanted);
  if (context.profile === "starling" && displayName !== groupDisplayName(group, kept, context)) {
    throw badRequest("mutability", "displayName: cannot change; it is the name of the group");
  }
  const fields = fieldsOf(wanted, context);
  const roleArn =
    fields.roleArn !== group.roleArn && fields.roleArn !== undefined ? fields.roleArn : undefined;
  const description =
    (fields.description ?? "") === (group.description ?? "") ? undefined : (fields.description ?? "");
  // Cognito cannot take a precedence away. The largest number is the weakest, like a group without a precedence.
  const precedence =
    fields.precedence === group.precedence || (fields.precedence === undefined && isWeakest(group))
      ? undefined
      : (fields.precedence ?? MAX_PRECEDENCE);
  const patch = {
    ...(description !== undefined && { description }),
    ...(roleArn !== undefined && { roleArn }),
    ...(precedence !== undefined && { precedence }),
  };
  return {
    patch: Object.keys(patch).length === 0 ? undefined : patch,
    kept: keptOfGroup(wanted, displayName, fields),
  };
}

/**
 * GroupNames for a displayName, in the order in which they are tried: a name that another group has is passed over. The same
 * displayName gives the same names always.
 */
export function groupNameCandidates(displayName: string): readonly string[] {
  const name = groupNameFor(displayName);
  return [name, nameWithDigest(name, displayName)];
}

/** The displayName where Cognito allows it, else the nearest name that it allows. */
function groupNameFor(displayName: string): string {
  if (groupNameProblem(displayName) === undefined) return displayName;
  const legal = displayName
    .trim()
    .replaceAll(/[\s\p{White_Space}]+/gu, "-")
    .replaceAll(/[^\p{L}\p{M}\p{S}\p{N}\p{P}]/gu, "");
  if (legal === "") return nameWithDigest("group", displayName);
  return Array.from(legal).length > MAX_NAME ? nameWithDigest(legal, displayName) : legal;
}

function nameWithDigest(name: string, displayName: string): string {
  const suffix = `-${createHash("sha256").update(displayName).digest("hex").slice(0, 8)}`;
  return `${Array.from(name)
    .slice(0, MAX_NAME - suffix.length)
    .join("")}${suffix}`;
}

function requiredDisplayName(resource: ScimResource): string {
  const displayName = textAttribute(resource, "displayName");
  if (displayName === undefined) throw invalidScimValue("displayName", "is required");
  if (Array.from(displayName).length > MAX_DISPLAY_NAME) {
    throw invalidScimValue("displayName", `is longer than ${MAX_DISPLAY_NAME} characters`);
  }
  return displayName;
}

function fieldsOf(resource: ScimResource, context: MappingContext): GroupFields {
  const extension = sentAttribute(resource, COGNITO_GROUP_URN);
  const description = textOf(extension, "description", descriptionProblem);
  // A role gives its members access to AWS: in the strict profile it is read only.
  const roleArn = context.profile === "starling" ? textOf(extension, "roleArn", roleArnProblem) : undefined;
  return { description, roleArn, precedence: precedenceOf(extension) };
}

function textOf(
  extension: JsonValue | undefined,
  name: string,
  problemOf: (text: string) => string | undefined,
): string | undefined {
  const value = ownMember(extension, name);
  if (isUnassigned(value)) return undefined;
  const path = `${COGNITO_GROUP_URN}:${name}`;
  if (typeof value !== "string") throw invalidScimValue(path, "must be text");
  const problem = problemOf(value);
  if (problem !== undefined) throw invalidScimValue(path, problem);
  return value;
}

function precedenceOf(extension: JsonValue | undefined): number | undefined {
  const value = ownMember(extension, "precedence");
  if (isUnassigned(value)) return undefined;
  const problem = typeof value === "number" ? precedenceProblem(value) : "must be a whole number";
  if (typeof value !== "number" || problem !== undefined) {
    throw invalidScimValue(`${COGNITO_GROUP_URN}:precedence`, problem ?? "must be a whole number");
  }
  return value;
}

function isWeakest({ precedence }: Group): boolean {
  return precedence === undefined || precedence === MAX_PRECEDENCE;
}

function wantedMemberIds(resource: ScimResource): readonly string[] | undefined {
  const members = Object.hasOwn(resource, "members") ? resource["members"] : undefined;
  if (members === undefined || members === null) return undefined;
  if (!Array.isArray(members)) throw invalidScimValue("members", "must be an array");
  const ids = members.map((item: JsonValue) => {
    const id = isScimObject(item) ? ownMember(item, "value") : item;
    if (typeof id !== "string" || id === "")
      throw invalidScimValue("members.value", "must be the id of a user");
    return id;
  });
  return [...new Set(ids)];
}

function keptOfGroup(resource: ScimResource, displayName: string, fields: GroupFields): KeptValues {
  const extension = sentAttribute(resource, COGNITO_GROUP_URN);
  // The largest precedence is not shown, unless a client wrote it.
  const values: JsonObject =
    fields.precedence === MAX_PRECEDENCE && isScimObject(extension)
      ? { [COGNITO_GROUP_URN]: { precedence: MAX_PRECEDENCE } }
      : {};
  return { externalId: textAttribute(resource, "externalId"), displayName, values };
}
