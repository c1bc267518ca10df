import type { Config } from "../../../../pkg/config/config.ts";
import type { GrpcCallEvent } from "../../../../pkg/core/events.ts";
import { createGrpcServer } from "../../../../pkg/grpc/server.ts";
import { HEALTH_SERVICE } from "../../../../pkg/grpc/services/health.ts";
import type { AdjustableLogger, Logger } from "../../../../pkg/ops/logger.ts";
import type { AccessControl } from "../../../../pkg/security/access-control.ts";
import { type Runtime, withRuntime } from "../../app/runtime.ts";
import { startScheduledSync } from "../../app/scheduled-sync.ts";
import { createHealthEndpoint } from "../../app/service/health-endpoint.ts";
import { createLastSync, type LastSyncRecord } from "../../app/service/last-sync.ts";
import { provisioningVerbs, settleLeftovers } from "../../app/service/provisioning-verbs.ts";
import { createServiceAccess, reportRefusedConnection } from "../../app/service/security.ts";
import { createServiceWatch, type ServiceWatch } from "../../app/service/watch.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { reloadableLevel, reloadOnHangup } from "../../process/reload.ts";

/**
 * Serves until it is told to stop by a signal, which is no failure. Then, within the grace: not ready, no new calls,
 * those under way and the page of a scheduled sync end, then the changes, then the HTTP endpoint.
 */
export async function serveCommand(config: Config, context: Context, reread: () => Config): Promise<number> {
  let watch: ServiceWatch | undefined;
  return await withRuntime(
    config,
    context,
    async (runtime) => {
      if (watch === undefined) throw new TypeError("the watch is made before the work");
      return await serve(config, context, runtime, watch, reread);
    },
    async (log) => {
      watch = await createServiceWatch(config, context, log);
      return watch;
    },
  );
}

async function serve(
  config: Config,
  context: Context,
  runtime: Runtime,
  watch: ServiceWatch,
  reread: () => Config,
): Promise<number> {
  const { log, connector, closeFirst } = runtime;
  const provisioning = config.provisioning.enabled ? provisioningVerbs(config, runtime) : undefined;
  if (provisioning !== undefined) runtime.journal.open();
  const lastSync = createLastSync(watch.metrics);
  await openHealthEndpoint(config, context, runtime, watch, lastSync);

  const { service } = config;
  const { metrics } = watch;
  const access = createServiceAccess(config, context, metrics, log);
  closeFirst({ name: "the watch over certificates and tokens", close: () => access.stop() });
  const server = createGrpcServer({
    connector,
    provisioning,
    access,
    insecure: service.insecure,
    reflection: service.reflection,
    limits: { maxConnections: service.maxConnections },
    clocks: context,
    wrapCall: watch.wrapCall,
    onConnectionRefused: (event) => reportRefusedConnection(event, metrics, log),
    onCall(event) {
      watch.call(event);
      tellCall(event, log);
    },
  });
  closeFirst({ name: "the gRPC server", close: () => server.close(runtime.graceLeft()) });
  const { target } = await server.listen(service.listen);
  log.info("serving", { address: target, pool: config.poolId });

  startSchedule(config, context, runtime, lastSync);
  reloadOnHangup(reloadables(access, log, reread), context, log);
  if (provisioning !== undefined) void settleLeftovers(runtime, context.signal);
  tellWhetherReadable(config, context, runtime);
  await stopped(context.signal);
  sayGoodbye(log, context.signal);
  return OK;
}

async function openHealthEndpoint(
  config: Config,
  context: Context,
  runtime: Runtime,
  { metrics }: ServiceWatch,
  lastSync: LastSyncRecord,
): Promise<void> {
  if (metrics === undefined) return;
  const { server, probe } = createHealthEndpoint(config, runtime, metrics, () => lastSync.last(), context);
  runtime.closeFirst({ name: "the HTTP endpoint", close: () => server.close(runtime.graceLeft()) });
  const { host, port } = await server.listen();
  runtime.log.info("health and metrics", { address: `${host}:${port}` });
  context.signal.addEventListener("abort", () => probe.drain(), { once: true });
}

function startSchedule(config: Config, context: Context, runtime: Runtime, lastSync: LastSyncRecord): void {
  const { schedule } = config;
  if (schedule === undefined) return;
  const sync = startScheduledSync({
    config: { ...config, schedule },
    pieces: runtime,
    context,
    onBegun: () => lastSync.begun(),
    onFound: (complete) => lastSync.found(complete),
    onResult: (report) => lastSync.told(report),
  });
  runtime.closeFirst({ name: "the scheduled sync", close: () => sync.close(runtime.graceLeft()) });
}

function reloadables(access: AccessControl, log: AdjustableLogger, reread: () => Config) {
  return [
    { name: "certificates and tokens", reload: () => access.reload() },
    reloadableLevel(log, () => reread().log),
  ];
}

function tellCall({ error, durationMs, ...event }: GrpcCallEvent, log: Logger): void {
  const { service, method, code, requestBytes, answerBytes, peer, caller } = event;
  const fields = { service, method, grpcCode: code, requestBytes, answerBytes, peer, caller };
  const timed = { ...fields, durationMs: Math.round(durationMs) };
  // Every watch of the health service ends as a failure, when its client goes.
  if (error === undefined || service === HEALTH_SERVICE) log.debug("answered", timed);
  else log.failure("answered with a failure", error, timed);
}

/** Told at once, since clients may come hours later; a pool that is out of reach now need not be then. */
function tellWhetherReadable({ poolId }: Config, { signal }: Context, { log, connector }: Runtime): void {
  void connector.pool(signal).then(
    () => log.info("the pool can be read", { pool: poolId }),
    (error: unknown) => {
      if (!signal.aborted) log.failure("the pool cannot be read", error);
    },
  );
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function sayGoodbye(log: Logger, { reason }: AbortSignal): void {
  log.info(
    `${reason instanceof Error ? reason.message : "stopped"}: no new calls, those under way may finish`,
  );
}
