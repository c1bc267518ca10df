import type { EpochMs, MonotonicClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { createOneAtATime } from "../../core/one-at-a-time.ts";
import { createSingleFlight } from "../../core/single-flight.ts";
import type { ListAnswer, ListQuery } from "../pool-view.ts";
import type { ResourceKind } from "../resource.ts";
import { ScimError } from "../scim-error.ts";
import { arrayBytes } from "./array-bytes.ts";
import { expiredCursor, type HexDigest, readCursor, writeCursor } from "./cursor.ts";
import { findKeys } from "./find.ts";
import type { FoundKeys } from "./found-keys.ts";
import type { ListMapping } from "./list-mapping.ts";
import type { ListRecords, NamedBy } from "./list-records.ts";
import type { ListState } from "./list-state.ts";
import { pageTexts } from "./page-text.ts";
import { Pins } from "./pins.ts";
import { Resources } from "./resources.ts";
import { noRunYet, Runs, type RunsOptions } from "./runs.ts";
import { chainedSequence, foundSequence, type Sequence, wholeSequence } from "./sequences.ts";
import { SizedCache } from "./sized-cache.ts";

/** The bytes of pages, for callers that ask for the same. */
const PAGES_BYTES = 8 * 1024 * 1024;
const ASKED_PAGES = 1_000;
/** Keys that filters have found, for their next pages. */
const FOUND_BYTES = 64 * 1024 * 1024;
/** Filters over everybody that wait for their turn. */
const WAITING_FINDS = 16;
const BUSY_SECONDS = 10;

export interface ListsOptions extends RunsOptions {
  readonly records: ListRecords;
  readonly monotonic: MonotonicClock;
  readonly sha256: HexDigest;
}

/** What of the records no run needs any more. */
export interface Obsolete {
  /** Writes up to this time are in every run that lists are of. */
  readonly writesUntil: EpochMs | undefined;
  /** Kept resources that are gone from the pool. */
  readonly gone: Readonly<Record<ResourceKind, readonly string[]>>;
  readonly keptUntil: EpochMs;
  /** The next part begins behind these; undefined: this is the last part. */
  readonly next: Readonly<Record<ResourceKind, string>> | undefined;
}

/** Lists over the inventory and own writes, for the one thread that answers them. */
export interface Lists {
  list(query: ListQuery, mapping: ListMapping, signal: AbortSignal): Promise<ListAnswer>;
  candidates(
    kind: ResourceKind,
    attribute: NamedBy,
    value: string,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /** A part of what can be dropped. Undefined before the first run. */
  obsolete(
    behind: Readonly<Record<ResourceKind, string>>,
    signal: AbortSignal,
  ): Promise<Obsolete | undefined>;
  close(): void;
}

export function createLists(options: ListsOptions): Lists {
  return new InventoryLists(options);
}

class InventoryLists implements Lists {
  readonly #options: ListsOptions;
  readonly #runs: Runs;
  readonly #pins: Pins;
  readonly #pages = new SizedCache<PageBytes>(PAGES_BYTES);
  /** The pages that were asked for last. */
  readonly #asked = new SizedCache<true>(ASKED_PAGES);
  readonly #found = new SizedCache<FoundKeys>(FOUND_BYTES);
  readonly #finding = createSingleFlight<FoundKeys>();
  readonly #turn = createOneAtATime();
  #mapping: ListMapping | undefined;
  #mappings = 0;
  #resources: Resources | undefined;

  constructor(options: ListsOptions) {
    this.#options = options;
    this.#runs = new Runs(options);
    this.#pins = new Pins(options.monotonic);
  }

  async list(query: ListQuery, mapping: ListMapping, signal: AbortSignal): Promise<ListAnswer> {
    const { start, count, caller } = query;
    const { sha256 } = this.#options;
    const text = queryText(query);
    // What is kept under these names does not count their lengths.
    const asked = sha256(text);
    const owner = `${start.by} ${caller}\n${text}`;
    const pinOwner = sha256(owner);
    const { state, offset } = await this.#begin(query, { owner, pinOwner }, signal);
    const sequence = await this.#sequence(state, query, { asked, mapping }, signal);
    const page = await this.#page(state, sequence, { query, asked, mapping, offset }, signal);
    const to = offset + page.items;
    this.#pins.answered(pinOwner, { run: state.run, seq: state.seq }, { from: offset, to, count });
    const isByCursor = start.by === "cursor";
    const hasMore = to < sequence.total && page.items > 0;
    const next = { run: state.run, seq: state.seq, offset: to };
    return {
      totalResults: sequence.total,
      startIndex: isByCursor ? undefined : offset + 1,
      itemsPerPage: page.items,
      resources: page.items === 0 ? "[]" : ownBytes(page),
      nextCursor: isByCursor && hasMore ? writeCursor(next, owner, sha256) : undefined,
      readAt: state.index.run.beganAt,
    };
  }

  async candidates(
    kind: ResourceKind,
    attribute: NamedBy,
    value: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const known = this.#options.records.named(kind, attribute, value);
    try {
      await this.#runs.current(signal);
    } catch (error) {
      if (isNotYet(error)) return known;
      throw error;
    }
    const inRun = this.#runs.inventory?.named(kind, attribute, value) ?? [];
    return [...new Set([...known, ...inRun])];
  }

  async obsolete(
    behind: Readonly<Record<ResourceKind, string>>,
    signal: AbortSignal,
  ): Promise<Obsolete | undefined> {
    const state = await this.#runs.current(signal).catch((error: unknown) => {
      if (isNotYet(error)) return undefined;
      throw error;
    });
    if (state === undefined) return undefined;
    const keptUntil = state.index.knownUntil - DOUBTED_MS;
    const users = this.#goneBehind(state, "User", behind.User, keptUntil);
    const groups = this.#goneBehind(state, "Group", behind.Group, keptUntil);
    return {
      writesUntil: this.#runs.forget(this.#pins.runs()),
      gone: { User: users.gone, Group: groups.gone },
      keptUntil,
      next: users.isEnd && groups.isEnd ? undefined : { User: users.last, Group: groups.last },
    };
  }

  close(): void {
    this.#runs.close();
    this.#options.records.close();
  }

  async #begin(
    { start }: ListQuery,
    { owner, pinOwner }: { readonly owner: string; readonly pinOwner: string },
    signal: AbortSignal,
  ): Promise<{ readonly state: ListState; readonly offset: number }> {
    if (start.by === "cursor") {
      if (start.cursor === "") return { state: await this.#current(signal), offset: 0 };
      const place = readCursor(start.cursor, owner, this.#options.sha256);
      const state = await this.#earlier(place, signal);
      if (state === undefined) throw expiredCursor();
      return { state, offset: place.offset };
    }
    const offset = Math.max(1, start.startIndex) - 1;
    const pinned = offset === 0 ? undefined : this.#pins.find(pinOwner, offset);
    const state = pinned === undefined ? undefined : await this.#earlier(pinned, signal);
    return { state: state ?? (await this.#current(signal)), offset };
  }

  async #current(signal: AbortSignal): Promise<ListState> {
    try {
      return await this.#runs.current(signal);
    } catch (error) {
      throw isNotYet(error) ? noRunYet() : error;
    }
  }

  async #earlier(
    name: { readonly run: number; readonly seq: number },
    signal: AbortSignal,
  ): Promise<ListState | undefined> {
    try {
      return await this.#runs.earlier(name, signal);
    } catch (error) {
      throw isNotYet(error) ? noRunYet() : error;
    }
  }

  async #sequence(
    state: ListState,
    query: ListQuery,
    { asked, mapping }: Pick<Asked, "asked" | "mapping">,
    signal: AbortSignal,
  ): Promise<Sequence> {
    const { kinds, filter, sort } = query;
    if (filter === undefined && sort === undefined) {
      return chainedSequence(kinds.map((kind) => wholeSequence(state, kind)));
    }
    const key = `${state.run}.${state.seq} ${this.#numberOf(mapping)} ${asked}`;
    const known = this.#found.get(key);
    if (known !== undefined) return foundSequence(state, known);
    const found = await this.#finding.run(
      key,
      async (stop) => {
        if (this.#finding.size > WAITING_FINDS) throw tooManyFinds();
        const end = await this.#turn.take(stop);
        try {
          const { records, monotonic } = this.#options;
          const resources = this.#resourcesBy(mapping);
          return await findKeys({ state, query, mapping, records, resources, monotonic }, stop);
        } finally {
          end();
        }
      },
      signal,
    );
    this.#found.set(key, found, found.bytes);
    return foundSequence(state, found);
  }

  async #page(state: ListState, sequence: Sequence, asked: Asked, signal: AbortSignal): Promise<PageBytes> {
    const { query, mapping, offset } = asked;
    const { count, projection } = query;
    if (count <= 0 || offset >= sequence.total) return NO_ITEMS;
    const number = this.#numberOf(mapping);
    const written = this.#options.records.version();
    const key = `${state.run}.${state.seq}.${written} ${number} ${offset}+${count} ${asked.asked}`;
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const listed = sequence.items(offset, count);
    const resources = this.#resourcesBy(mapping);
    const { monotonic } = this.#options;
    const texts = await pageTexts({ state, listed, mapping, projection, resources, monotonic }, signal);
    // Most pages are asked for once, and keeping them all costs more than it saves.
    const isKept = this.#asked.get(key) === true;
    const page = { bytes: arrayBytes(texts), items: texts.length, isKept };
    if (isKept) this.#pages.set(key, page, page.bytes.length + PAGE_BYTES);
    this.#asked.set(key, true, 1);
    return page;
  }

  #goneBehind(state: ListState, kind: ResourceKind, behind: string, keptUntil: EpochMs) {
    const { records } = this.#options;
    const marks = records.keptAfter(kind, behind, KEPT_AT_ONCE);
    const gone = marks.filter(({ id, at }) => at <= keptUntil && !state.has(kind, id)).map(({ id }) => id);
    return { gone, last: marks.at(-1)?.id ?? behind, isEnd: marks.length < KEPT_AT_ONCE };
  }

  #resourcesBy(mapping: ListMapping): Resources {
    this.#numberOf(mapping);
    this.#resources ??= new Resources(this.#options.records, mapping);
    return this.#resources;
  }

  /** Another number for another mapping: the pool's schema may change. */
  #numberOf(mapping: ListMapping): number {
    if (mapping !== this.#mapping) {
      this.#mapping = mapping;
      this.#mappings += 1;
      this.#resources = undefined;
    }
    return this.#mappings;
  }
}

interface PageBytes {
  readonly bytes: Uint8Array;
  readonly items: number;
  readonly isKept: boolean;
}

const NO_ITEMS: PageBytes = { bytes: new Uint8Array(), items: 0, isKept: false };

/** Who gets them may move them to another thread. */
function ownBytes({ bytes, isKept }: PageBytes): Uint8Array {
  return isKept ? new Uint8Array(bytes) : bytes;
}

interface Asked {
  readonly query: ListQuery;
  /** The digest of what the query asks for, without where its page is. */
  readonly asked: string;
  readonly mapping: ListMapping;
  readonly offset: number;
}

/** What a page costs beside its bytes. */
const PAGE_BYTES = 500;
const KEPT_AT_ONCE = 1_000;
/** A run that does not have a young resource may have missed it, and what is kept of it is kept nowhere else. */
const DOUBTED_MS = 3_600_000;

function queryText({ kinds, filter, sort, projection }: ListQuery): string {
  return JSON.stringify([kinds, filter, sort, projection]);
}

function isNotYet(error: unknown): boolean {
  if (error instanceof GovernanceError) return error.reason === "no-inventory";
  return error instanceof ScimError && error.status === 503;
}

function tooManyFinds(): ScimError {
  return new ScimError(503, "too many filters over the whole pool wait for their turn: try again later", {
    retryAfterSeconds: BUSY_SECONDS,
  });
}
