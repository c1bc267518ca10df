import type { MonotonicClock, MonotonicMs } from "../core/clock.ts";
import type { UserPageRequest } from "../core/directory.ts";
import type { AheadOutcome } from "../core/events.ts";
import type { Group } from "../core/group.ts";
import type { Page, PageRequest } from "../core/page.ts";
import type { User } from "../core/user.ts";
import { MAX_LIST_SHARDS } from "../core/user-shards.ts";
import { Chain, type ChainEvents, dropChains, forgetLeft } from "./chain.ts";
import { Foresight } from "./foresight.ts";
import { groupBytes, userBytes } from "./row-bytes.ts";

/** How pages are read from AWS; without an origin where nobody has asked for them. */
export interface PageReaders {
  users(page: UserPageRequest, signal: AbortSignal): Promise<Page<User>>;
  groups(page: PageRequest, signal: AbortSignal): Promise<Page<Group>>;
  members(groupName: string, page: PageRequest, signal: AbortSignal): Promise<Page<User>>;
}

interface ShelfOptions {
  readonly readers: PageReaders;
  readonly monotonic: MonotonicClock;
  /** What a page is expected to take: the most that one of any caller has taken. */
  readonly expected: { pageBytes: number };
  /** Whether all callers together may hold one page more. */
  readonly hasRoom: () => boolean;
  readonly onPage: (outcome: AheadOutcome) => void;
}

/** No page is served that was asked of AWS longer ago. */
export const MAX_AGE_MS = 30_000;
/** A listing that the caller has left is not read on. */
const LEFT_AFTER_MS = 5_000;
/** Readings that wait for their turn. With two, one is there for the next turn when the other gets this one. */
const MOST_WAITING = 2;
/** Groups that the caller will come to. */
const MOST_GROUPS = 64;
/** Listings of users that are followed: twice what a caller has open whose tokens are ours. */
const MOST_PARTS = 2 * MAX_LIST_SHARDS;
/** Pages held for the caller: at the start, at least, and at most. */
const FIRST_PAGES = 8;
const LEAST_PAGES = 4;
const MOST_PAGES = 128;
/** By so much the number grows at once. */
const GROWTH = 1.5;
const MOST_BYTES = 16 * 1024 * 1024;
/** What a page is expected to take before one was read. */
export const USUAL_PAGE_BYTES = MOST_BYTES / MOST_PAGES;

interface ListingOf<T> {
  readonly chains: Map<string, Chain<T>>;
  readonly key: string;
  readonly read: (page: PageRequest, signal: AbortSignal) => Promise<Page<T>>;
  readonly bytes: (row: T) => number;
}

type AnyChain = Chain<User> | Chain<Group>;

/** What is read ahead for one caller. */
export class Shelf {
  readonly #options: ShelfOptions;
  readonly #events: ChainEvents;
  readonly #foresight = new Foresight();
  readonly #users = new Map<string, Chain<User>>();
  readonly #groups = new Map<string, Chain<Group>>();
  readonly #members = new Map<string, Chain<User>>();
  /** How many pages may be held: grows where the caller waits for want of them, shrinks where they grow old. */
  #allowed = FIRST_PAGES;
  #wasFull = false;
  /** After a failure, until the caller asks again. */
  #halted = false;
  #memberLimit: number | undefined;
  #askedAt: MonotonicMs;

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.#askedAt = options.monotonic();
    this.#events = {
      moved: () => this.#readOn(),
      failed: () => {
        this.#halted = true;
        options.onPage("failed");
      },
      dropped: () => options.onPage("dropped"),
    };
  }

  get askedAt(): MonotonicMs {
    return this.#askedAt;
  }

  /** Pages that are here or under way. */
  get pages(): number {
    return this.#chains().reduce((sum, chain) => sum + chain.held, 0);
  }

  get listings(): number {
    return this.#users.size + this.#groups.size + this.#members.size;
  }

  get bytes(): number {
    return this.#chains().reduce((sum, chain) => sum + chain.bytes, 0);
  }

  users(page: UserPageRequest, signal: AbortSignal): Promise<Page<User>> {
    return this.#ask(this.#usersOf(page), page, signal);
  }

  async groups(page: PageRequest, signal: AbortSignal): Promise<Page<Group>> {
    const found = await this.#ask(this.#groupsOf(page), page, signal);
    this.#foresight.listed(found.items.map(({ name }) => name));
    return found;
  }

  members(groupName: string, page: PageRequest, signal: AbortSignal): Promise<Page<User>> {
    this.#memberLimit = page.limit;
    if (page.marker === undefined) this.#foresight.asked(groupName);
    return this.#ask(this.#membersOf(groupName, page), page, signal);
  }

  begin(kind: "users" | "groups"): void {
    if (kind === "users") return dropChains(this.#users);
    dropChains(this.#groups);
    dropChains(this.#members);
    this.#foresight.clear();
  }

  expectUsers(pages: readonly UserPageRequest[]): void {
    // Tokens come from the caller, and may name other parts each time.
    if (this.#users.size > MOST_PARTS) dropChains(this.#users);
    for (const page of pages) {
      const chain = this.#chainOf(this.#usersOf(page), page);
      chain.askedAt = this.#options.monotonic();
      if (!chain.leadsFrom(page.marker)) chain.restartAt(page.marker);
    }
    this.#readOn();
  }

  visited(groupName: string): void {
    this.#askedAt = this.#options.monotonic();
    this.#foresight.visited(groupName);
  }

  hasUsers(page: UserPageRequest): boolean {
    return isHere(this.#usersOf(page), page);
  }

  hasGroups(page: PageRequest): boolean {
    return isHere(this.#groupsOf(page), page);
  }

  hasMembers(groupName: string, page: PageRequest): boolean {
    return isHere(this.#membersOf(groupName, page), page);
  }

  forgetUsers(): void {
    for (const chain of this.#users.values()) chain.drop();
  }

  forgetGroups(): void {
    for (const chain of this.#groups.values()) chain.drop();
  }

  /** The members of every group, or of one. */
  forgetMembers(groupName?: string): void {
    const prefix = groupName === undefined ? "" : memberKey(groupName);
    for (const [key, chain] of this.#members) if (key.startsWith(prefix)) chain.drop();
  }

  /** Forgets what is too old. The caller came too late for it, so less is read ahead from now on. */
  expire(): void {
    const before = this.#options.monotonic() - MAX_AGE_MS;
    const old = this.#chains().filter((chain) => chain.hasFrom(before));
    for (const chain of old) chain.drop();
    for (const chains of [this.#users, this.#groups, this.#members]) forgetLeft(chains, before);
    if (old.length > 0) this.#allowed = Math.max(LEAST_PAGES, Math.floor(this.#allowed / 2));
  }

  drop(): void {
    this.#halted = true;
    for (const chain of this.#chains()) chain.drop();
  }

  async #ask<T>(listing: ListingOf<T>, page: PageRequest, signal: AbortSignal): Promise<Page<T>> {
    const { monotonic, onPage } = this.#options;
    this.expire();
    this.#askedAt = monotonic();
    this.#halted = false;
    const chain = this.#chainOf(listing, page);
    if (this.#wasFull && !chain.has(page.marker)) {
      this.#allowed = Math.min(MOST_PAGES, Math.ceil(this.#allowed * GROWTH));
    }
    this.#wasFull = false;
    chain.asking(this.#askedAt);
    try {
      this.#readOn();
      const ahead = await chain.take(page.marker, signal);
      if (ahead !== undefined) onPage("used");
      const found = ahead ?? (await readOrDrop(listing, chain, page, signal));
      chain.follow(found.next);
      return found;
    } finally {
      chain.answered();
      if (chain.isEmpty && listing.chains.get(listing.key) === chain) listing.chains.delete(listing.key);
      this.#readOn();
    }
  }

  /** Begins the readings that there is room for, those that are needed first before the others. */
  #readOn(): void {
    while (!this.#halted && this.#waiting() < MOST_WAITING) {
      const chain = this.#nextChain();
      if (chain === undefined) return;
      // Parts of one listing that are read side by side need two pages each.
      const allowed = Math.max(this.#allowed, Math.min(MOST_PAGES, 2 * this.#users.size));
      const { expected, hasRoom, monotonic } = this.#options;
      const fits = this.pages < allowed && this.bytes + expected.pageBytes <= MOST_BYTES;
      if (!fits || !hasRoom()) {
        this.#wasFull = true;
        return;
      }
      chain.readNext(monotonic(), expected.pageBytes);
    }
  }

  /** Of the listings that the caller is in, the one with the fewest pages; then the groups that it will come to. */
  #nextChain(): AnyChain | undefined {
    const since = this.#options.monotonic() - LEFT_AFTER_MS;
    let first: AnyChain | undefined;
    for (const chain of this.#chains()) {
      // Those of the groups to come have not been asked for at all.
      if (!chain.canRead || chain.askedAt < since) continue;
      if (first === undefined || chain.held < first.held) first = chain;
    }
    if (first !== undefined) return first;
    for (const name of this.#foresight.upcoming(MOST_GROUPS)) {
      const page = { limit: this.#memberLimit };
      const chain = this.#chainOf(this.#membersOf(name, page), page);
      if (chain.canRead) return chain;
    }
    return undefined;
  }

  #waiting(): number {
    return this.#chains().filter((chain) => chain.waits).length;
  }

  #chains(): AnyChain[] {
    return [...this.#users.values(), ...this.#groups.values(), ...this.#members.values()];
  }

  #usersOf(page: UserPageRequest): ListingOf<User> {
    const { search, limit } = page;
    return {
      chains: this.#users,
      key: JSON.stringify([search?.attribute, search?.operator, search?.value, limit]),
      read: (one, signal) => this.#options.readers.users({ ...one, search }, signal),
      bytes: userBytes,
    };
  }

  #groupsOf({ limit }: PageRequest): ListingOf<Group> {
    return {
      chains: this.#groups,
      key: String(limit),
      read: (one, signal) => this.#options.readers.groups(one, signal),
      bytes: groupBytes,
    };
  }

  #membersOf(groupName: string, { limit }: PageRequest): ListingOf<User> {
    return {
      chains: this.#members,
      key: memberKey(groupName) + String(limit),
      read: (one, signal) => this.#options.readers.members(groupName, one, signal),
      bytes: userBytes,
    };
  }

  #chainOf<T>({ chains, key, read, bytes }: ListingOf<T>, { marker, limit }: PageRequest): Chain<T> {
    const known = chains.get(key);
    if (known !== undefined) return known;
    const { expected } = this.#options;
    const chain = new Chain<T>(
      {
        read: (at, ahead, signal) => read({ marker: at, limit, ahead }, signal),
        bytes: ({ items }) => {
          const taken = items.reduce((sum, row) => sum + bytes(row), 0);
          expected.pageBytes = Math.max(expected.pageBytes, taken);
          return taken;
        },
        events: this.#events,
      },
      marker,
    );
    chains.set(key, chain);
    return chain;
  }
}

/** Where the caller's own call fails, nothing is read on. */
async function readOrDrop<T>(
  { read }: ListingOf<T>,
  chain: Chain<T>,
  page: PageRequest,
  signal: AbortSignal,
): Promise<Page<T>> {
  try {
    return await read(page, signal);
  } catch (error) {
    chain.drop();
    throw error;
  }
}

function isHere<T>({ chains, key }: ListingOf<T>, { marker }: PageRequest): boolean {
  return chains.get(key)?.has(marker) === true;
}

/** The name ends with the quotation mark, so no key begins with that of another group. */
function memberKey(groupName: string): string {
  return `${JSON.stringify(groupName)} `;
}
