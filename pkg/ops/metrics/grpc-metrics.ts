import { Counter, Histogram, type Registry } from "prom-client";
import { type GrpcCallEvent, SERVICE_BOUNDS, type ServiceBound } from "../../core/events.ts";
import { closedLabel, grpcCodeLabel, OTHER } from "./closed-labels.ts";

export interface ServedMethod {
  readonly service: string;
  readonly method: string;
}

type CountedCall = Pick<GrpcCallEvent, "service" | "method" | "code" | "durationMs" | "rejectedByAuth">;

export interface GrpcMetrics {
  call(event: CountedCall): void;
  connectionRefused(why: "handshake" | "evicted" | "full"): void;
  /** A caller or a peer met a bound (SECURITY.md). */
  boundMet(bound: ServiceBound): void;
  /** A file of certificates, tokens or keys changed. `applied`: its new content is in use. */
  reload(applied: boolean): void;
}

/** All methods that are not served share one label. */
export function createGrpcMetrics(registry: Registry, served: readonly ServedMethod[]): GrpcMetrics {
  const registers = [registry];
  const known = new Set(served.map(({ service, method }) => `${service}/${method}`));
  const refusalReason = closedLabel(["UNAUTHENTICATED", "PERMISSION_DENIED"]);
  const requests = new Counter({
    name: "connector_grpc_requests_total",
    help: "Finished gRPC calls by service, method and code. Methods that are not served count as other.",
    labelNames: ["service", "method", "code"],
    registers,
  });
  const durations = new Histogram({
    name: "connector_grpc_request_duration_seconds",
    help: "Duration of a gRPC call, from its arrival to the end of its answer.",
    labelNames: ["service", "method"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const refusals = new Counter({
    name: "connector_grpc_refusals_total",
    help: "Calls rejected by authentication (UNAUTHENTICATED) or by the role of the caller (PERMISSION_DENIED).",
    labelNames: ["code"],
    registers,
  });
  for (const code of ["UNAUTHENTICATED", "PERMISSION_DENIED"]) refusals.inc({ code }, 0);
  const connections = new Counter({
    name: "connector_grpc_connections_refused_total",
    help: "Connections that failed their TLS handshake (handshake), were closed to make room (evicted), or exceeded the limit (full).",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of ["handshake", "evicted", "full"]) connections.inc({ reason }, 0);
  const bounds = new Counter({
    name: "connector_bounds_met_total",
    help: "Calls refused and connections closed because a caller or a peer met a bound, by the bound (SECURITY.md).",
    labelNames: ["bound"],
    registers,
  });
  for (const bound of SERVICE_BOUNDS) bounds.inc({ bound }, 0);
  const reloads = new Counter({
    name: "connector_security_reloads_total",
    help: "Changes of certificate, token and key files: applied, or rejected so that the old content stays in use (kept).",
    labelNames: ["outcome"],
    registers,
  });
  for (const outcome of ["applied", "kept"]) reloads.inc({ outcome }, 0);

  return {
    call({ service, method, code, durationMs, rejectedByAuth = false }) {
      const isServed = known.has(`${service}/${method}`);
      const labels = isServed ? { service, method } : { service: OTHER, method: OTHER };
      requests.inc({ ...labels, code: grpcCodeLabel(code) });
      if (rejectedByAuth) refusals.inc({ code: refusalReason(code) });
      // A Watch of the health service lasts for days, so its duration says nothing about speed.
      else if (isServed && method !== "Watch") durations.observe(labels, durationMs / 1000);
    },
    connectionRefused: (reason) => connections.inc({ reason }),
    boundMet: (bound) => bounds.inc({ bound }),
    reload: (applied) => reloads.inc({ outcome: applied ? "applied" : "kept" }),
  };
}
