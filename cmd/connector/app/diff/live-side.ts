import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../../../pkg/config/config.ts";
import { MAPPING_VERSION } from "../../../../pkg/connector/connector.ts";
import { createConnector } from "../../../../pkg/connector/create-connector.ts";
import { openC1zSide } from "../../../../pkg/diff/c1z-side.ts";
import type { Side, SideScope } from "../../../../pkg/diff/side.ts";
import { makePrivateFolder, temporaryError } from "../../../../pkg/sqlite/private-folder.ts";
import { openSyncFile } from "../../../../pkg/store/sync-file.ts";
import { listingsAtOnce } from "../../../../pkg/sync/listings-at-once.ts";
import { type SyncEvents, syncOnce } from "../../../../pkg/sync/sync-once.ts";
import { createSyncTracker, type SyncTracker } from "../../../../pkg/sync/sync-progress.ts";
import type { Context } from "../../process/context.ts";
import { packageVersion } from "../../process/version.ts";
import type { Runtime } from "../compose.ts";

export interface LiveOptions {
  readonly config: Config;
  readonly runtime: Runtime;
  readonly context: Pick<Context, "now" | "monotonic" | "signal">;
  /** Only this is read. */
  readonly scope: SideScope;
  /** Shows the progress until it is closed. */
  readonly follow: (tracker: SyncTracker) => { close(): void };
}

/**
 * Reads the pool now. A listing of Cognito has no order of its own, so the pool is synced into a file in a private folder,
 * which is read in order. The side reads a copy without a name, so the folder goes at once.
 */
export async function openLiveSide(options: LiveOptions): Promise<Side> {
  const folder = makePrivateFolder(tmpdir(), "connector-live-");
  try {
    const file = join(folder.path, "live.c1z");
    await readPool(file, folder.path, options);
    const place = { file, run: undefined, name: "live", tempDir: folder.path };
    return await openC1zSide(place, options.context.signal);
  } catch (error) {
    throw temporaryError(error, tmpdir());
  } finally {
    folder.remove();
  }
}

async function readPool(file: string, stateDir: string, options: LiveOptions): Promise<void> {
  const { config, runtime, context, scope } = options;
  const { userIdKind, ...read } = scope;
  const { poolId } = config;
  const { now, monotonic, signal } = context;
  await syncOnce(
    {
      // Ids as the other side has them, since its scope may name some.
      connector: createConnector({ directory: runtime.directory, poolId, userIdKind, now }),
      scope: read,
      targets: [
        (inner) =>
          openSyncFile(
            {
              file,
              stateDir,
              scope: read,
              acceptShrink: true,
              fingerprint: { poolId, userIdKind, mappingVersion: MAPPING_VERSION },
              connectorVersion: packageVersion(),
              now,
            },
            inner,
          ),
      ],
      listingsAtOnce: listingsAtOnce(config.rates.UserList),
      publishing: { acceptShrink: true },
      clocks: { now, monotonic },
      randomBytes,
      callTotals: () => ({ calls: 0, throttles: 0 }),
      resumedBy: undefined,
      events: eventsOf(options, read),
    },
    signal,
  );
}

function eventsOf(
  { runtime: { log }, follow }: LiveOptions,
  scope: Parameters<typeof createSyncTracker>[2],
): SyncEvents {
  return {
    onReading(open, rows) {
      const tracker = createSyncTracker(open, rows, scope);
      const shown = follow(tracker);
      return {
        onPool: (estimatedUsers) => tracker.onPool(estimatedUsers),
        onPage: (cursor) => tracker.onPage(cursor),
        close: () => shown.close(),
      };
    },
    onGroupDropped: (group) =>
      log.warn("left out a group that was deleted while the pool was read", { names: { group } }),
  };
}
