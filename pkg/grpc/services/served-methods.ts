import type { DescService } from "@bufbuild/protobuf";
import { ActionService } from "../../gen/c1/connector/v2/action_pb.ts";
import { AssetService } from "../../gen/c1/connector/v2/asset_pb.ts";
import { ConnectorService } from "../../gen/c1/connector/v2/connector_pb.ts";
import { EntitlementsService } from "../../gen/c1/connector/v2/entitlement_pb.ts";
import { EventService } from "../../gen/c1/connector/v2/event_feed_pb.ts";
import { GrantManagerService, GrantsService } from "../../gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
} from "../../gen/c1/connector/v2/resource_pb.ts";
import { TicketsService } from "../../gen/c1/connector/v2/ticket_pb.ts";
import { RateLimiterService } from "../../gen/c1/ratelimit/v1/ratelimit_pb.ts";
import { Health } from "../../gen/grpc/health/v1/health_pb.ts";
import { REFLECTION_SERVICES } from "../reflection/reflection.ts";

const SERVICES: readonly DescService[] = [
  AccountManagerService,
  ActionService,
  AssetService,
  ConnectorService,
  CredentialManagerService,
  EntitlementsService,
  EventService,
  GrantManagerService,
  GrantsService,
  Health,
  RateLimiterService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
  TicketsService,
  ...REFLECTION_SERVICES,
];

/** Every method that a server may serve: the allowed values of the metrics' labels. */
export const SERVED_METHODS: readonly { readonly service: string; readonly method: string }[] =
  SERVICES.flatMap(({ typeName, methods }) =>
    methods.map(({ name }) => ({ service: typeName, method: name })),
  );
