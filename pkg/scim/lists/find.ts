import { setImmediate } from "node:timers/promises";
import type { MonotonicClock, MonotonicMs } from "../../core/clock.ts";
import type { ListQuery } from "../pool-view.ts";
import type { ResourceKind, ScimResource } from "../resource.ts";
import { badRequest } from "../scim-error.ts";
import { type FoundKey, FoundKeys } from "./found-keys.ts";
import type { RowCondition } from "./list-inventory.ts";
import type { ListMapping } from "./list-mapping.ts";
import type { ListRecords } from "./list-records.ts";
import type { ListBatch, ListState } from "./list-state.ts";
import { looksAt, narrow } from "./narrow.ts";
import type { Item, ListedItems, ReadParts, Resources } from "./resources.ts";
import { itemBatch, itemOf, keyOfItem } from "./sequences.ts";

/** A filter over everybody takes this long at most. Clients wait for 60 seconds and less. */
export const FIND_WITHIN_MS = 30_000;
/** Sorting needs the sorted values of all of them in memory. */
export const SORTED_AT_MOST = 100_000;

const BATCH = 100;
const SEGMENTS_AT_ONCE = 16;
/** More than such a part has. */
const ALL = 100_000;
/** Other work of the thread gets its turn this often. */
const SLICE_MS = 5;

export interface Search {
  readonly state: ListState;
  readonly query: Pick<ListQuery, "kinds" | "filter" | "sort">;
  readonly mapping: ListMapping;
  readonly records: ListRecords;
  readonly resources: Resources;
  readonly monotonic: MonotonicClock;
}

/** All that the filter selects, in the order of the query. */
export async function findKeys(search: Search, signal: AbortSignal): Promise<FoundKeys> {
  const { query, mapping, monotonic } = search;
  const { sort } = query;
  const turns = createSearchTurns(monotonic, signal);
  if (sort === undefined) {
    const found = new FoundKeys();
    for await (const { key } of matching(search, turns)) found.push(key);
    return found;
  }
  const { path, descending } = sort;
  const { urn, attribute } = path;
  const only = { attributes: [urn === undefined ? attribute : `${urn}:${attribute}`] };
  const projectors = {
    User: mapping.projector("User", only),
    Group: mapping.projector("Group", only),
  };
  const all: { readonly key: FoundKey; readonly resource: ScimResource }[] = [];
  for await (const { key, resource } of matching(search, turns)) {
    if (all.length === SORTED_AT_MOST) throw tooManyToSort();
    all.push({ key, resource: projectors[key.kind](resource) });
  }
  const compare = mapping.comparator(path);
  // Equal ones stay in the order of their keys.
  all.sort((a, b) => (descending ? compare(b.resource, a.resource) : compare(a.resource, b.resource)));
  const found = new FoundKeys();
  for (const { key } of all) found.push(key);
  return found;
}

interface Match {
  readonly key: FoundKey;
  readonly resource: ScimResource;
}

async function* matching(search: Search, turns: SearchTurns): AsyncGenerator<Match> {
  const { state, query, mapping, resources } = search;
  const { filter, sort } = query;
  const matches = filter === undefined ? () => true : mapping.matcher(filter);
  const needs = (attribute: string): boolean =>
    sort?.path.attribute === attribute || (filter !== undefined && looksAt(filter, attribute));
  const parts: ReadParts = { groups: needs("groups"), members: needs("members") };
  for (const kind of query.kinds) {
    for (const batch of candidates(search, kind, parts)) {
      const mapped = resources.of(state, batch, parts);
      for (const [at, item] of batch.items.entries()) {
        const resource = mapped[at];
        if (resource !== undefined && matches(resource)) yield { key: keyOfItem(item), resource };
      }
      await turns.next();
    }
  }
}

function* candidates(search: Search, kind: ResourceKind, { members }: ReadParts): Generator<ListedItems> {
  const { state, query } = search;
  const narrowed =
    query.filter === undefined
      ? ({ by: "rows", condition: undefined } as const)
      : narrow(kind, query.filter, search);
  if (narrowed.by === "keys") {
    const keys = [...new Set(narrowed.keys)];
    yield { items: keys.flatMap((key) => itemOf(state, { kind, key }) ?? []), areDense: false };
    return;
  }
  const { condition } = narrowed;
  if (condition !== undefined) {
    yield* candidatesBy(condition, state, kind);
    return;
  }
  // The members of one group may be many.
  const limit = members ? 1 : BATCH;
  let after: string | undefined = "";
  while (after !== undefined) {
    const { rows, next }: ListBatch<Item> = itemBatch(state, kind, { after, skip: 0, limit });
    yield { items: rows, areDense: true };
    after = next;
  }
}

/** One after the other of small parts of the pool: where few rows meet the condition, a whole search takes SQLite seconds. */
function* candidatesBy(
  condition: RowCondition,
  state: ListState,
  kind: ResourceKind,
): Generator<ListedItems> {
  const segments = state.index.segments[kind];
  for (let at = 0; at < segments.length; at += SEGMENTS_AT_ONCE) {
    const part = { after: segments[at] ?? "", upTo: segments[at + SEGMENTS_AT_ONCE], skip: 0, limit: ALL };
    yield { items: itemBatch(state, kind, part, condition).rows, areDense: false };
  }
}

interface SearchTurns {
  /** Lets others have their turn when it is time. Rejects when the search has taken too long, or nobody waits for it. */
  next(): Promise<void>;
}

function createSearchTurns(monotonic: MonotonicClock, signal: AbortSignal): SearchTurns {
  const begun = monotonic();
  let sliceFrom: MonotonicMs = begun;
  return {
    async next() {
      const now = monotonic();
      if (now - begun > FIND_WITHIN_MS) throw tookTooLong();
      if (now - sliceFrom < SLICE_MS) return;
      await setImmediate();
      signal.throwIfAborted();
      sliceFrom = monotonic();
    },
  };
}

function tookTooLong(): Error {
  return badRequest(
    "tooMany",
    `the filter has to look at every resource, which takes longer than ${FIND_WITHIN_MS / 1_000} seconds: narrow it by id, externalId, members.value, or a time in meta`,
  );
}

function tooManyToSort(): Error {
  return badRequest(
    "tooMany",
    `more than ${SORTED_AT_MOST} resources would have to be sorted: narrow the filter, or leave out sortBy`,
  );
}
