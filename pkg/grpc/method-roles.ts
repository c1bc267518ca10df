import type { DescService } from "@bufbuild/protobuf";
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
import type { RequiredRole } from "../security/caller.ts";

const READING: readonly DescService[] = [
  ActionService,
  AssetService,
  ConnectorService,
  EntitlementsService,
  EventService,
  GrantsService,
  ResourceGetterService,
  ResourcesService,
  ResourceTypesService,
  TicketsService,
  RateLimiterService,
];

const READING_NAMES: ReadonlySet<string> = new Set([
  ...READING.map(({ typeName }) => typeName),
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
]);

/** Methods that change something, in services that otherwise read. */
const WRITING: ReadonlySet<string> = new Set([
  `/${ActionService.typeName}/InvokeAction`,
  `/${TicketsService.typeName}/CreateTicket`,
  `/${TicketsService.typeName}/BulkCreateTickets`,
]);

/** Orchestrators call it and have no credentials. It only says whether the service is up. */
const HEALTH = "grpc.health.v1.Health";

/** The role that a method (`/package.Service/Method`) needs. An unknown method needs a provisioner. */
export function roleFor(path: string): RequiredRole {
  const service = path.split("/")[1] ?? "";
  if (service === HEALTH) return "none";
  return READING_NAMES.has(service) && !WRITING.has(path) ? "read" : "provision";
}
