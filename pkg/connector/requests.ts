// Checks of the ids in a write request. Any sub-message may be missing, also where the protocol requires it.
import { GovernanceError } from "../core/errors.ts";
import { quotedName } from "../core/text.ts";
import { GROUP_TYPE, USER_TYPE } from "../protocol/ids.ts";
import type { ResourceId } from "../protocol/messages.ts";
import type { UserRef } from "../provision/provisioner.ts";

/** `why` never quotes a value that a caller sent: it may be a password. */
export function invalidField(field: string, why: string): GovernanceError {
  return new GovernanceError("invalid-argument", `${field}: ${why}`);
}

export function required<T>(value: T | undefined, field: string, cure: string): T {
  if (value === undefined) throw invalidField(field, `missing; ${cure}`);
  return value;
}

/** The id of a resource, complete. */
export function completeId(id: ResourceId | undefined, field: string): ResourceId {
  const given = required(id, field, "name the resource by its type and id");
  if (given.resourceType === "") throw invalidField(`${field}.resource_type`, "empty");
  if (given.resource === "") throw invalidField(`${field}.resource`, "empty");
  return given;
}

export function userRef(id: ResourceId): UserRef {
  return { by: "id", value: id.resource };
}

/** The answer of the Baton SDK for a type that does not have the verb. */
export function notOffered(field: string, type: string, verb: string): GovernanceError {
  return new GovernanceError(
    "unimplemented",
    `${field}: ${verb} is not offered for resource type ${quotedName(type)}; this connector has ${USER_TYPE} and ${GROUP_TYPE}`,
  );
}
