import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import { EntitlementImmutableSchema } from "../../gen/c1/connector/v2/annotation_entitlement_pb.ts";
import {
  GrantAlreadyExistsSchema,
  GrantAlreadyRevokedSchema,
  GrantImmutableSchema,
} from "../../gen/c1/connector/v2/annotation_grant_pb.ts";
import { RateLimitDescriptionSchema } from "../../gen/c1/connector/v2/annotation_ratelimit_pb.ts";
import { SkipEntitlementsAndGrantsSchema } from "../../gen/c1/connector/v2/annotation_resource_tree_pb.ts";
import { GroupTraitSchema, UserTraitSchema } from "../../gen/c1/connector/v2/annotation_trait_pb.ts";
import { CapabilityPermissionsSchema } from "../../gen/c1/connector/v2/connector_pb.ts";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../gen/google/rpc/status_pb.ts";

/**
 * The messages that are sent inside a google.protobuf.Any, and the status of an error. No service names them, so
 * reflection would not know them, and a client such as grpcurl could not show what the Any holds.
 */
const ANY_TYPES: readonly DescMessage[] = [
  CapabilityPermissionsSchema,
  EntitlementImmutableSchema,
  ErrorInfoSchema,
  GrantAlreadyExistsSchema,
  GrantAlreadyRevokedSchema,
  GrantImmutableSchema,
  GroupTraitSchema,
  RateLimitDescriptionSchema,
  SkipEntitlementsAndGrantsSchema,
  StatusSchema,
  StructSchema,
  UserTraitSchema,
];

/** The files that declare them. */
export const ANY_FILES: readonly DescFile[] = ANY_TYPES.map(({ file }) => file);
