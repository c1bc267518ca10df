import { create } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  Capability,
  CapabilityPermissionsSchema,
  type ConnectorCapabilities,
  ConnectorCapabilitiesSchema,
  type ResourceType,
} from "../protocol/messages.ts";
import { groupType, userType } from "./resource-types.ts";

/** What this connector can do, sorted as the field's SDK sorts it: known without any call. */
export function capabilities(): ConnectorCapabilities {
  return create(ConnectorCapabilitiesSchema, {
    resourceTypeCapabilities: [groupType, userType].map((resourceType) => ({
      resourceType,
      capabilities: [Capability.SYNC, Capability.TARGETED_SYNC],
      permissions: permissionsOf(resourceType),
    })),
    connectorCapabilities: [Capability.SYNC, Capability.TARGETED_SYNC, Capability.SERVICE_MODE_TARGETED_SYNC],
  });
}

function permissionsOf(resourceType: ResourceType) {
  for (const any of resourceType.annotations) {
    const permissions = anyUnpack(any, CapabilityPermissionsSchema);
    if (permissions !== undefined) return permissions;
  }
  return create(CapabilityPermissionsSchema);
}
