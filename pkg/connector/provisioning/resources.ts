import { create } from "@bufbuild/protobuf";
import { GROUP_TYPE, USER_TYPE } from "../../protocol/ids.ts";
import { CreateResourceResponseSchema, type Resource } from "../../protocol/messages.ts";
import { tokensNote } from "../../provision/groups/end-sessions.ts";
import { groupResource } from "../groups.ts";
import { dryRunAnnotations, noteAnnotations, warningAnnotations } from "../outcome-notes.ts";
import { completeId, invalidField, notOffered, required, userRef } from "../requests.ts";
import { groupFieldsOf } from "./group-fields.ts";
import type { ProvisioningOptions, ProvisioningVerbs } from "./verbs.ts";

export function resourceVerbs({
  provisioner,
  poolId,
}: Pick<ProvisioningOptions, "provisioner" | "poolId">): Pick<
  ProvisioningVerbs,
  "createResource" | "deleteResource"
> {
  return {
    async createResource({ resource }, context, signal) {
      const asked = required(resource, "resource", "describe the group to be created");
      const name = groupName(asked);
      const outcome = await provisioner.createGroup(name, groupFieldsOf(asked), context, signal);
      const created = outcome.outcome === "planned" ? {} : { created: groupResource(outcome.result, poolId) };
      return create(CreateResourceResponseSchema, {
        ...created,
        annotations: dryRunAnnotations(context, outcome),
      });
    },
    async deleteResource({ resourceId }, context, signal) {
      const id = completeId(resourceId, "resource_id");
      if (id.resourceType === USER_TYPE) {
        const outcome = await provisioner.deleteUser(userRef(id), context, signal);
        return {
          annotations: dryRunAnnotations(context, outcome),
        };
      }
      if (id.resourceType === GROUP_TYPE) {
        const outcome = await provisioner.deleteGroup(id.resource, context, signal);
        const { members, signedOut } = outcome.result;
        const note = `${members} members lose the group, ${signedOut} of them are signed out; ${tokensNote(id.resource, signedOut === members)}`;
        return {
          annotations: [
            ...dryRunAnnotations(context, outcome),
            ...warningAnnotations(outcome),
            ...(signedOut > 0 ? noteAnnotations(outcome, note) : []),
          ],
        };
      }
      throw notOffered("resource_id.resource_type", id.resourceType, "deleting");
    },
  };
}

/** The name is in the id, or in the display name when a caller leaves the id empty. */
function groupName({ id, displayName }: Resource): string {
  const type = required(id, "resource.id", "name the group: resource_type group and its name").resourceType;
  if (type === USER_TYPE) {
    throw invalidField(
      "resource.id.resource_type",
      "a user is created by CreateAccount, which handles passwords",
    );
  }
  if (type !== GROUP_TYPE) throw notOffered("resource.id.resource_type", type, "creating");
  const name = id?.resource ?? "";
  if (name !== "" && displayName !== "" && name !== displayName) {
    throw invalidField(
      "resource.display_name",
      "differs from resource.id.resource, and a Cognito group has one name; give only one of them",
    );
  }
  const given = name === "" ? displayName : name;
  if (given === "") throw invalidField("resource.id.resource", "empty; give the name of the group");
  return given;
}
