import type { Config } from "../../../../pkg/config/config.ts";
import { auditLogPath } from "../../../../pkg/ops/audit/audit-log.ts";
import { createHealthServer } from "../../../../pkg/ops/http/health-server.ts";
import {
  createReadinessProbe,
  type ReadinessProbe,
  type SharedQuotaHealth,
} from "../../../../pkg/ops/http/readiness.ts";
import { lastAuditSeq } from "../../../../pkg/ops/metrics/audit-seq.ts";
import { certificateExpiryMs } from "../../../../pkg/ops/metrics/certificate-expiry.ts";
import type { MetricSources } from "../../../../pkg/ops/metrics/events.ts";
import { createRepeatedLines } from "../../../../pkg/ops/repeated-lines.ts";
import type { Runtime } from "../compose.ts";
import type { Front, Service } from "./front.ts";
import { connectionShares, openFilesLimit } from "./open-files.ts";

/** Liveness, readiness and metrics over HTTP. */
export function healthFront({
  config,
  context,
  runtime,
  telemetry,
  access,
  lastSync,
  tasks,
}: Service): Front | undefined {
  const { metrics } = telemetry;
  if (metrics === undefined) return undefined;
  const { now, monotonic, signal } = context;
  const { connector, log } = runtime;
  const probe = createReadinessProbe({
    validate: (stop) => connector.validate(stop),
    lastSync: () => lastSync.last(),
    syncFailure: () => lastSync.failure(),
    sharedQuota: () => sharingHealth(runtime),
    trouble: () => tasks.trouble(),
    waitingFor: () => runtime.waits.longest(0)?.why,
    now,
    monotonic,
  });
  metrics.watch({
    ...sourcesOf(config, runtime, probe),
    syncProgress: () => lastSync.progress(),
    platform: () => tasks.status(),
    jwksAgeMs: () => access.jwksAgeMs(),
  });
  const lines = createRepeatedLines({
    monotonic,
    whole: 1,
    summarize: (_source, _what, calls) =>
      log.warn("the HTTP endpoint failed more often in the last minute", { calls }),
  });
  const server = createHealthServer({
    ...config.health,
    labels: config.labels,
    live: () => true,
    ready: () => probe.ready(),
    metrics: () => metrics.text(),
    now,
    monotonic,
    limits: { connections: connectionShares(openFilesLimit(), config.service.maxConnections).http },
    onError: (error) => lines.line("HTTP", "failed", () => log.failure("the HTTP endpoint failed", error)),
  });
  return {
    name: "the HTTP endpoint",
    async open() {
      const { host, port } = await server.listen();
      // Not ready from the first moment of the end, while the other fronts still finish their calls.
      signal.addEventListener("abort", () => probe.drain(), { once: true });
      return { message: "serving health and metrics", fields: { address: `${host}:${port}` } };
    },
    close: (graceMs) => server.close(graceMs),
  };
}

/** The worst category counts: what is lost is lost for all of them, but for one node of a cluster. */
function sharingHealth({ sharedQuota, throttle }: Runtime): SharedQuotaHealth | undefined {
  const all = sharedQuota?.status();
  const worst = all?.find(({ mode }) => mode !== "shared") ?? all?.[0];
  if (all === undefined || worst === undefined) return undefined;
  const set = new Map(throttle.status().map(({ category, setPerSecond }) => [category, setPerSecond]));
  return {
    mode: worst.mode,
    silent: worst.silent,
    instances: worst.instances,
    lowered: all
      .filter(({ category, setPerSecond }) => setPerSecond < (set.get(category) ?? 0))
      .map(({ category }) => category),
  };
}

function sourcesOf(
  config: Config,
  { throttle, sharedQuota, meter, journal }: Runtime,
  probe: ReadinessProbe,
): Omit<MetricSources, "syncProgress" | "platform" | "jwksAgeMs"> {
  const { provisioning, service, stateDir, poolId } = config;
  const { tls } = service;
  return {
    quota: () => throttle.status(),
    sharing: () => sharedQuota?.status() ?? [],
    usedPerSecond: (category) => meter.perSecond(category),
    journal: () => journal.status(),
    budgets: async () => (provisioning.enabled ? await journal.budgets() : []),
    auditSeq: () => (provisioning.enabled ? lastAuditSeq(auditLogPath(stateDir, poolId)) : undefined),
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
