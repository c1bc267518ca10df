// The services that a sync reads. Each handler is one verb of the connector.
import type { DescMessage } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { Connector } from "../../connector/connector.ts";
import { GovernanceError } from "../../core/errors.ts";
import { TypeScopedEntitlementsSchema } from "../../gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.ts";
import { TypeScopedGrantsSchema } from "../../gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts";
import type { ConnectorService } from "../../gen/c1/connector/v2/connector_pb.ts";
import type { EntitlementsService } from "../../gen/c1/connector/v2/entitlement_pb.ts";
import type { EventService } from "../../gen/c1/connector/v2/event_feed_pb.ts";
import {
  type GrantsService,
  GrantsServiceListGrantsResponseSchema,
} from "../../gen/c1/connector/v2/grant_pb.ts";
import {
  type Resource,
  type ResourceGetterService,
  type ResourcesService,
  ResourcesServiceListResourcesResponseSchema,
  type ResourceTypesService,
} from "../../gen/c1/connector/v2/resource_pb.ts";
import { hasAnnotation } from "../../protocol/annotations.ts";
import type { Handlers } from "../handlers.ts";
import { createPageEncoder } from "./page-encoder.ts";
import { LISTING_BYTES, listRequest, onlyPage, requireProgress } from "./paging.ts";

export function connectorService(
  connector: Connector,
  sdkVersion: string,
): Handlers<typeof ConnectorService> {
  return {
    getMetadata: async (_request, signal) => ({ metadata: await connector.metadata(signal) }),
    // With a version from 0.4.3 on, Baton's syncer sends the id of its run in every call (`active_sync_id`).
    validate: async (_request, signal) => {
      await connector.validate(signal);
      return { sdkVersion };
    },
    // Nothing is kept per sync.
    cleanup: () => ({}),
  };
}

export function resourceTypesService(connector: Connector): Handlers<typeof ResourceTypesService> {
  return {
    listResourceTypes: (request) => onlyPage(request, connector.listResourceTypes()),
  };
}

export function resourcesService(connector: Connector): Handlers<typeof ResourcesService> {
  const encode = createPageEncoder(ResourcesServiceListResourcesResponseSchema);
  return {
    listResources: async (request, signal) => {
      const { resourceTypeId, parentResourceId } = request;
      const asked = listRequest(request);
      const page = await connector.listResources(resourceTypeId, parentResourceId, asked, signal);
      return encode(requireProgress(request, page));
    },
  };
}

export function resourceGetterService(connector: Connector): Handlers<typeof ResourceGetterService> {
  return {
    getResource: async ({ resourceId }, signal) => ({
      resource: await connector.getResource(resourceId, signal),
    }),
  };
}

export function entitlementsService(connector: Connector): Handlers<typeof EntitlementsService> {
  return {
    listEntitlements: (request) => {
      refuseTypeScoped(connector, request, TypeScopedEntitlementsSchema);
      return onlyPage(request, connector.listEntitlements(request.resource).items);
    },
    listStaticEntitlements: (request) =>
      onlyPage(request, connector.listStaticEntitlements(request.resourceTypeId).items),
  };
}

export function grantsService(connector: Connector): Handlers<typeof GrantsService> {
  const encode = createPageEncoder(GrantsServiceListGrantsResponseSchema);
  return {
    listGrants: async (request, signal) => {
      refuseTypeScoped(connector, request, TypeScopedGrantsSchema);
      const page = await connector.listGrants(request.resource, listRequest(request), signal);
      return encode(requireProgress(request, page));
    },
  };
}

export function eventService(connector: Connector): Handlers<typeof EventService> {
  return {
    listEventFeeds: () => ({ list: [...connector.listEventFeeds()] }),
    listEvents: async ({ eventFeedId: feedId, cursor, startAt, pageSize }, signal) => {
      const request = { feedId, cursor, startAt, pageSize, maxBytes: LISTING_BYTES };
      const page = await connector.listEvents(request, signal);
      return { ...page, events: [...page.events] };
    },
  };
}

/**
 * A type-scoped request asks for the whole type at once, and its resource is only a stub. Our types do not offer that,
 * and a listing of the stub itself would be empty. The connector refuses unknown types.
 */
function refuseTypeScoped(
  connector: Connector,
  request: { readonly resource?: Resource | undefined; readonly annotations: readonly Any[] },
  marker: DescMessage,
): void {
  if (!hasAnnotation(request.annotations, marker)) return;
  const typeId = request.resource?.id?.resourceType;
  if (!connector.listResourceTypes().some((type) => type.id === typeId)) return;
  throw new GovernanceError(
    "invalid-argument",
    `annotations: ${marker.name} is not offered by resource type ${typeId}; ask for each resource`,
  );
}
