// Composes one sync into the `.c1z`: the target, what the log says, and how much AWS was called.

import { randomBytes } from "node:crypto";
import type { Config } from "../../../pkg/config/config.ts";
import { MAPPING_VERSION } from "../../../pkg/connector/connector.ts";
import type { Clocks } from "../../../pkg/core/clock.ts";
import type { RunFingerprint } from "../../../pkg/core/run-fingerprint.ts";
import type { SyncScope } from "../../../pkg/core/sync-scope.ts";
import type { PublishedFile } from "../../../pkg/store/publish/publish.ts";
import { openSyncFile } from "../../../pkg/store/sync-file.ts";
import type { SyncFileSettings } from "../../../pkg/store/thread/sync-file-service.ts";
import { chooseScope } from "../../../pkg/sync/choose-scope.ts";
import { listingsAtOnce } from "../../../pkg/sync/listings-at-once.ts";
import type { SyncEvents, SyncOnceOptions } from "../../../pkg/sync/sync-once.ts";
import { createSyncTracker, type SyncTracker } from "../../../pkg/sync/sync-progress.ts";
import type { OpenTarget, SyncTarget } from "../../../pkg/sync/target.ts";
import { packageVersion } from "../process/version.ts";
import type { Runtime } from "./compose.ts";

/**
 * What a sync has published in one target: a member of this union for each kind of target. A new one leads the compiler to
 * every place that shows or logs it.
 */
export type Published = PublishedFile;

export type SyncConfig = Pick<Config, "poolId" | "userIdKind" | "sync" | "stateDir" | "rates">;
export type SyncPieces = Pick<Runtime, "log" | "connector" | "meter" | "throttle">;

export interface SyncSetup {
  readonly config: SyncConfig;
  readonly pieces: SyncPieces;
  readonly clocks: Clocks;
  /** What is read; what the settings ask for by default. */
  readonly scope?: SyncScope;
  /** Shows the progress until it is closed. */
  readonly follow?: (tracker: SyncTracker) => { close(): void };
  /** What resumes an interrupted sync, such as `the same command`. For messages. */
  readonly resumedBy: string;
  /** Opens the file. By default this thread works on it: nobody else waits for the thread. */
  readonly openFile?: OpenFile;
}

type OpenFile = (settings: SyncFileSettings, signal: AbortSignal) => Promise<SyncTarget<PublishedFile>>;

/** The calls and throttles in the result are those of the whole process during the sync. */
export function syncOptions(setup: SyncSetup): SyncOnceOptions<Published> {
  const { config, pieces, clocks, resumedBy, scope = chooseScope(config.sync.choice) } = setup;
  return {
    connector: pieces.connector,
    scope,
    targets: [syncFile(setup, scope)],
    listingsAtOnce: listingsAtOnce(config.rates.UserList),
    publishing: config.sync,
    clocks: { now: clocks.now, monotonic: clocks.monotonic },
    randomBytes,
    callTotals: () => ({
      calls: pieces.meter.total(),
      throttles: pieces.throttle.status().reduce((sum, category) => sum + category.throttles, 0),
    }),
    resumedBy,
    events: loggedEvents({ ...setup, scope }),
  };
}

/** What every run of these settings has in common. */
export function fingerprintOf({ poolId, userIdKind }: SyncConfig): RunFingerprint {
  return { poolId, userIdKind, mappingVersion: MAPPING_VERSION };
}

function syncFile(
  {
    config,
    clocks,
    openFile = (settings, signal) => openSyncFile({ ...settings, now: clocks.now }, signal),
  }: SyncSetup,
  scope: SyncScope,
): OpenTarget<PublishedFile> {
  const { sync, stateDir } = config;
  const { file, acceptShrink } = sync;
  const fingerprint = fingerprintOf(config);
  const settings = { file, acceptShrink, stateDir, fingerprint, scope, connectorVersion: packageVersion() };
  return (signal) => openFile(settings, signal);
}

function loggedEvents({ pieces: { log }, follow, scope }: SyncSetup): SyncEvents {
  return {
    onDiscarded: (file, reason) => log.warn(`starting over: ${reason}`, { file }),
    onResumed: (file, counts) => log.info("resuming an interrupted sync", { file, ...counts }),
    onReading(open, rows) {
      const tracker = createSyncTracker(open, rows, scope);
      const shown = follow?.(tracker);
      return {
        onPool: (estimatedUsers) => tracker.onPool(estimatedUsers),
        onPage: (cursor) => tracker.onPage(cursor),
        close: () => shown?.close(),
      };
    },
    onGroupDropped: (group) =>
      log.warn("left out a group that was deleted during the sync", { names: { group } }),
    onMissing: (kind, id) =>
      log.warn("left out a chosen resource that does not exist", {
        names: kind === "users" ? { user: id } : { group: id },
      }),
    onRead: (pages, counts) => log.debug("read all pages", { pages, ...counts }),
    onCloseFailed: (_target, error) => log.failure("closing the sync file failed", error),
  };
}

/** Says which groups were deleted and made again since the previous run: under the old name, but with other members. */
export function warnOfRecreatedGroups(
  { log }: Pick<SyncPieces, "log">,
  published: readonly Published[],
): void {
  for (const { file, recreatedGroups } of published) {
    if (recreatedGroups.length === 0) continue;
    log.warn("groups were deleted and created again under their names: their memberships are new ones", {
      file,
      recreatedGroups: recreatedGroups.length,
      names: { group: recreatedGroups.join(" ") },
    });
  }
}
