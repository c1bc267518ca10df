// Composes one sync into the `.c1z`: the target, what the log says, and how much AWS was called.

import { randomBytes } from "node:crypto";
import type { Config } from "../../../pkg/config/config.ts";
import { MAPPING_VERSION } from "../../../pkg/connector/connector.ts";
import type { Clocks } from "../../../pkg/core/clock.ts";
import type { PublishedFile } from "../../../pkg/store/publish/publish.ts";
import { openSyncFile } from "../../../pkg/store/sync-file.ts";
import { listingsAtOnce } from "../../../pkg/sync/listings-at-once.ts";
import type { SyncEvents, SyncOnceOptions } from "../../../pkg/sync/sync-once.ts";
import type { OpenTarget } from "../../../pkg/sync/target.ts";
import { createSyncTracker, type SyncTracker } from "../cli/progress/sync-progress.ts";
import { packageVersion } from "../process/version.ts";
import type { Runtime } from "./compose.ts";

export type SyncConfig = Pick<Config, "poolId" | "userIdKind" | "sync" | "rates">;
export type SyncPieces = Pick<Runtime, "log" | "connector" | "meter" | "throttle">;

export interface SyncSetup {
  readonly config: SyncConfig;
  readonly pieces: SyncPieces;
  readonly clocks: Clocks;
  /** Shows how it goes, until it is closed. */
  readonly follow?: (tracker: SyncTracker) => { close(): void };
  /** What goes on with a run that is cut, such as `the same command`. */
  readonly resumedBy: string;
}

/** Calls and throttles in the result are those of the whole process meanwhile. */
export function syncOptions(setup: SyncSetup): SyncOnceOptions<PublishedFile> {
  const { config, pieces, clocks, resumedBy } = setup;
  return {
    connector: pieces.connector,
    targets: [syncFile(config, clocks)],
    listingsAtOnce: listingsAtOnce(config.rates.UserList),
    publishing: config.sync,
    clocks: { now: clocks.now, monotonic: clocks.monotonic },
    randomBytes,
    callTotals: () => ({
      calls: pieces.meter.total(),
      throttles: pieces.throttle.status().reduce((sum, category) => sum + category.throttles, 0),
    }),
    resumedBy,
    events: loggedEvents(setup),
  };
}

function syncFile({ sync, poolId, userIdKind }: SyncConfig, { now }: Clocks): OpenTarget<PublishedFile> {
  const fingerprint = { poolId, userIdKind, mappingVersion: MAPPING_VERSION };
  return (signal) => openSyncFile({ ...sync, fingerprint, connectorVersion: packageVersion(), now }, signal);
}

function loggedEvents({ pieces: { log }, follow }: SyncSetup): SyncEvents {
  return {
    onDiscarded: (file, reason) => log.warn(`begins anew: ${reason}`, { file }),
    onResumed: (file, counts) => log.info("goes on with a run that was cut", { file, ...counts }),
    onReading(open, rows) {
      const tracker = createSyncTracker(open, rows);
      const shown = follow?.(tracker);
      return {
        onPool: (estimatedUsers) => tracker.onPool(estimatedUsers),
        onPage: (cursor) => tracker.onPage(cursor),
        close: () => shown?.close(),
      };
    },
    onGroupDropped: (group) => log.warn("a group vanished while it was read", { names: { group } }),
    onRead: (pages, counts) => log.debug("all pages are read", { pages, ...counts }),
    onCloseFailed: (_target, error) => log.failure("closing the sync file failed", error),
  };
}
