import type { Config } from "../../../../pkg/config/config.ts";
import { auditLogPath } from "../../../../pkg/ops/audit/audit-log.ts";
import { createHealthServer, type HealthServer } from "../../../../pkg/ops/http/health-server.ts";
import {
  createReadinessProbe,
  type LastSync,
  type ReadinessProbe,
} from "../../../../pkg/ops/http/readiness.ts";
import { lastAuditSeq } from "../../../../pkg/ops/metrics/audit-seq.ts";
import { certificateExpiryMs } from "../../../../pkg/ops/metrics/certificate-expiry.ts";
import type { MetricSources } from "../../../../pkg/ops/metrics/events.ts";
import type { Metrics } from "../../../../pkg/ops/metrics/metrics.ts";
import type { Context } from "../../process/context.ts";
import type { Runtime } from "../runtime.ts";

export interface HealthEndpoint {
  readonly server: HealthServer;
  readonly probe: ReadinessProbe;
}

/** Liveness, readiness and metrics over HTTP. Opens nothing yet. */
export function createHealthEndpoint(
  config: Config,
  runtime: Runtime,
  metrics: Metrics,
  lastSync: () => LastSync | undefined,
  { now, monotonic }: Context,
): HealthEndpoint {
  const { connector, log } = runtime;
  const probe = createReadinessProbe({
    validate: (signal) => connector.validate(signal),
    lastSync,
    now,
    monotonic,
  });
  metrics.watch(sourcesOf(config, runtime, probe));
  const server = createHealthServer({
    ...config.health,
    live: () => true,
    ready: () => probe.ready(),
    metrics: () => metrics.text(),
    now,
    onError: (error) => log.failure("the HTTP endpoint failed", error),
  });
  return { server, probe };
}

function sourcesOf(
  config: Config,
  { throttle, meter, journal }: Runtime,
  probe: ReadinessProbe,
): MetricSources {
  const { tls } = config.service;
  return {
    quota: () => throttle.status(),
    usedPerSecond: (category) => meter.perSecond(category),
    journal: () => journal.status(),
    budgets: () => journal.budgets(),
    auditSeq: () =>
      config.provisioning.enabled ? lastAuditSeq(auditLogPath(config.stateDir, config.poolId)) : undefined,
    ready: () => probe.last(),
    certificates: () => [
      ...(tls === undefined
        ? []
        : [{ certificate: "server" as const, expiresAtMs: certificateExpiryMs(tls.certFile) }]),
      ...(tls?.clientCaFile === undefined
        ? []
        : [{ certificate: "client-ca" as const, expiresAtMs: certificateExpiryMs(tls.clientCaFile) }]),
    ],
  };
}
