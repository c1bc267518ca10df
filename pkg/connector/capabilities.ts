import { create } from "@bufbuild/protobuf";
import type { Operation } from "../core/operations.ts";
import { annotationIn } from "../protocol/annotations.ts";
import {
  Capability,
  CapabilityDetailCredentialOption,
  CapabilityPermissionsSchema,
  type ConnectorCapabilities,
  ConnectorCapabilitiesSchema,
  type ResourceType,
} from "../protocol/messages.ts";
import type { Offers } from "./connector.ts";
import { groupType, userType } from "./resource-types.ts";

/** What a capability takes: `undefined` takes nothing that could be missing. */
type Claim = readonly [Capability, readonly Operation[] | undefined];

/** By type, in the order of the Baton SDK. */
const TYPES: readonly (readonly [ResourceType, readonly Claim[]])[] = [
  [
    groupType,
    [
      [Capability.SYNC, undefined],
      [Capability.TARGETED_SYNC, undefined],
      [
        Capability.PROVISION,
        ["AdminGetUser", "AdminListGroupsForUser", "AdminAddUserToGroup", "AdminRemoveUserFromGroup"],
      ],
      [Capability.RESOURCE_DELETE, ["DeleteGroup"]],
      [Capability.RESOURCE_CREATE, ["CreateGroup"]],
    ],
  ],
  [
    userType,
    [
      [Capability.SYNC, undefined],
      [Capability.TARGETED_SYNC, undefined],
      [Capability.ACCOUNT_PROVISIONING, ["DescribeUserPool", "AdminGetUser", "AdminCreateUser"]],
      [Capability.RESOURCE_DELETE, ["AdminGetUser", "AdminListGroupsForUser", "AdminDeleteUser"]],
      [Capability.CREDENTIAL_ROTATION, ["DescribeUserPool", "AdminGetUser", "AdminSetUserPassword"]],
    ],
  ],
];

const ALL: Offers = { provisioning: true, encryptedPasswords: true };

/**
 * What this connector can do, sorted as the Baton SDK sorts it: without arguments what it was built for, which needs no
 * call and no setting. Else only what the operator offers and IAM does not deny. A feed of events takes an inventory.
 */
export function capabilities(
  { provisioning, encryptedPasswords }: Offers = ALL,
  denied: ReadonlySet<Operation> = new Set(),
  hasFeed = false,
): ConnectorCapabilities {
  const works = ([, needs]: Claim): boolean =>
    needs === undefined || (provisioning && !needs.some((operation) => denied.has(operation)));
  const types = TYPES.map(([resourceType, claims]) => ({
    resourceType,
    capabilities: claims.filter(works).map(([capability]) => capability),
    permissions: permissionsOf(resourceType),
  }));
  const ofConnector = new Set(types.flatMap((type) => type.capabilities));
  if (provisioning && !denied.has("AdminGetUser")) ofConnector.add(Capability.ACTIONS);
  if (hasFeed) ofConnector.add(Capability.EVENT_FEED_V2);
  const passwords = denied.has("AdminSetUserPassword")
    ? []
    : [
        CapabilityDetailCredentialOption.RANDOM_PASSWORD,
        ...(encryptedPasswords ? [CapabilityDetailCredentialOption.ENCRYPTED_PASSWORD] : []),
      ];
  return create(ConnectorCapabilitiesSchema, {
    resourceTypeCapabilities: types,
    connectorCapabilities: [...ofConnector].toSorted((a, b) => a - b),
    credentialDetails: {
      ...(ofConnector.has(Capability.ACCOUNT_PROVISIONING) && {
        capabilityAccountProvisioning: {
          supportedCredentialOptions: [CapabilityDetailCredentialOption.NO_PASSWORD, ...passwords],
          preferredCredentialOption: CapabilityDetailCredentialOption.NO_PASSWORD,
        },
      }),
      ...(ofConnector.has(Capability.CREDENTIAL_ROTATION) && {
        capabilityCredentialRotation: {
          supportedCredentialOptions: passwords,
          preferredCredentialOption: CapabilityDetailCredentialOption.RANDOM_PASSWORD,
        },
      }),
    },
  });
}

function permissionsOf(resourceType: ResourceType) {
  return (
    annotationIn(resourceType.annotations, CapabilityPermissionsSchema) ?? create(CapabilityPermissionsSchema)
  );
}
