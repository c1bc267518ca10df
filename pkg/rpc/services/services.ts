import { createActions } from "../../connector/actions/create-actions.ts";
import type { Connector } from "../../connector/connector.ts";
import type { ProvisioningVerbs } from "../../connector/provisioning/verbs.ts";
import type { RateLimits } from "../../core/rate-limits.ts";
import { ActionService } from "../../gen/c1/connector/v2/action_pb.ts";
import { AssetService } from "../../gen/c1/connector/v2/asset_pb.ts";
import { ConnectorService } from "../../gen/c1/connector/v2/connector_pb.ts";
import { EntitlementsService } from "../../gen/c1/connector/v2/entitlement_pb.ts";
import { EventService } from "../../gen/c1/connector/v2/event_feed_pb.ts";
import { GrantsService } from "../../gen/c1/connector/v2/grant_pb.ts";
import {
  ResourceGetterService,
  ResourcesService,
  ResourceTypesService,
} from "../../gen/c1/connector/v2/resource_pb.ts";
import { TicketsService } from "../../gen/c1/connector/v2/ticket_pb.ts";
import { RateLimiterService } from "../../gen/c1/ratelimit/v1/ratelimit_pb.ts";
import { type ServiceRoutes, serviceRoutes } from "../handlers.ts";
import { actionService } from "./action-service.ts";
import { WRITES_DISABLED } from "./provisioning-stubs.ts";
import { rateLimiterService } from "./rate-limiter-service.ts";
import {
  connectorService,
  entitlementsService,
  eventService,
  grantsService,
  resourceGetterService,
  resourcesService,
  resourceTypesService,
} from "./read-services.ts";
import { assetService, ticketsService } from "./unsupported-services.ts";
import { writeServices } from "./write-services.ts";

/** Listed, and refused: nothing is invoked, so nothing needs an id. */
const ACTIONS_OFF = createActions({ provisioner: undefined, newId: () => "" });

/** The SDK version that `Validate` answers; clients switch features on by it. */
export const SDK_VERSION = "v0.25.0";

/** Every service that a connector of the field registers, with our handlers. */
export function allServices(
  connector: Connector,
  sdkVersion: string,
  provisioning: ProvisioningVerbs | undefined,
  rateLimits?: RateLimits,
): readonly ServiceRoutes[] {
  return [
    serviceRoutes(ConnectorService, connectorService(connector, sdkVersion)),
    serviceRoutes(ResourceTypesService, resourceTypesService(connector)),
    serviceRoutes(ResourcesService, resourcesService(connector)),
    serviceRoutes(ResourceGetterService, resourceGetterService(connector)),
    serviceRoutes(EntitlementsService, entitlementsService(connector)),
    serviceRoutes(GrantsService, grantsService(connector)),
    serviceRoutes(AssetService, assetService),
    serviceRoutes(EventService, eventService(connector)),
    serviceRoutes(ActionService, actionService(provisioning?.actions ?? ACTIONS_OFF)),
    serviceRoutes(TicketsService, ticketsService),
    serviceRoutes(RateLimiterService, rateLimiterService(rateLimits)),
    ...(provisioning === undefined ? WRITES_DISABLED : writeServices(provisioning)),
  ];
}
