import { Counter, Histogram, type Registry } from "prom-client";
import type { ScimCallEvent } from "../../core/events.ts";
import { closedLabel, OTHER } from "./closed-labels.ts";

type CountedScimCall = Pick<
  ScimCallEvent,
  "method" | "endpoint" | "status" | "durationMs" | "rejectedByAuth"
>;

export interface ScimMetrics {
  scimCall(event: CountedScimCall): void;
  scimConnectionRefused(why: "handshake" | "evicted" | "unread"): void;
  /** A request had attributes that the pool has no place for. */
  scimDropped(kind: "User" | "Group", attributes: number): void;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const REFUSALS = ["401", "403"];

/** `endpoints` are the paths without ids. All that is not served shares one label. */
export function createScimMetrics(registry: Registry, endpoints: readonly string[]): ScimMetrics {
  const registers = [registry];
  const methodLabel = closedLabel(METHODS);
  const endpointLabel = closedLabel(endpoints);
  const requests = new Counter({
    name: "connector_scim_requests_total",
    help: "Finished SCIM requests by method, endpoint and HTTP status. Paths that are not served count as other.",
    labelNames: ["method", "endpoint", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "connector_scim_request_duration_seconds",
    help: "Duration of a SCIM request, from its head to the end of its answer.",
    labelNames: ["method", "endpoint"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const refusals = new Counter({
    name: "connector_scim_refusals_total",
    help: "SCIM requests rejected by authentication (401) or by the role of the caller (403).",
    labelNames: ["status"],
    registers,
  });
  for (const status of REFUSALS) refusals.inc({ status }, 0);
  const connections = new Counter({
    name: "connector_scim_connections_refused_total",
    help: "SCIM connections that failed their TLS handshake (handshake), were closed to make room (evicted), or did not read an answer (unread).",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of ["handshake", "evicted", "unread"]) connections.inc({ reason }, 0);
  const dropped = new Counter({
    name: "connector_scim_dropped_attributes_total",
    help: "Attributes of SCIM requests that were left out, since the pool has no place for them, by type of resource.",
    labelNames: ["kind"],
    registers,
  });
  for (const kind of ["User", "Group"]) dropped.inc({ kind }, 0);
  const refusalLabel = closedLabel(REFUSALS);

  return {
    scimDropped: (kind, attributes) => dropped.inc({ kind }, attributes),
    scimConnectionRefused: (reason) => connections.inc({ reason }),
    scimCall({ method, endpoint, status, durationMs, rejectedByAuth = false }) {
      const labels = { method: methodLabel(method), endpoint: endpointLabel(endpoint) };
      requests.inc({ ...labels, status: String(status) });
      if (rejectedByAuth) refusals.inc({ status: refusalLabel(String(status)) });
      else if (labels.endpoint !== OTHER) durations.observe(labels, durationMs / 1000);
    },
  };
}
