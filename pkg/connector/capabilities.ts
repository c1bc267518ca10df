import { create } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  Capability,
  CapabilityDetailCredentialOption,
  CapabilityPermissionsSchema,
  type ConnectorCapabilities,
  ConnectorCapabilitiesSchema,
  type ResourceType,
} from "../protocol/messages.ts";
import { groupType, userType } from "./resource-types.ts";

/** By type, in the order of the Baton SDK. */
const TYPES: readonly (readonly [ResourceType, readonly Capability[]])[] = [
  [
    groupType,
    [
      Capability.SYNC,
      Capability.TARGETED_SYNC,
      Capability.PROVISION,
      Capability.RESOURCE_DELETE,
      Capability.RESOURCE_CREATE,
    ],
  ],
  [
    userType,
    [
      Capability.SYNC,
      Capability.TARGETED_SYNC,
      Capability.ACCOUNT_PROVISIONING,
      Capability.RESOURCE_DELETE,
      Capability.CREDENTIAL_ROTATION,
    ],
  ],
];

/**
 * What this connector can do, sorted as the Baton SDK sorts it. It needs no call, and does not depend on whether the
 * operator allows changes: connectors of the Baton SDK also list here what they were built for.
 */
export function capabilities(): ConnectorCapabilities {
  const ofConnector = new Set([
    ...TYPES.flatMap(([, own]) => own),
    Capability.ACTIONS,
    Capability.SERVICE_MODE_TARGETED_SYNC,
  ]);
  return create(ConnectorCapabilitiesSchema, {
    resourceTypeCapabilities: TYPES.map(([resourceType, own]) => ({
      resourceType,
      capabilities: [...own],
      permissions: permissionsOf(resourceType),
    })),
    connectorCapabilities: [...ofConnector].toSorted((a, b) => a - b),
    credentialDetails: {
      capabilityAccountProvisioning: {
        supportedCredentialOptions: [
          CapabilityDetailCredentialOption.NO_PASSWORD,
          CapabilityDetailCredentialOption.RANDOM_PASSWORD,
          CapabilityDetailCredentialOption.ENCRYPTED_PASSWORD,
        ],
        preferredCredentialOption: CapabilityDetailCredentialOption.NO_PASSWORD,
      },
      capabilityCredentialRotation: {
        supportedCredentialOptions: [
          CapabilityDetailCredentialOption.RANDOM_PASSWORD,
          CapabilityDetailCredentialOption.ENCRYPTED_PASSWORD,
        ],
        preferredCredentialOption: CapabilityDetailCredentialOption.RANDOM_PASSWORD,
      },
    },
  });
}

function permissionsOf(resourceType: ResourceType) {
  for (const any of resourceType.annotations) {
    const permissions = anyUnpack(any, CapabilityPermissionsSchema);
    if (permissions !== undefined) return permissions;
  }
  return create(CapabilityPermissionsSchema);
}
