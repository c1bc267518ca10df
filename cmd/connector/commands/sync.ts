import { randomBytes } from "node:crypto";
import type { Config } from "../../../pkg/config/config.ts";
import { MAPPING_VERSION } from "../../../pkg/connector/mapping-version.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { openSyncFile, type SyncFile } from "../../../pkg/store/sync-file.ts";
import { runSync, type SyncOutcome } from "../../../pkg/sync/run-sync.ts";
import { chainsAtOnce } from "../chains-at-once.ts";
import type { Context } from "../context.ts";
import { OK } from "../exit-codes.ts";
import { followSync } from "../progress/follow-sync.ts";
import { createSyncTracker } from "../progress/sync-progress.ts";
import { type Runtime, withRuntime } from "../runtime.ts";
import { printSummary } from "../sync-summary.ts";
import { packageVersion } from "../version.ts";

/** One full sync into the file. The file is looked at before the first call to AWS. */
export function syncCommand(config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, async (runtime) => {
    const { log, closeFirst } = runtime;
    const startedAt = context.monotonic();
    const { poolId, userIdKind } = config;
    const file = await openSyncFile(
      {
        ...config.sync,
        fingerprint: { poolId, userIdKind, mappingVersion: MAPPING_VERSION },
        connectorVersion: packageVersion(),
        now: context.now,
        randomBytes,
      },
      context.signal,
    );
    closeFirst({ name: "the sync file", close: () => file.close() });
    if (file.discarded !== undefined) log.warn(`begins anew: ${file.discarded}`, { file: file.file });
    if (file.resumed) log.info("goes on with a run that was cut", { file: file.file, ...file.counts() });

    const { pages, droppedGroups } = await readAll(file, config, context, runtime);
    log.debug("all pages are read", { pages, ...file.counts() });
    const published = await file.publish(config.sync, context.signal);
    const summary = {
      published,
      poolId,
      resumed: file.resumed,
      droppedGroups: droppedGroups.length,
      pages,
      calls: runtime.meter.total(),
      throttles: runtime.throttle.status().reduce((sum, lane) => sum + lane.throttles, 0),
      durationMs: context.monotonic() - startedAt,
    };
    await printSummary(summary, config.output, context.stdout);
    return OK;
  });
}

/** Reads what the file does not have yet. Nothing at all when the run is whole and only waits to be published. */
async function readAll(
  file: SyncFile,
  config: Config,
  { signal, ...rest }: Context,
  runtime: Runtime,
): Promise<SyncOutcome> {
  const { log, connector } = runtime;
  const open = file.resumed ? file.openChains() : [];
  if (file.resumed && open.length === 0) return { pages: 0, droppedGroups: [] };
  const tracker = createSyncTracker(open, file);
  const progress = followSync(tracker, runtime, config, { signal, ...rest });
  try {
    tracker.onPool((await connector.pool(signal)).estimatedUsers);
    return await runSync(
      {
        connector,
        sink: file,
        chainsAtOnce: chainsAtOnce(config.rates.UserList),
        onPage: (chain) => tracker.onPage(chain),
        onDropped: (group) => log.warn("a group vanished while it was read", { names: { group } }),
      },
      signal,
    );
  } catch (error) {
    throw file.openChains().length === 0 ? error : resumable(error);
  } finally {
    progress.close();
  }
}

function resumable(error: unknown): GovernanceError {
  const { code, message, reason, retryAt, requestId, cause } = GovernanceError.from(error);
  return new GovernanceError(code, `${message}; what was read is kept, the same command goes on from there`, {
    cause,
    ...(reason === undefined ? {} : { reason }),
    ...(retryAt === undefined ? {} : { retryAt }),
    ...(requestId === undefined ? {} : { requestId }),
  });
}
