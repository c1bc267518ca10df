import type { MonotonicClock, MonotonicMs } from "../core/clock.ts";
import type { UserPageRequest } from "../core/directory.ts";
import type { AheadOutcome } from "../core/events.ts";
import type { Group } from "../core/group.ts";
import type { Page, PageRequest } from "../core/page.ts";
import type { Member, User } from "../core/user.ts";
import { MAX_LIST_SHARDS } from "../core/user-shards.ts";
import { Allowance, MOST_PAGES_OUTSIDE_PASS } from "./allowance.ts";
import { AskingPace } from "./asking-pace.ts";
import { Chain, type ChainEvents, dropChains, forgetLeft } from "./chain.ts";
import { Foresight } from "./foresight.ts";
import { HeldPages } from "./held-pages.ts";
import { type AnyChain, CallerListings, type ListingOf, type PageReaders } from "./listings.ts";
import { Pass } from "./pass.ts";

interface ShelfOptions {
  readonly readers: PageReaders;
  readonly monotonic: MonotonicClock;
  /** What a page is expected to take: the most that one of any caller has taken. */
  readonly expected: { pageBytes: number };
  /** Those of all callers. */
  readonly held: HeldPages;
  /** Whether all callers together may hold one page more. */
  readonly hasRoom: () => boolean;
  readonly onPage: (outcome: AheadOutcome) => void;
}

/** No page is served that was asked of AWS longer ago. */
export const MAX_AGE_MS = 30_000;
/** The same for members, while the caller goes through the groups without a pause. */
const MAX_AGE_IN_PASS_MS = 15 * 60_000;
/** A listing that the caller has left is not read on, and a caller that has left all of them may lose its place. */
const LEFT_AFTER_MS = 5_000;
/** Readings that wait for their turn. With two, one is there for the next turn when the other gets this one. */
const MOST_WAITING = 2;
/** Groups that the caller will come to. */
const MOST_GROUPS = 512;
/** CallerListings of users that are followed: twice what a caller has open whose tokens are ours. */
const MOST_PARTS = 2 * MAX_LIST_SHARDS;
/** In characters. A token of a megabyte may be one marker, and that of each part is kept. */
const MOST_MARKER = 16_384;
const MOST_BYTES = 24 * 1024 * 1024;
/** What a page is expected to take before one was read. */
export const USUAL_PAGE_BYTES = 128 * 1024;

/** What is read ahead for one caller. */
export class Shelf {
  readonly #options: ShelfOptions;
  readonly #events: ChainEvents;
  readonly #foresight = new Foresight();
  readonly #listings: CallerListings;
  readonly #held: HeldPages;
  readonly #paces = { users: new AskingPace(), groups: new AskingPace(), members: new AskingPace() };
  readonly #pass = new Pass();
  readonly #allowance = new Allowance();
  /** After a failure, until the caller asks again. */
  #halted = false;
  #memberLimit: number | undefined;
  #askedAt: MonotonicMs;

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.#listings = new CallerListings(options.readers);
    this.#held = new HeldPages(options.held);
    this.#askedAt = options.monotonic();
    this.#events = {
      moved: () => this.#readOn(),
      failed: () => {
        this.#halted = true;
        this.#allowance.wasted();
        options.onPage("failed");
      },
      dropped: () => {
        this.#allowance.wasted();
        options.onPage("dropped");
      },
    };
  }

  get askedAt(): MonotonicMs {
    return this.#askedAt;
  }

  /** Another caller may have its place: nothing is here or under way, and nothing would be read ahead or it has left. */
  get isSpare(): boolean {
    const { users, groups, members } = this.#paces;
    const isAsking = users.isAsking || groups.isAsking || members.isAsking;
    const hasLeft = this.#options.monotonic() - this.#askedAt > LEFT_AFTER_MS;
    return this.#held.pages === 0 && !isAsking && (this.#allowance.isNone || hasLeft);
  }

  get listings(): number {
    return this.#listings.size;
  }

  users(page: UserPageRequest, signal: AbortSignal): Promise<Page<User>> {
    return this.#ask(this.#paces.users, this.#listings.ofUsers(page), page, signal);
  }

  async groups(page: PageRequest, signal: AbortSignal): Promise<Page<Group>> {
    const found = await this.#ask(this.#paces.groups, this.#listings.ofGroups(page), page, signal);
    this.#foresight.listed(found.items.map(({ name }) => name));
    return found;
  }

  async members(groupName: string, page: PageRequest, signal: AbortSignal): Promise<Page<Member>> {
    const { monotonic } = this.#options;
    this.#memberLimit = page.limit;
    const isFirst = page.marker === undefined;
    if (isFirst) this.#foresight.asked(groupName);
    const isNewPass = this.#pass.asks(isFirst ? groupName : undefined, monotonic());
    if (isNewPass) this.#dropMembersOlder(MAX_AGE_MS);
    try {
      const found = await this.#ask(
        this.#paces.members,
        this.#listings.ofMembers(groupName, page),
        page,
        signal,
      );
      this.#pass.servedMembers();
      return found;
    } finally {
      this.#pass.answered(monotonic());
    }
  }

  begin(kind: "users" | "groups"): void {
    if (kind === "users") return dropChains(this.#listings.users);
    dropChains(this.#listings.groups);
    dropChains(this.#listings.members);
    this.#foresight.clear();
  }

  expectUsers(pages: readonly UserPageRequest[]): void {
    // Tokens come from the caller, and may name other parts each time.
    if (this.#listings.users.size > MOST_PARTS) dropChains(this.#listings.users);
    const now = this.#options.monotonic();
    // Parts that are read side by side need two pages each.
    if (this.#paces.users.isKept(now))
      this.#allowance.lend(Math.min(MOST_PAGES_OUTSIDE_PASS, 2 * pages.length));
    for (const page of pages) {
      if ((page.marker?.length ?? 0) > MOST_MARKER) continue;
      const chain = this.#chainOf(this.#listings.ofUsers(page), page);
      chain.expected(now);
      if (!chain.leadsFrom(page.marker)) chain.restartAt(page.marker);
    }
    this.#readOn();
  }

  visited(groupName: string): void {
    this.#askedAt = this.#options.monotonic();
    this.#foresight.visited(groupName);
  }

  /** An answer to the caller could have held one page more. */
  lackedPage(): void {
    this.#allowance.missed(this.#pass.pages);
    this.#readOn();
  }

  hasUsers(page: UserPageRequest): boolean {
    return isHere(this.#listings.ofUsers(page), page);
  }

  hasGroups(page: PageRequest): boolean {
    return isHere(this.#listings.ofGroups(page), page);
  }

  hasMembers(groupName: string, page: PageRequest): boolean {
    return isHere(this.#listings.ofMembers(groupName, page), page);
  }

  forgetUsers(): void {
    for (const chain of this.#listings.users.values()) chain.drop();
    // Parts begin again where the caller is. What it comes for now would have been dropped.
    this.#paces.users.interrupt();
  }

  forgetGroups(): void {
    for (const chain of this.#listings.groups.values()) chain.drop();
  }

  /** The members of every group, or of one. */
  forgetMembers(groupName?: string): void {
    for (const chain of this.#listings.ofGroup(groupName)) chain.drop();
  }

  /** Forgets what is too old. */
  expire(): void {
    const now = this.#options.monotonic();
    const { users, groups, members } = this.#listings;
    this.#dropOlder([...users.values(), ...groups.values()], MAX_AGE_MS);
    this.#dropMembersOlder(this.#pass.isOn(now) ? MAX_AGE_IN_PASS_MS : MAX_AGE_MS);
    for (const chains of [users, groups, members]) forgetLeft(chains, now - MAX_AGE_MS);
  }

  #dropMembersOlder(ageMs: number): void {
    this.#dropOlder(this.#listings.ofGroup(), ageMs);
  }

  #dropOlder(chains: readonly AnyChain[], ageMs: number): void {
    const before = this.#options.monotonic() - ageMs;
    for (const chain of chains) if (chain.hasFrom(before)) chain.drop();
  }

  drop(): void {
    this.#halted = true;
    for (const chain of this.#listings.all()) chain.drop();
  }

  async #ask<T>(
    pace: AskingPace,
    listing: ListingOf<T>,
    page: PageRequest,
    signal: AbortSignal,
  ): Promise<Page<T>> {
    const { monotonic, onPage } = this.#options;
    this.expire();
    this.#askedAt = monotonic();
    this.#halted = false;
    const wasNext = listing.chains.get(listing.key)?.leadsFrom(page.marker) === true;
    const chain = this.#chainOf(listing, page);
    // The caller has gone back: what is behind must not be older than where it begins now.
    if (!chain.leadsFrom(page.marker) && chain.hasFrom(this.#askedAt - MAX_AGE_MS)) chain.drop();
    if (pace.hasPaused(this.#askedAt)) this.#allowance.paused();
    if (pace.isKept(this.#askedAt) && wasNext) this.#allowance.cameForNext();
    if (!chain.has(page.marker)) this.#allowance.missed(this.#pass.pages);
    pace.asks(this.#askedAt);
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
      pace.answered(monotonic());
      if (chain.isEmpty && listing.chains.get(listing.key) === chain) listing.chains.delete(listing.key);
      this.#readOn();
    }
  }

  /** Begins the readings that there is room for, those that are needed first before the others. */
  #readOn(): void {
    const { expected, monotonic } = this.#options;
    while (!this.#halted && this.#waiting() < MOST_WAITING) {
      const chain = this.#nextChain();
      if (chain === undefined) return;
      if (!this.#hasRoom()) return this.#allowance.full();
      chain.readNext(monotonic(), expected.pageBytes);
    }
  }

  #hasRoom(): boolean {
    const { expected, hasRoom } = this.#options;
    const { pages, bytes } = this.#held;
    const isAllowed = pages < this.#allowance.pages(this.#pass.pages);
    return isAllowed && bytes + expected.pageBytes <= MOST_BYTES && hasRoom();
  }

  /** Of the listings that the caller is in, the one with the fewest pages; then the groups that it will come to. */
  #nextChain(): AnyChain | undefined {
    const since = this.#options.monotonic() - LEFT_AFTER_MS;
    let first: AnyChain | undefined;
    for (const chain of this.#listings.all()) {
      // Those of the groups to come have not been asked for at all.
      if (!chain.canRead || chain.askedAt < since) continue;
      if (first === undefined || chain.held < first.held) first = chain;
    }
    if (first !== undefined) return first;
    for (const name of this.#foresight.upcoming(MOST_GROUPS)) {
      const page = { limit: this.#memberLimit };
      const chain = this.#chainOf(this.#listings.ofMembers(name, page), page);
      if (chain.canRead) return chain;
    }
    return undefined;
  }

  #waiting(): number {
    return this.#listings.all().filter((chain) => chain.waits).length;
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
        held: this.#held,
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
