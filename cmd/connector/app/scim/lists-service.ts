import { createHash } from "node:crypto";
import type { Clocks } from "../../../../pkg/core/clock.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Pool } from "../../../../pkg/core/pool.ts";
import type { ScimSettings } from "../../../../pkg/core/scim-settings.ts";
import { openPreparedReader } from "../../../../pkg/inventory/sqlite/prepared-reader.ts";
import { createLists, type Lists, type Obsolete } from "../../../../pkg/scim/lists/create-lists.ts";
import type { ListMapping } from "../../../../pkg/scim/lists/list-mapping.ts";
import type { ListRecords } from "../../../../pkg/scim/lists/list-records.ts";
import { listMappingOf } from "../../../../pkg/scim/lists/pool-mapping.ts";
import { createListInventory } from "../../../../pkg/scim/lists/sql-inventory.ts";
import { mappingContext } from "../../../../pkg/scim/mapping/context.ts";
import type { ListAnswer, ListQuery, PoolView } from "../../../../pkg/scim/pool-view.ts";
import type { ResourceKind } from "../../../../pkg/scim/resource.ts";
import { ScimError, type ScimErrorDetails } from "../../../../pkg/scim/scim-error.ts";
import { readScimRecords } from "../../../../pkg/scim-records/read-records.ts";
import { withMovedParts } from "../../../../pkg/worker/moved-parts.ts";

export interface ListsPlace {
  readonly poolId: string;
  /** The inventory, in SQLite. */
  readonly inventory: string;
  /** The records, which their writer has opened. */
  readonly records: string;
  readonly settings: ScimSettings;
  readonly baseUrl: string;
}

/** Of its young generation. With less, a collection comes in the middle of a page, and copies what there is of it. */
export const LISTS_YOUNG_MIB = 8;

/** A ScimError as data: a clone of an error would lose its class and its members. */
export interface ListRefusal {
  readonly status: number;
  readonly detail: string;
  readonly details: ScimErrorDetails;
}

export type ListResult =
  | { readonly kind: "answer"; readonly answer: ListAnswer }
  | { readonly kind: "refused"; readonly refusal: ListRefusal };

/** What was read, and the version of the records until which it may have read them, as the thread's connection counts. */
export interface Seen<T> {
  readonly value: T;
  readonly recordsVersion: number;
}

type Candidates = Awaited<ReturnType<PoolView["candidates"]>>;

/** What the thread of the lists answers. Everything can be cloned. */
export interface ListsService {
  /** How users and groups look from now on. */
  use(pool: Pool): Promise<void>;
  list(query: ListQuery, signal: AbortSignal): Promise<Seen<ListResult>>;
  candidates(...args: Parameters<PoolView["candidates"]>): Promise<Seen<Candidates>>;
  obsolete(
    behind: Readonly<Record<ResourceKind, string>>,
    signal: AbortSignal,
  ): Promise<Obsolete | undefined>;
  close(): Promise<void>;
}

/** Without a copy on the way to the other thread. */
function moved(seen: Seen<ListResult>): Seen<ListResult> {
  const { value } = seen;
  if (value.kind !== "answer") return seen;
  const { resources } = value.answer;
  if (typeof resources === "string" || !(resources.buffer instanceof ArrayBuffer)) return seen;
  return withMovedParts(seen, [resources.buffer]);
}

export function createListsService(place: ListsPlace, { now, monotonic }: Clocks): ListsService {
  const { poolId, inventory, records, settings, baseUrl } = place;
  let opened: { readonly lists: Lists; readonly records: ListRecords } | undefined;
  let mapping: ListMapping | undefined;
  const open = () => {
    if (opened !== undefined) return opened;
    const reader = readScimRecords(records);
    const lists = createLists({
      open: async (signal) => createListInventory(await openPreparedReader(inventory, signal), poolId),
      records: reader,
      now,
      monotonic,
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
    });
    opened = { lists, records: reader };
    return opened;
  };
  /** The version is read last: it counts all that was read. */
  const seen = <T>(value: T): Seen<T> => ({ value, recordsVersion: open().records.version() });
  return {
    async use(pool) {
      mapping = listMappingOf(mappingContext(pool, settings, baseUrl));
    },
    async list(query, signal) {
      if (mapping === undefined) throw new GovernanceError("internal", "the lists do not know the pool yet");
      try {
        const answer = await open().lists.list(query, mapping, signal);
        return moved(seen({ kind: "answer", answer }));
      } catch (error) {
        if (!(error instanceof ScimError)) throw error;
        const { status, detail, scimType, retryAfterSeconds } = error;
        return seen({
          kind: "refused",
          refusal: { status, detail, details: { scimType, retryAfterSeconds } },
        });
      }
    },
    candidates: async (kind, attribute, value, signal) =>
      seen(await open().lists.candidates(kind, attribute, value, signal)),
    obsolete: (behind, signal) => open().lists.obsolete(behind, signal),
    async close() {
      opened?.lists.close();
    },
  };
}
