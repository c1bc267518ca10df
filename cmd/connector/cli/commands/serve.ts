import type { Config } from "../../../../pkg/config/config.ts";
import { loadInventoryEngines } from "../../../../pkg/inventory/load-engines.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { createLastSync } from "../../../../pkg/ops/metrics/last-sync.ts";
import { compose, type Runtime } from "../../app/compose.ts";
import { enrichedPlace, inventoryPlace } from "../../app/inventory/inventory-target.ts";
import { createPlatformRecord } from "../../app/platform/platform-record.ts";
import { openRecordsThread } from "../../app/records/records-thread.ts";
import { createScimState, withNotedChanges } from "../../app/scim/scim-state.ts";
import { openAccess } from "../../app/service/access.ts";
import type { Service } from "../../app/service/front.ts";
import { FRONTS } from "../../app/service/fronts.ts";
import { beOnlyService } from "../../app/service/only-service.ts";
import { filesOfService } from "../../app/service/open-files.ts";
import { provisioningVerbs } from "../../app/service/provisioning-verbs.ts";
import { recoverChanges } from "../../app/service/recovery.ts";
import { makeRoomForFiles } from "../../app/service/room-for-files.ts";
import { openTelemetry } from "../../app/service/service-telemetry.ts";
import { logWaits } from "../../app/waits.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { reloadableLevel, reloadableSource, reloadOnHangup } from "../../process/reload.ts";
import { growYoungGeneration } from "../../process/young-generation.ts";
import { toExitCode } from "../with-runtime.ts";

/** The last spans get this long to leave, whatever is left of the grace. */
const TELEMETRY_TIMEOUT_MS = 2_000;

/**
 * Serves until a signal stops it, which is not a failure. Readiness ends with the signal; then the fronts close, the
 * last one first, then the pieces of `compose`, and the telemetry at the end.
 */
export function serveCommand(config: Config, context: Context, readConfig: () => Config): Promise<number> {
  return toExitCode(config, context, async ({ log, reopenLogFiles }, shutdown) => {
    const young = growYoungGeneration();
    shutdown.add("the watch over the young generation", async () => young.stop());

    await loadInventoryEngines();

    const release = beOnlyService(config, log);
    shutdown.add("the lock of the service", async () => release());

    const telemetry = await openTelemetry(config, context, log);
    shutdown.add("the telemetry", () => telemetry.close(TELEMETRY_TIMEOUT_MS));

    const records = openRecordsThread(config);
    const inventory = inventoryPlace(config.sync, context);
    const enriched = enrichedPlace(config, context);
    const scim = createScimState(config, context);
    if (scim !== undefined) shutdown.add("the records of SCIM", () => scim.records.close());
    const composed = compose({
      config,
      clocks: context,
      log,
      shutdown,
      telemetry,
      records,
      inventory,
      enriched,
    });
    const runtime = withNotedChanges(composed, scim, config, context);

    const waits = logWaits(runtime.waits, log);
    shutdown.add("the log of waits", () => waits.close());

    const provisioning = config.provisioning.enabled
      ? provisioningVerbs(config, runtime, telemetry.metrics)
      : undefined;
    if (provisioning !== undefined) await runtime.journal.open();

    const access = openAccess(config, context, telemetry.metrics, log, ({ requester, operation }) =>
      runtime.journal.refused(requester, operation),
    );
    shutdown.add("the watch over certificates and tokens", () => access.stop());

    const lastSync = createLastSync(telemetry.metrics);
    const tasks = createPlatformRecord(telemetry.metrics, context.monotonic);
    const service: Service = {
      config,
      context,
      runtime,
      telemetry,
      access,
      provisioning,
      lastSync,
      scim,
      tasks,
    };
    await makeRoomForFiles(filesOfService(config));
    const failures: Promise<never>[] = [];
    for (const createFront of FRONTS) {
      const front = createFront(service);
      if (front === undefined) continue;
      shutdown.add(front.name, (graceLeftMs) => front.close(graceLeftMs));
      const ready = await front.open();
      if (ready !== undefined) log.info(ready.message, ready.fields);
      if (front.failed !== undefined) failures.push(front.failed);
    }

    reloadOnHangup(
      [
        ...access.sources.map(reloadableSource),
        reloadableLevel(log, () => readConfig().log),
        ...(config.log.files.length === 0 ? [] : [{ name: "the files of the log", reload: reopenLogFiles }]),
      ],
      context,
      log,
    );
    if (provisioning !== undefined) void recoverChanges(runtime, context.signal);
    void logWhetherReadable(config, runtime, context.signal);

    await Promise.race([aborted(context.signal), ...failures]);
    logStop(context.signal, log);
    return OK;
  });
}

/** Logged at the start, since clients may come hours later. The service stays up: the pool may be in reach by then. */
async function logWhetherReadable(
  { poolId }: Config,
  { log, connector }: Runtime,
  signal: AbortSignal,
): Promise<void> {
  try {
    await connector.reach(signal);
    log.info("the pool can be read", { pool: poolId });
  } catch (error) {
    if (!signal.aborted) log.failure("the pool cannot be read", error);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function logStop({ reason }: AbortSignal, log: Logger): void {
  const why = reason instanceof Error ? reason.message : "stopped";
  log.info(`${why}: shutting down, waiting for running calls`);
}
