import type { JsonObject, ResourceKind } from "../resource.ts";
import type { AttributeDefinition, ResourceSchemas, SchemaDefinition } from "./attribute.ts";

const CORE = "urn:ietf:params:scim:schemas:core:2.0:";
const SERVICE_PROVIDER_CONFIG = `${CORE}ServiceProviderConfig`;
const RESOURCE_TYPE = `${CORE}ResourceType`;
const SCHEMA = `${CORE}Schema`;

/** What the front is able to do. */
export interface ScimFeatures {
  readonly maxOperations: number;
  readonly maxPayloadBytes: number;
  /** The most resources of one answer. */
  readonly maxResults: number;
  readonly defaultPageSize: number;
  /** How long a cursor can be used. */
  readonly cursorSeconds: number;
  readonly changePassword: boolean;
  readonly documentationUri?: string | undefined;
}

/** GET /ServiceProviderConfig. */
export function serviceProviderConfig(features: ScimFeatures, baseUrl: string): JsonObject {
  const { maxOperations, maxPayloadBytes, maxResults, defaultPageSize, cursorSeconds } = features;
  return {
    schemas: [SERVICE_PROVIDER_CONFIG],
    ...(features.documentationUri !== undefined && { documentationUri: features.documentationUri }),
    patch: { supported: true },
    bulk: { supported: true, maxOperations, maxPayloadSize: maxPayloadBytes },
    filter: { supported: true, maxResults },
    changePassword: { supported: features.changePassword },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: "index",
      defaultPageSize,
      maxPageSize: maxResults,
      cursorTimeout: cursorSeconds,
    },
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "A token or JWT in the Authorization header.",
        specUri: "https://www.rfc-editor.org/rfc/rfc6750",
        primary: true,
      },
    ],
    meta: {
      resourceType: "ServiceProviderConfig",
      location: `${baseUrl}/ServiceProviderConfig`,
    },
  };
}

/** The items of GET /ResourceTypes. */
export function resourceTypeDocuments(
  all: readonly ResourceSchemas[],
  baseUrl: string,
): readonly JsonObject[] {
  return all.map(({ kind, core, extensions }) => ({
    schemas: [RESOURCE_TYPE],
    id: kind,
    name: kind,
    endpoint: endpointOf(kind),
    description: core.description,
    schema: core.id,
    schemaExtensions: extensions.map(({ id }) => ({ schema: id, required: false })),
    meta: { resourceType: "ResourceType", location: `${baseUrl}/ResourceTypes/${kind}` },
  }));
}

/** The items of GET /Schemas: those of the resources. */
export function schemaDocuments(all: readonly ResourceSchemas[], baseUrl: string): readonly JsonObject[] {
  return all
    .flatMap(({ core, extensions }) => [core, ...extensions])
    .map((schema) => schemaDocument(schema, baseUrl));
}

function schemaDocument(
  { id, name, description, attributes }: SchemaDefinition,
  baseUrl: string,
): JsonObject {
  return {
    schemas: [SCHEMA],
    id,
    name,
    description,
    attributes: attributes.map(attributeDocument),
    meta: { resourceType: "Schema", location: `${baseUrl}/Schemas/${id}` },
  };
}

function attributeDocument(definition: AttributeDefinition): JsonObject {
  const { name, type, multiValued, description, required, caseExact, mutability, returned, uniqueness } =
    definition;
  const { canonicalValues, referenceTypes, subAttributes } = definition;
  return {
    name,
    type,
    multiValued,
    description,
    required,
    ...(canonicalValues !== undefined && { canonicalValues }),
    caseExact,
    mutability,
    returned,
    uniqueness,
    ...(referenceTypes !== undefined && { referenceTypes }),
    ...(subAttributes !== undefined && { subAttributes: subAttributes.map(attributeDocument) }),
  };
}

function endpointOf(kind: ResourceKind): string {
  return `/${kind}s`;
}
