// The messages that the connector builds, so that other folders do not depend on the layout of the generated code.
export type { Timestamp } from "@bufbuild/protobuf/wkt";
export {
  type Constraint as ConfigConstraint,
  ConstraintKind,
  ConstraintSchema as ConfigConstraintSchema,
  type Field as ConfigField,
  FieldSchema as ConfigFieldSchema,
} from "../gen/c1/config/v1/config_pb.ts";
export {
  ActionType,
  type BatonActionSchema,
  BatonActionSchemaSchema,
} from "../gen/c1/connector/v2/action_pb.ts";
export { EntitlementImmutableSchema } from "../gen/c1/connector/v2/annotation_entitlement_pb.ts";
export {
  GrantAlreadyExistsSchema,
  GrantAlreadyRevokedSchema,
  GrantImmutableSchema,
  GrantMetadataSchema,
} from "../gen/c1/connector/v2/annotation_grant_pb.ts";
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
  CapabilityDetailCredentialOption,
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
export {
  type Event,
  type EventFeedMetadata,
  EventFeedMetadataSchema,
  EventSchema,
  EventType,
} from "../gen/c1/connector/v2/event_feed_pb.ts";
export {
  type Grant,
  type GrantManagerServiceGrantRequest,
  GrantManagerServiceGrantRequestSchema,
  type GrantManagerServiceGrantResponse,
  GrantManagerServiceGrantResponseSchema,
  type GrantManagerServiceRevokeRequest,
  GrantManagerServiceRevokeRequestSchema,
  type GrantManagerServiceRevokeResponse,
  GrantManagerServiceRevokeResponseSchema,
  GrantSchema,
} from "../gen/c1/connector/v2/grant_pb.ts";
export {
  type AccountInfo,
  type CreateAccountRequest,
  CreateAccountRequestSchema,
  type CreateAccountResponse,
  CreateAccountResponse_ActionRequiredResultSchema,
  CreateAccountResponse_AlreadyExistsResultSchema,
  CreateAccountResponse_SuccessResultSchema,
  CreateAccountResponseSchema,
  type CreateResourceRequest,
  CreateResourceRequestSchema,
  type CreateResourceResponse,
  CreateResourceResponseSchema,
  type CredentialOptions,
  CredentialOptionsSchema,
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
  type RotateCredentialRequest,
  RotateCredentialRequestSchema,
  type RotateCredentialResponse,
  RotateCredentialResponseSchema,
  Status_ResourceStatus,
} from "../gen/c1/connector/v2/resource_pb.ts";
