// Rows of a `.c1z` that this connector wrote, as they are compared. Everything is in the profile.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { GovernanceError } from "../core/errors.ts";
import { annotationIn } from "../protocol/annotations.ts";
import { GroupTraitSchema, type Resource, UserTraitSchema } from "../protocol/messages.ts";
import { canonicalFields } from "./canonical.ts";
import { identitiesText } from "./identities.ts";
import type { ComparedGroup, ComparedUser } from "./side.ts";

/** Keys of the profile that are not attributes of Cognito. What was read of single users is only in some sides. */
const NOT_ATTRIBUTES: ReadonlySet<string> = new Set([
  "created_at",
  "enabled",
  "federated",
  "first_name",
  "identities",
  "last_name",
  "last_sign_in_at",
  "last_sign_in_read_at",
  "linked_usernames",
  "modified_at",
  "preferred_second_factor",
  "second_factors",
  "second_factors_read_at",
  "sub",
  "user_id",
  "user_status",
  "username",
]);

export function userSub(resource: Resource): string {
  return requiredText(profileOf(resource), "user_id", resource);
}

export function storedUser(resource: Resource): ComparedUser {
  const profile = profileOf(resource);
  const username = requiredText(profile, "username", resource);
  const attributes = Object.entries(profile).filter(([name]) => !NOT_ATTRIBUTES.has(name));
  return {
    sub: requiredText(profile, "user_id", resource),
    username,
    enabled: profile["enabled"] === true,
    modifiedAt: requiredText(profile, "modified_at", resource),
    fields: canonicalFields([
      ["username", username],
      ["status", requiredText(profile, "user_status", resource)],
      ["identities", identitiesText(profile["identities"])],
      ...attributes.map(([name, value]) => [name, profileText(value)] as const),
    ]),
  };
}

export function storedGroup(resource: Resource): ComparedGroup {
  const profile = profileOf(resource);
  return {
    name: resource.id?.resource ?? "",
    createdAt: requiredText(profile, "created_at", resource),
    modifiedAt: requiredText(profile, "modified_at", resource),
    fields: canonicalFields(
      ["description", "precedence", "role_arn"].map((name) => [name, profileText(profile[name])] as const),
    ),
  };
}

/** Flags and numbers as Cognito writes them. */
function profileText(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A reader of older files takes the profile from the trait. */
function profileOf(resource: Resource): JsonObject {
  return resource.profile ?? traitProfile(resource) ?? {};
}

function traitProfile({ annotations }: Resource): JsonObject | undefined {
  return (annotationIn(annotations, UserTraitSchema) ?? annotationIn(annotations, GroupTraitSchema))?.profile;
}

function requiredText(profile: JsonObject, name: string, { id }: Resource): string {
  const value = profile[name];
  if (typeof value === "string") return value;
  throw new GovernanceError(
    "data-loss",
    `the sync file is damaged: a ${id?.resourceType ?? "row"} has no ${name} in its profile; sync again`,
  );
}
