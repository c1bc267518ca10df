import { randomBytes } from "node:crypto";
import type { Config } from "../../../pkg/config/config.ts";
import { MAPPING_VERSION } from "../../../pkg/connector/connector.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";
import { openSyncFile, type SyncFile } from "../../../pkg/store/sync-file.ts";
import { runSync, type SyncOutcome } from "../../../pkg/sync/run-sync.ts";
import type { SyncSummary } from "../cli/output/sync-summary.ts";
import { createSyncTracker, type SyncTracker } from "../cli/progress/sync-progress.ts";
import type { Context } from "../process/context.ts";
import { packageVersion } from "../process/version.ts";
import { closeInOrder } from "./close-in-order.ts";
import { listingsAtOnce } from "./listings-at-once.ts";
import type { Runtime } from "./runtime.ts";

export type SyncConfig = Pick<Config, "poolId" | "userIdKind" | "sync" | "rates">;
export type SyncPieces = Pick<Runtime, "log" | "connector" | "meter" | "throttle">;

export interface SyncRun {
  readonly config: SyncConfig;
  readonly pieces: SyncPieces;
  readonly clock: Pick<Context, "now" | "monotonic">;
  /** Shows how it goes, until it is closed. */
  readonly follow: (tracker: SyncTracker) => { close(): void };
  /** What goes on with a run that is cut, such as `the same command`. */
  readonly resumedBy: string;
}

/**
 * One full sync into the file, which is looked at before the first call to AWS. Calls and throttles in the summary are
 * those of the process meanwhile. Whatever it rejects with, what was read is kept and the file stands as it was.
 */
export async function syncOnce(run: SyncRun, signal: AbortSignal): Promise<SyncSummary> {
  const { config, pieces, clock } = run;
  const { log } = pieces;
  const startedAt = clock.monotonic();
  const before = callsOf(pieces);
  const file = await openTarget(config, clock, signal);
  try {
    if (file.discarded !== undefined) log.warn(`begins anew: ${file.discarded}`, { file: file.file });
    if (file.resumed) log.info("goes on with a run that was cut", { file: file.file, ...file.counts() });

    const { pages, droppedGroups } = await readAll(file, run, signal);
    log.debug("all pages are read", { pages, ...file.counts() });
    const published = await file.publish(config.sync, signal);
    const after = callsOf(pieces);
    return {
      published,
      poolId: config.poolId,
      resumed: file.resumed,
      droppedGroups: droppedGroups.length,
      pages,
      calls: after.calls - before.calls,
      throttles: after.throttles - before.throttles,
      durationMs: clock.monotonic() - startedAt,
    };
  } finally {
    await closeInOrder([{ name: "the sync file", close: () => file.close() }], log);
  }
}

/** Looks at the file and takes it, without a call to AWS; whatever is wrong with it is found here. */
export function openTarget(
  { sync, poolId, userIdKind }: SyncConfig,
  { now }: Pick<Context, "now">,
  signal: AbortSignal,
): Promise<SyncFile> {
  return openSyncFile(
    {
      ...sync,
      fingerprint: { poolId, userIdKind, mappingVersion: MAPPING_VERSION },
      connectorVersion: packageVersion(),
      now,
      randomBytes,
    },
    signal,
  );
}

/** Reads what the file does not have yet. Nothing at all when the run is whole and only waits to be published. */
async function readAll(file: SyncFile, run: SyncRun, signal: AbortSignal): Promise<SyncOutcome> {
  const { log, connector } = run.pieces;
  const open = file.resumed ? file.openListings() : [];
  if (file.resumed && open.length === 0) return { pages: 0, droppedGroups: [] };
  const tracker = createSyncTracker(open, file);
  const progress = run.follow(tracker);
  try {
    tracker.onPool((await connector.pool(signal)).estimatedUsers);
    return await runSync(
      {
        connector,
        sink: file,
        listingsAtOnce: listingsAtOnce(run.config.rates.UserList),
        onPage: (cursor) => tracker.onPage(cursor),
        onDropped: (group) => log.warn("a group vanished while it was read", { names: { group } }),
      },
      signal,
    );
  } catch (error) {
    throw file.openListings().length === 0 ? error : resumable(error, run.resumedBy);
  } finally {
    progress.close();
  }
}

function callsOf({ meter, throttle }: SyncPieces): { readonly calls: number; readonly throttles: number } {
  return {
    calls: meter.total(),
    throttles: throttle.status().reduce((sum, lane) => sum + lane.throttles, 0),
  };
}

function resumable(error: unknown, resumedBy: string): GovernanceError {
  const failure = GovernanceError.from(error);
  return failure.with({
    message: `${failure.message}; what was read is kept, ${resumedBy} goes on from there`,
  });
}
