// The one place where messages become rows. They are serialised as they are: maps inside must be in sorted order
// already, since `baton diff` compares the bytes of an Any.
import { toBinary } from "@bufbuild/protobuf";
import { GovernanceError } from "../../core/errors.ts";
import {
  type Entitlement,
  EntitlementSchema,
  type Grant,
  GrantSchema,
  type Resource,
  ResourceSchema,
  type ResourceType,
  ResourceTypeSchema,
} from "../../protocol/messages.ts";

export interface ResourceRow {
  readonly type: string;
  readonly id: string;
  readonly parentType: string | null;
  readonly parentId: string | null;
  readonly data: Uint8Array;
}

export interface EntitlementRow {
  readonly externalId: string;
  readonly type: string;
  readonly resourceId: string;
  readonly data: Uint8Array;
}

/** What a grant is found by. Its id is always `<entitlement>:<principal type>:<principal>` (STORE-9). */
export interface GrantKey {
  readonly entitlementId: string;
  readonly principalType: string;
  readonly principalId: string;
}

export interface GrantRow extends GrantKey {
  readonly data: Uint8Array;
}

export function resourceTypeRow(type: ResourceType): { readonly id: string; readonly data: Uint8Array } {
  return { id: needed(type.id, "resource type"), data: toBinary(ResourceTypeSchema, type) };
}

export function resourceRow(resource: Resource): ResourceRow {
  const parent = resource.parentResourceId;
  return {
    type: needed(resource.id?.resourceType, "resource"),
    id: needed(resource.id?.resource, "resource"),
    parentType: parent?.resourceType ?? null,
    parentId: parent?.resource ?? null,
    data: toBinary(ResourceSchema, resource),
  };
}

export function entitlementRow(entitlement: Entitlement): EntitlementRow {
  return {
    externalId: needed(entitlement.id, "entitlement"),
    type: needed(entitlement.resource?.id?.resourceType, "entitlement"),
    resourceId: needed(entitlement.resource?.id?.resource, "entitlement"),
    data: toBinary(EntitlementSchema, entitlement),
  };
}

/**
 * The row of a grant has no column for its id, which is always `<entitlement>:<principal type>:<principal>` (STORE-9), so
 * a grant with another id is refused. So is a grant to expand, since nothing here fills the column that it needs.
 */
export function grantRow(grant: Grant): GrantRow {
  const entitlementId = needed(grant.entitlement?.id, "grant");
  const principalType = needed(grant.principal?.id?.resourceType, "grant");
  const principalId = needed(grant.principal?.id?.resource, "grant");
  if (grant.id !== `${entitlementId}:${principalType}:${principalId}`) {
    throw broken(`a grant of ${entitlementId} has an id that is not entitlement:type:principal`);
  }
  for (const { typeUrl } of grant.annotations) {
    if (typeUrl.endsWith(".GrantExpandable")) throw broken(`a grant of ${entitlementId} is to be expanded`);
  }
  return { entitlementId, principalType, principalId, data: toBinary(GrantSchema, grant) };
}

function needed(id: string | undefined, what: string): string {
  if (id !== undefined && id !== "") return id;
  throw broken(`a ${what} without a complete id cannot be stored`);
}

function broken(what: string): GovernanceError {
  return new GovernanceError("internal", `${what}; please report this`);
}
