// Composes one sync: the targets, what the log says, and how much AWS was called.

import { randomBytes } from "node:crypto";
import { type Category, DEFAULT_PER_SECOND } from "../../../pkg/core/operations.ts";
import type { SyncScope } from "../../../pkg/core/sync-scope.ts";
import { shardsFor, USUAL_LATENCY_MS } from "../../../pkg/core/user-shards.ts";
import { chooseScope } from "../../../pkg/sync/choose-scope.ts";
import { listingsAtOnce } from "../../../pkg/sync/listings-at-once.ts";
import type { SyncEvents, SyncOnceOptions } from "../../../pkg/sync/sync-once.ts";
import { createSyncTracker, type SyncTracker } from "../../../pkg/sync/sync-progress.ts";
import { pause } from "../process/pause.ts";
import { inventoryPlace } from "./inventory/inventory-target.ts";
import type { SyncPieces } from "./sync-config.ts";
import { type Published, type TargetsSetup, targetPlace, targetsOf } from "./sync-targets.ts";
import { userRefusals } from "./user-refusals.ts";
import { wholeListing } from "./whole-listing.ts";

export interface SyncSetup extends TargetsSetup {
  /** What is read; what the settings ask for by default. */
  readonly scope?: SyncScope;
  /** Shows the progress until it is closed. */
  readonly follow?: (tracker: SyncTracker) => { close(): void };
  /** What resumes an interrupted sync, such as `the same command`. For messages. */
  readonly resumedBy: string;
}

/** The calls and throttles in the result are those of the whole process during the sync. */
export function syncOptions(setup: SyncSetup): SyncOnceOptions<Published> {
  const { config, pieces, context, resumedBy, scope = chooseScope(config.sync.choice) } = setup;
  return {
    connector: pieces.connector,
    scope,
    targets: targetsOf(setup, scope),
    listingsAtOnce: listingsAtOnce(config.rates.UserList),
    members: {
      setting: config.sync.readMembers,
      pace: () => pace(setup),
      sleep: pause,
      refusals: userRefusals(config, pieces.log),
    },
    listShards: () => (scope.users === "all" ? listShards(setup) : 1),
    publishing: config.sync,
    clocks: { now: context.now, monotonic: context.monotonic },
    randomBytes,
    callTotals: () => ({
      calls: pieces.meter.total(),
      throttles: pieces.throttle.status().reduce((sum, category) => sum + category.throttles, 0),
    }),
    resumedBy,
    events: loggedEvents({ ...setup, scope }),
  };
}

function pace({ pieces: { meter, throttle } }: SyncSetup) {
  const granted = (category: Category): number =>
    throttle.status().find((one) => one.category === category)?.currentPerSecond ?? DEFAULT_PER_SECOND;
  return {
    listPerSecond: granted("UserList"),
    perUserPerSecond: granted("UserResourceRead"),
    latencyMs: meter.latencyMs() ?? USUAL_LATENCY_MS,
  };
}

function listShards({ config, pieces: { meter, log }, context }: SyncSetup): number {
  const { stateDir, poolId, rates, sync } = config;
  const shards = shardsFor(sync.listShards, { perSecond: rates.UserList, latencyMs: meter.latencyMs() });
  if (shards === 1 || !wholeListing(stateDir, poolId).isDue(context.now())) return shards;
  log.info("the users are read by one listing, although list-shards is set: that is due once a week");
  return 1;
}

function loggedEvents({ config, pieces: { log, userParts }, context, follow, scope }: SyncSetup): SyncEvents {
  const place = inventoryPlace(config.sync, context);
  return {
    onDiscarded: (target, reason) => log.warn(`starting over: ${reason}`, targetPlace(target, place)),
    onResumed: (target, counts) =>
      log.info("resuming an interrupted sync", { ...targetPlace(target, place), ...counts }),
    onReading(open, rows) {
      const tracker = createSyncTracker(open, rows, scope);
      const shown = follow?.(tracker);
      return {
        onPool: (estimatedUsers) => tracker.onPool(estimatedUsers),
        onPage: (cursor) => tracker.onPage(cursor),
        close: () => shown?.close(),
      };
    },
    onMembersChosen({ membersRead, reason, isSlower }) {
      const line = `memberships are read ${membersRead}: ${reason}`;
      if (membersRead === "by user" || isSlower) log.info(line);
      else log.debug(line);
    },
    onGroupDropped: (group) =>
      log.warn("left out a group that was deleted during the sync", { names: { group } }),
    onMissing: (kind, id) =>
      log.warn("left out a chosen resource that does not exist", {
        names: kind === "users" ? { user: id } : { group: id },
      }),
    onShardsUnproved: (reason) =>
      log.warn(
        `the users are read again, by one listing: the parts are not proved to be all users, since ${reason}`,
      ),
    onRead({ pages, usersRead }, counts) {
      log.debug("read all pages", { pages, ...counts });
      const isWhole = scope?.users === "all" && usersRead !== "in parts" && pages > 0;
      if (config.sync.listShards === 1 || !isWhole) return;
      // Whom no part selects would be missing in the next run.
      wholeListing(config.stateDir, config.poolId).note(userParts.areRefused() ? 0 : context.now());
    },
    onCloseFailed: (target, error) =>
      log.failure("closing a target of the sync failed", error, targetPlace(target, place)),
  };
}

/** Says which groups were deleted and made again since the previous run: under the old name, but with other members. */
export function warnOfRecreatedGroups(
  { log }: Pick<SyncPieces, "log">,
  published: readonly Published[],
): void {
  for (const one of published) {
    // An inventory has them among its changes.
    if (one.kind !== "c1z" || one.recreatedGroups.length === 0) continue;
    const { file, recreatedGroups } = one;
    log.warn("groups were deleted and created again under their names: their memberships are new ones", {
      file,
      recreatedGroups: recreatedGroups.length,
      names: { group: recreatedGroups.join(" ") },
    });
  }
}

/** Says where a history begins: an inventory that was deleted or is named wrongly is a new one, and no error. */
export function logFirstRuns({ log }: Pick<SyncPieces, "log">, published: readonly Published[]): void {
  for (const one of published) {
    if (one.kind !== "inventory" || one.runNumber > 1) continue;
    const { inventory } = one;
    log.info("the inventory has no earlier run of the pool: its history begins with this one", { inventory });
  }
}
