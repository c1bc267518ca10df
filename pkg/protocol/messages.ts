// The messages that the connector builds, under one roof, so that nobody above needs to know where they are generated.
export type { Timestamp } from "@bufbuild/protobuf/wkt";
export { EntitlementImmutableSchema } from "../gen/c1/connector/v2/annotation_entitlement_pb.ts";
export { GrantImmutableSchema } from "../gen/c1/connector/v2/annotation_grant_pb.ts";
export { SkipEntitlementsAndGrantsSchema } from "../gen/c1/connector/v2/annotation_resource_tree_pb.ts";
export {
  type GroupTrait,
  GroupTraitSchema,
  type UserTrait,
  UserTrait_AccountType,
  UserTrait_Status_Status,
  UserTraitSchema,
} from "../gen/c1/connector/v2/annotation_trait_pb.ts";
export {
  Capability,
  CapabilityPermissionsSchema,
  type ConnectorAccountCreationSchema,
  type ConnectorAccountCreationSchema_Field,
  ConnectorAccountCreationSchema_FieldSchema,
  ConnectorAccountCreationSchemaSchema,
  type ConnectorCapabilities,
  ConnectorCapabilitiesSchema,
  type ConnectorMetadata,
  ConnectorMetadataSchema,
} from "../gen/c1/connector/v2/connector_pb.ts";
export {
  type Entitlement,
  Entitlement_PurposeValue,
  EntitlementSchema,
} from "../gen/c1/connector/v2/entitlement_pb.ts";
export { type Grant, GrantSchema } from "../gen/c1/connector/v2/grant_pb.ts";
export {
  type EncryptedData,
  EncryptedDataSchema,
  type EncryptionConfig,
  EncryptionConfigSchema,
  type Resource,
  type ResourceId,
  ResourceIdSchema,
  ResourceSchema,
  type ResourceType,
  ResourceType_Trait,
  ResourceTypeSchema,
  Status_ResourceStatus,
} from "../gen/c1/connector/v2/resource_pb.ts";
