import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Group, signInProvider } from "../core/group.ts";
import { clipBytes } from "../core/text.ts";
import { annotation, sortedStruct } from "../protocol/builders.ts";
import { GROUP_TYPE } from "../protocol/ids.ts";
import { GroupTraitSchema, type Resource, ResourceSchema } from "../protocol/messages.ts";

export function groupResource(group: Group, poolId: string): Resource {
  const provider = signInProvider(poolId, group.name);
  const createdAt = timestampFromDate(group.createdAt);
  const profile = sortedStruct([
    ["created_at", group.createdAt.toISOString()],
    ["description", group.description],
    ["group_name", group.name],
    ["has_iam_role", group.roleArn !== undefined],
    ["identity_provider", provider],
    ["managed_by_sign_in", provider !== undefined],
    ["modified_at", group.modifiedAt.toISOString()],
    ["precedence", group.precedence],
    ["role_arn", group.roleArn],
  ]);
  const trait = annotation(GroupTraitSchema, {
    profile,
    groupSourceType: provider === undefined ? "native" : "dynamic",
    rawGroupSourceType: provider === undefined ? "cognito" : "cognito-identity-provider",
  });
  return create(ResourceSchema, {
    id: { resourceType: GROUP_TYPE, resource: group.name },
    displayName: clipBytes(group.name, 1024),
    description: clipBytes(group.description ?? "", 2048),
    annotations: [trait],
    profile,
    createdAt,
  });
}

/** An upper bound of the bytes that the resource takes in an answer. */
export function groupResourceBytes(group: Group): number {
  return 2048 + 9 * (group.description?.length ?? 0) + 12 * group.name.length;
}
