import { create } from "@bufbuild/protobuf";
import { quotedName } from "../../core/text.ts";
import { annotation } from "../../protocol/builders.ts";
import { GROUP_TYPE, MEMBER, memberEntitlementId, USER_TYPE } from "../../protocol/ids.ts";
import {
  type Entitlement,
  GrantAlreadyExistsSchema,
  GrantAlreadyRevokedSchema,
  GrantManagerServiceGrantResponseSchema,
  GrantManagerServiceRevokeResponseSchema,
  type Resource,
} from "../../protocol/messages.ts";
import { tokensNote } from "../../provision/groups/end-sessions.ts";
import type { UserRef } from "../../provision/provisioner.ts";
import { membershipGrants } from "../grants.ts";
import { dryRunAnnotations, noteAnnotations, warningAnnotations } from "../outcome-notes.ts";
import { completeId, invalidField, notOffered, required, userRef } from "../requests.ts";
import type { ProvisioningOptions, ProvisioningVerbs } from "./verbs.ts";

export function grantVerbs({
  provisioner,
  poolId,
  userIdKind,
}: Pick<ProvisioningOptions, "provisioner" | "poolId" | "userIdKind">): Pick<
  ProvisioningVerbs,
  "grant" | "revoke"
> {
  return {
    async grant({ entitlement, principal }, context, signal) {
      const group = memberGroup(entitlement, "entitlement");
      const user = principalUser(principal, "principal");
      const outcome = await provisioner.grant(user, group, context, signal);
      const already = outcome.outcome === "nothing-to-do" ? [annotation(GrantAlreadyExistsSchema, {})] : [];
      const member = outcome.outcome === "planned" ? undefined : outcome.result.user;
      return create(GrantManagerServiceGrantResponseSchema, {
        annotations: [...already, ...dryRunAnnotations(context, outcome)],
        grants: member === undefined ? [] : [membershipGrants(group, userIdKind, poolId)(member)],
      });
    },
    async revoke({ grant }, context, signal) {
      const asked = required(grant, "grant", "name what to revoke by its entitlement and principal");
      const group = memberGroup(asked.entitlement, "grant.entitlement");
      const user = principalUser(asked.principal, "grant.principal");
      const outcome = await provisioner.revoke(user, group, context, signal);
      const already = outcome.outcome === "nothing-to-do" ? [annotation(GrantAlreadyRevokedSchema, {})] : [];
      return create(GrantManagerServiceRevokeResponseSchema, {
        annotations: [
          ...already,
          ...dryRunAnnotations(context, outcome),
          ...warningAnnotations(outcome),
          ...(outcome.result.signedOut === true ? noteAnnotations(outcome, tokensNote(group, true)) : []),
        ],
      });
    },
  };
}

/** The group of the entitlement. The id is compared and never split: names may contain colons. */
function memberGroup(entitlement: Entitlement | undefined, field: string): string {
  const asked = required(entitlement, field, "name the entitlement with its resource");
  const resource = required(asked.resource, `${field}.resource`, "name the group");
  const id = completeId(resource.id, `${field}.resource.id`);
  if (id.resourceType !== GROUP_TYPE) {
    throw notOffered(`${field}.resource.id.resource_type`, id.resourceType, "granting");
  }
  const only = memberEntitlementId(id.resource);
  if (asked.slug !== "" && asked.slug !== MEMBER) {
    throw invalidField(`${field}.slug`, `group ${id.resource} has one entitlement, with slug ${MEMBER}`);
  }
  if (asked.id !== only)
    throw invalidField(`${field}.id`, `group ${id.resource} has one entitlement, ${only}`);
  return id.resource;
}

function principalUser(principal: Resource | undefined, field: string): UserRef {
  const id = completeId(required(principal, field, "name the user").id, `${field}.id`);
  if (id.resourceType === USER_TYPE) return userRef(id);
  const what = id.resourceType === GROUP_TYPE ? "a group as principal" : quotedName(id.resourceType);
  throw invalidField(
    `${field}.id.resource_type`,
    `${what} is not possible: Cognito groups hold users only; give resource type ${USER_TYPE}`,
  );
}
