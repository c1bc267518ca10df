import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { MAX_PRECEDENCE } from "../../core/attributes/names.ts";
import type { GroupFields } from "../../core/directory-writer.ts";
import { annotationIn } from "../../protocol/annotations.ts";
import { GroupTraitSchema, type Resource } from "../../protocol/messages.ts";
import { invalidField } from "../requests.ts";

/**
 * The requested fields of a group: the description of the resource; the others from `resource.profile` or from the profile of
 * its GroupTrait, under the names that a sync uses. Other keys of a profile are ignored: Cognito decides them itself.
 */
export function groupFieldsOf(resource: Resource): GroupFields {
  const profiles: readonly Profile[] = [
    { field: "resource.profile", values: resource.profile ?? {} },
    { field: "resource.annotations.GroupTrait.profile", values: traitProfile(resource) },
  ];
  const description = textField(profiles, "description");
  if (resource.description !== "" && description !== undefined && description !== resource.description) {
    throw invalidField(
      "resource.description",
      "differs from the description in the profile; give one of them",
    );
  }
  return {
    description: resource.description === "" ? description : resource.description,
    roleArn: textField(profiles, "role_arn"),
    precedence: precedence(profiles),
  };
}

interface Profile {
  readonly field: string;
  readonly values: JsonObject;
}

interface Found {
  readonly field: string;
  readonly value: JsonValue;
}

function traitProfile({ annotations }: Resource): JsonObject {
  return annotationIn(annotations, GroupTraitSchema)?.profile ?? {};
}

/** Null counts as absent. */
function find(profiles: readonly Profile[], key: string): Found | undefined {
  const found = profiles.flatMap(({ field, values }) => {
    const value = values[key];
    return value === undefined || value === null ? [] : [{ field: `${field}.${key}`, value }];
  });
  const [first, second] = found;
  if (first !== undefined && second !== undefined && first.value !== second.value) {
    throw invalidField(second.field, `differs from ${first.field}; give one of them`);
  }
  return first;
}

function textField(profiles: readonly Profile[], key: string): string | undefined {
  const found = find(profiles, key);
  if (found === undefined || found.value === "") return undefined;
  if (typeof found.value !== "string") throw invalidField(found.field, "must be a string");
  return found.value;
}

function precedence(profiles: readonly Profile[]): number | undefined {
  const found = find(profiles, "precedence");
  if (found === undefined) return undefined;
  const { field, value } = found;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_PRECEDENCE) {
    return value;
  }
  throw invalidField(field, `must be a whole number from 0 (the strongest) to ${MAX_PRECEDENCE}`);
}
