import type { Connector } from "../connector/connector.ts";
import { ActionService } from "../gen/c1/connector/v2/action_pb.ts";
import { AssetService } from "../gen/c1/connector/v2/asset_pb.ts";
import { ConnectorService } from "../gen/c1/connector/v2/connector_pb.ts";
import { EntitlementsService } from "../gen/c1/connector/v2/entitlement_pb.ts";
import { EventService } from "../gen/c1/connector/v2/event_feed_pb.ts";
import { GrantsService } from "../gen/c1/connector/v2/grant_pb.ts";
import {
  ResourceGetterService,
  ResourcesService,
  ResourceTypesService,
} from "../gen/c1/connector/v2/resource_pb.ts";
import { TicketsService } from "../gen/c1/connector/v2/ticket_pb.ts";
import { RateLimiterService } from "../gen/c1/ratelimit/v1/ratelimit_pb.ts";
import { type ServiceRoutes, serviceRoutes } from "./handlers.ts";
import { provisioningStubs } from "./provisioning-stubs.ts";
import {
  actionService,
  assetService,
  eventService,
  rateLimiterService,
  ticketsService,
} from "./quiet-services.ts";
import {
  connectorService,
  entitlementsService,
  grantsService,
  resourceGetterService,
  resourcesService,
  resourceTypesService,
} from "./read-services.ts";

/** Every service that a connector of the field registers, with our handlers. */
export function allServices(
  connector: Connector,
  sdkVersion: string,
  provisioning: boolean,
): readonly ServiceRoutes[] {
  return [
    serviceRoutes(ConnectorService, connectorService(connector, sdkVersion)),
    serviceRoutes(ResourceTypesService, resourceTypesService(connector)),
    serviceRoutes(ResourcesService, resourcesService(connector)),
    serviceRoutes(ResourceGetterService, resourceGetterService(connector)),
    serviceRoutes(EntitlementsService, entitlementsService(connector)),
    serviceRoutes(GrantsService, grantsService(connector)),
    serviceRoutes(AssetService, assetService),
    serviceRoutes(EventService, eventService),
    serviceRoutes(ActionService, actionService),
    serviceRoutes(TicketsService, ticketsService),
    serviceRoutes(RateLimiterService, rateLimiterService),
    ...provisioningStubs(provisioning),
  ];
}
