import type { JsonObject } from "@bufbuild/protobuf";
import { MAX_PRECEDENCE } from "../../core/attributes/names.ts";
import type { Group } from "../../core/group.ts";
import { GROUP_TYPE } from "../../protocol/ids.ts";
import type { GroupPatch } from "../../provision/provisioner.ts";
import { invalidField } from "../requests.ts";
import { type Action, type Arguments, groupAction } from "./action.ts";
import { countField, resourceField, stringField } from "./fields.ts";

const NO_RENAME =
  "a Cognito group cannot be renamed; create a group of the new name, move the members, then delete this one";

/** Argument names that would mean a rename. Deleting and re-creating would lose members and role claims (mark 38). */
const RENAMES = ["name", "new_name", "group_name", "display_name"];

const FIELDS = ["description", "role_arn", "precedence"];

export const GROUP_ACTIONS: readonly Action[] = [
  groupAction(
    {
      name: "update_group",
      displayName: "Update Group",
      description: "Changes a group's description, IAM role or precedence; its name cannot be changed",
      arguments: [
        stringField("description", { displayName: "Description", description: "Empty to clear it" }),
        stringField("role_arn", {
          displayName: "IAM role",
          description: "The ARN of a role that members may assume; it cannot be cleared",
        }),
        countField(
          "precedence",
          { displayName: "Precedence", description: "0 is the strongest; it cannot be cleared" },
          MAX_PRECEDENCE,
        ),
      ],
      atLeastOneOf: FIELDS,
      returns: [resourceField("group", { displayName: "Group", description: "The group as it is now" })],
    },
    new Map(RENAMES.map((name) => [name, NO_RENAME])),
    (name, args) => {
      const patch = patchOf(args);
      return async (provisioner, context, signal) => {
        const outcome = await provisioner.updateGroup(name, patch, context, signal);
        return { outcome, fields: { group: resourceJson(outcome.result) } };
      };
    },
  ),
];

function patchOf(args: Arguments): GroupPatch {
  const roleArn = args.text("role_arn");
  if (roleArn === "")
    throw invalidField("args.role_arn", "empty, and Cognito cannot clear a role; leave it out to keep it");
  return { description: args.text("description"), roleArn, precedence: args.whole("precedence") };
}

/** c1.config.v1.Resource as protojson, which is how a return field holds a resource. */
function resourceJson({ name, description }: Group): JsonObject {
  const resourceId = { resourceTypeId: GROUP_TYPE, resourceId: name };
  return { resourceId, displayName: name, ...(description === undefined ? {} : { description }) };
}
