import { enrichmentFront } from "./enrichment-front.ts";
import type { CreateFront } from "./front.ts";
import { grpcFront } from "./grpc-front.ts";
import { healthFront } from "./health-front.ts";
import { platformFront } from "./platform-front.ts";
import { scheduleFront } from "./schedule-front.ts";
import { scimFront } from "./scim-front.ts";

/** Every front of the service. They open in this order and close in the reverse order: probes are answered to the end. */
export const FRONTS: readonly CreateFront[] = [
  healthFront,
  grpcFront,
  scimFront,
  scheduleFront,
  enrichmentFront,
  platformFront,
];
