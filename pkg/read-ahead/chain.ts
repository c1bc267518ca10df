import { orAborted } from "../core/abort.ts";
import type { MonotonicMs } from "../core/clock.ts";
import type { AheadProgress, Page } from "../core/page.ts";
import { type CompressedPage, compressPage, expandPage } from "./compressed-page.ts";
import type { HeldPages } from "./held-pages.ts";

/** The first page has no marker. */
type Marker = string | undefined;

type HeldPage<T> = Page<T> | CompressedPage;

/** A page that is read, or was read, before it is asked for. */
interface PageAhead<T> {
  readonly startedAt: MonotonicMs;
  /** Ends the reading; nothing where it has ended. A signal may hold what its listeners hold. */
  abort: () => void;
  state: "waiting" | "sent" | "ready";
  page: HeldPage<T> | undefined;
  /** Until the page is here, what it is expected to take. */
  bytes: number;
  /** Undefined where it was not read. Never rejects. */
  result: Promise<HeldPage<T> | undefined>;
}

/** The objects and the marker of a compressed page, beside its bytes. */
const PAGE_BYTES = 2048;
const NEVER = Number.NEGATIVE_INFINITY;

/** What the chains of one caller share. */
export interface ChainEvents {
  /** A reading has got its turn or has ended: another one may begin. */
  moved(): void;
  /** A reading failed: nothing more is read ahead until the caller asks again. */
  failed(): void;
  /** A page that was read, or is on its way, is served to nobody. */
  dropped(): void;
}

interface ChainOptions<T> {
  readonly read: (marker: Marker, ahead: AheadProgress, signal: AbortSignal) => Promise<Page<T>>;
  readonly bytes: (page: Page<T>) => number;
  readonly events: ChainEvents;
  /** Those of the caller. */
  readonly held: HeldPages;
}

/**
 * One listing of one caller: the pages behind the one that was served last, as far as they are read. The marker of a page
 * comes with the page before it, so at most one reading is under way.
 */
export class Chain<T> {
  readonly #options: ChainOptions<T>;
  readonly #pages = new Map<Marker, PageAhead<T>>();
  /** Where the next reading begins; `ended` behind the last page. */
  #tail: { readonly marker: Marker } | "ended";
  #reading: PageAhead<T> | undefined;
  #asked = 0;
  #askedAt: MonotonicMs = NEVER;
  /** When the reading began that failed. Nothing is read here until the caller asks for one of the pages. */
  #failedAt: MonotonicMs = NEVER;

  constructor(options: ChainOptions<T>, marker: Marker) {
    this.#options = options;
    this.#tail = { marker };
  }

  /** When the caller last asked for one of its pages. */
  get askedAt(): MonotonicMs {
    return this.#askedAt;
  }

  /** Pages that are here or under way. */
  get held(): number {
    return this.#pages.size;
  }

  /** A reading is under way and has no turn yet. */
  get waits(): boolean {
    return this.#reading?.state === "waiting";
  }

  get canRead(): boolean {
    const hasFailed = this.#failedAt !== NEVER;
    return this.#reading === undefined && this.#asked === 0 && this.#tail !== "ended" && !hasFailed;
  }

  has(marker: Marker): boolean {
    return this.#pages.get(marker)?.state === "ready";
  }

  /** Whether the chain leads on from the marker, without a gap. */
  leadsFrom(marker: Marker): boolean {
    return this.#pages.has(marker) || (this.#tail !== "ended" && this.#tail.marker === marker);
  }

  /** Begins to read the next page. Only while `canRead`. */
  readNext(now: MonotonicMs, expectedBytes: number): void {
    if (this.#tail === "ended") return;
    const { marker } = this.#tail;
    const { events } = this.#options;
    const controller = new AbortController();
    const next: PageAhead<T> = {
      startedAt: now,
      abort: () => controller.abort(),
      state: "waiting",
      page: undefined,
      bytes: expectedBytes,
      result: Promise.resolve(undefined),
    };
    this.#pages.set(marker, next);
    this.#options.held.add(1, expectedBytes);
    this.#reading = next;
    const progress: AheadProgress = {
      sent() {
        next.state = "sent";
        events.moved();
      },
      failed: () => controller.abort(),
    };
    next.result = this.#read(marker, next, progress, controller.signal);
  }

  /**
   * The page, if it is here or on its way; waits for it then. One that still waits for its turn is given up: the caller's
   * own call has a better place in the queue.
   */
  async take(marker: Marker, signal: AbortSignal): Promise<Page<T> | undefined> {
    const found = this.#pages.get(marker);
    if (found === undefined) return undefined;
    if (found.state === "waiting") {
      this.#give(marker, found);
      found.abort();
      return undefined;
    }
    const page = found.page ?? (await orAborted(found.result, signal));
    this.#give(marker, found);
    return page instanceof Uint8Array ? expandPage<T>(page) : page;
  }

  /** The caller will ask for its pages. */
  expected(now: MonotonicMs): void {
    this.#askedAt = now;
    this.#failedAt = NEVER;
  }

  /** The caller asks for a page itself: nothing is read here meanwhile. */
  asking(now: MonotonicMs): void {
    this.expected(now);
    this.#asked += 1;
  }

  answered(): void {
    this.#asked -= 1;
  }

  /** The caller has got the page before this marker. */
  follow(next: string | undefined): void {
    if (next === undefined) this.drop();
    else if (!this.leadsFrom(next)) this.restartAt(next);
  }

  restartAt(marker: Marker): void {
    this.drop();
    this.#tail = { marker };
  }

  /** Whether a page is older than this. */
  hasFrom(before: MonotonicMs): boolean {
    // The map keeps the order in which the pages were read.
    const [oldest] = this.#pages.values();
    return oldest !== undefined && oldest.startedAt <= before;
  }

  /** Forgets every page, also those under way. Nothing more is read until the caller asks. */
  drop(): void {
    for (const [marker, page] of this.#pages) {
      this.#give(marker, page);
      page.abort();
      if (page.state !== "waiting") this.#options.events.dropped();
    }
    this.#tail = "ended";
  }

  get isEmpty(): boolean {
    return this.#pages.size === 0 && this.#tail === "ended" && this.#asked === 0;
  }

  /** Nothing of it is here or under way, and since then the caller has not come and no reading has failed. */
  isLeft(since: MonotonicMs): boolean {
    const movedAt = Math.max(this.#askedAt, this.#failedAt);
    return this.isEmpty || (this.#pages.size === 0 && this.#asked === 0 && movedAt <= since);
  }

  async #read(
    marker: Marker,
    next: PageAhead<T>,
    progress: AheadProgress,
    signal: AbortSignal,
  ): Promise<HeldPage<T> | undefined> {
    const { events, read, bytes } = this.#options;
    try {
      const page = await read(marker, progress, signal);
      if (signal.aborted) return undefined;
      next.state = "ready";
      next.abort = () => {};
      const taken = bytes(page);
      // The caller comes to it later, and many such pages are held.
      const compressed = this.#askedAt === NEVER ? compressPage(page) : undefined;
      next.page = compressed ?? page;
      this.#resize(marker, next, compressed === undefined ? taken : PAGE_BYTES + compressed.byteLength);
      if (this.#reading === next) {
        // Markers that lead back would be read without end.
        const turns = this.#pages.has(page.next);
        this.#tail = page.next === undefined || turns ? "ended" : { marker: page.next };
      }
      // Not the page itself: the promise holds what it resolves to.
      return next.page;
    } catch {
      const wasWanted = this.#pages.get(marker) === next;
      this.#give(marker, next);
      if (wasWanted) {
        this.#failedAt = next.startedAt;
        events.failed();
      }
      return undefined;
    } finally {
      if (this.#reading === next) this.#reading = undefined;
      events.moved();
    }
  }

  #resize(marker: Marker, page: PageAhead<T>, bytes: number): void {
    if (this.#pages.get(marker) !== page) return;
    this.#options.held.add(0, bytes - page.bytes);
    page.bytes = bytes;
  }

  #give(marker: Marker, page: PageAhead<T>): void {
    if (this.#pages.get(marker) !== page) return;
    this.#pages.delete(marker);
    this.#options.held.add(-1, -page.bytes);
    if (page.state === "waiting" && this.#reading === page) this.#reading = undefined;
  }
}

export function dropChains(chains: Map<string, Pick<Chain<unknown>, "drop">>): void {
  for (const chain of chains.values()) chain.drop();
  chains.clear();
}

/** Those that the caller has left before this. */
export function forgetLeft(chains: Map<string, Pick<Chain<unknown>, "isLeft">>, since: MonotonicMs): void {
  for (const [key, chain] of chains) if (chain.isLeft(since)) chains.delete(key);
}
