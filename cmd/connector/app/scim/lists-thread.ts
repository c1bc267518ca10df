import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Pool } from "../../../../pkg/core/pool.ts";
import type { Obsolete } from "../../../../pkg/scim/lists/create-lists.ts";
import type { ListAnswer, PoolView } from "../../../../pkg/scim/pool-view.ts";
import { ScimError } from "../../../../pkg/scim/scim-error.ts";
import type { StoredScimRecords } from "../../../../pkg/scim-records/sqlite-records.ts";
import { connectWorker, type WorkerCalls } from "../../../../pkg/worker/connect-worker.ts";
import { LISTS_YOUNG_MIB, type ListsPlace, type ListsService, type Seen } from "./lists-service.ts";

export interface ListsThreadOptions extends Omit<ListsPlace, "records"> {
  readonly records: StoredScimRecords;
  /** The pool as it is described. The same object while nothing was read again. */
  readonly pool: (signal: AbortSignal) => Promise<Pool>;
  /** What no run needs any more could not be dropped. Must not throw. */
  readonly onUpkeepFailed: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Lists that a thread of their own answers. When it dies, the lists under way fail, and the next one starts another. */
export interface ListsThread extends PoolView {
  /** A run of the inventory was published. What no list needs any more is dropped from the records. */
  published(): void;
}

interface Connected {
  readonly thread: WorkerCalls<ListsService>;
  /** What the thread knows of the pool. */
  pool: Pool | undefined;
  /** The records of this version are on disk, as the thread counts. */
  syncedVersion: number | undefined;
}

export function openListsThread(options: ListsThreadOptions, connect = connectLists): ListsThread {
  const { records, pool: poolOf, onUpkeepFailed, signal: end } = options;
  let connected: Connected | undefined;
  let shownAt: number | undefined;
  let upkeep: Promise<void> | undefined;
  let opened: string | undefined;
  let isClosed = false;

  async function thread(): Promise<Connected> {
    const path = opened ?? (await records.open());
    opened = path;
    if (isClosed) throw new GovernanceError("canceled", "the connector is stopping");
    if (connected?.thread.isAlive() !== true) {
      const { poolId, inventory, settings, baseUrl } = options;
      connected = {
        thread: connect({ poolId, inventory, records: path, settings, baseUrl }),
        pool: undefined,
        syncedVersion: undefined,
      };
    }
    return connected;
  }

  /** The thread may read what is committed and not on disk yet. Nobody may know of that: after a power cut it is another state. */
  async function onDisk<T>(to: Connected, { value, recordsVersion }: Seen<T>): Promise<T> {
    if (recordsVersion === to.syncedVersion) return value;
    await records.synced();
    to.syncedVersion = recordsVersion;
    return value;
  }

  async function dropObsolete(): Promise<void> {
    const { thread: lists } = await thread();
    let behind: Obsolete["next"] = { User: "", Group: "" };
    while (behind !== undefined) {
      const found: Obsolete | undefined = await lists.call("obsolete", behind, end);
      if (found === undefined) return;
      const { gone, keptUntil, writesUntil, next }: Obsolete = found;
      if (gone.User.length > 0) await records.forgetGone("User", gone.User, keptUntil);
      if (gone.Group.length > 0) await records.forgetGone("Group", gone.Group, keptUntil);
      if (next === undefined && writesUntil !== undefined) await records.settle(writesUntil);
      behind = next;
    }
  }

  function published(): void {
    upkeep ??= dropObsolete()
      .catch((error: unknown) => {
        if (!end.aborted && !isClosed) onUpkeepFailed(error);
      })
      .finally(() => {
        upkeep = undefined;
      });
  }

  return {
    async list(query, signal): Promise<ListAnswer> {
      const pool = await poolOf(signal);
      const to = await thread();
      if (to.pool !== pool) {
        // Calls begin in their order: the list comes behind it.
        await to.thread.call("use", pool);
        to.pool = pool;
      }
      const result = await onDisk(to, await to.thread.call("list", query, signal));
      if (result.kind === "refused") {
        const { status, detail, details } = result.refusal;
        throw new ScimError(status, detail, details);
      }
      const readAt = result.answer.readAt?.getTime();
      // Somebody else may fill the inventory.
      if (readAt !== shownAt) published();
      shownAt = readAt;
      return result.answer;
    },
    async candidates(kind, attribute, value, signal) {
      const to = await thread();
      return await onDisk(to, await to.thread.call("candidates", kind, attribute, value, signal));
    },
    published,
    async close() {
      isClosed = true;
      await connected?.thread.end();
    },
  };
}

/** Starts the thread. */
export function connectLists(place: ListsPlace): WorkerCalls<ListsService> {
  return connectWorker<ListsService>({
    beside: import.meta.url,
    module: "lists-worker",
    argument: place,
    subject: "the lists of SCIM",
    // V8 counts three halves.
    youngGenerationMib: 3 * LISTS_YOUNG_MIB,
  });
}
