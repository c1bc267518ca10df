// One reading fills several targets. Invariants SYNC-7 to SYNC-9 are in DESIGN.md.

import { GovernanceError } from "../core/errors.ts";
import { drop, type ListingCursor, NO_ROWS, type SyncCounts } from "../core/sync-plan.ts";
import type { Unlisted } from "../core/unlisted-users.ts";
import type { ResourceType } from "../protocol/messages.ts";
import { type Alignment, align } from "./align.ts";
import { buildOnce } from "./build-once.ts";
import type { PublishedRun, PublishOptions, SyncPage, SyncRun, SyncTarget } from "./target.ts";

/** A target whose earlier run is discarded because of the others, and why. */
export interface Discarded {
  readonly target: string;
  readonly reason: string;
}

/**
 * Decides whether the run of an earlier process continues, and brings all targets to the same place in it (SYNC-8). The
 * caller closes the targets.
 */
export async function combineTargets<P extends PublishedRun>(
  targets: readonly SyncTarget<P>[],
): Promise<TargetGroup<P>> {
  const [first] = targets;
  if (first === undefined) throw new GovernanceError("internal", "a sync without a target was begun");
  const run = targets.find((target) => target.run !== undefined)?.run;
  if (run === undefined) return new TargetGroup(targets, discardedOnOpening(targets));
  const reading = targets.filter((target) => target.run?.id === run.id);
  const others = targets.filter((target) => target.run?.id !== run.id);
  const holders = new TargetGroup(reading, []);
  const plans = await holders.each((target) => target.listings());
  if (others.length === 0) {
    const alignments = align(plans);
    if (alignments !== undefined) {
      await holders.each((target, index) => alignOne(target, alignments[index]));
      return holders;
    }
  } else if (plans.flat().every(isRead) && others.every(({ complete }) => complete?.id === run.id)) {
    return holders; // the others had published it when something failed (SYNC-9)
  }
  const reason =
    others.length === 0
      ? "the targets of the sync are at different places in it"
      : "another target of the sync does not hold it";
  return await beginAgain(targets, reason);
}

/** Discards the run in each target that holds it, so that another one begins. */
export async function beginAgain<P extends PublishedRun>(
  targets: readonly SyncTarget<P>[],
  reason: string,
): Promise<TargetGroup<P>> {
  const unfit = targets.filter((target) => target.run !== undefined);
  const now = unfit.map(({ name }) => ({ target: name, reason }));
  await new TargetGroup(unfit, []).each((target) => target.discard());
  return new TargetGroup(targets, [...discardedOnOpening(targets), ...now]);
}

function discardedOnOpening(targets: readonly SyncTarget[]): readonly Discarded[] {
  return targets.flatMap(({ name, discarded }) =>
    discarded === undefined ? [] : [{ target: name, reason: discarded }],
  );
}

async function alignOne(target: SyncTarget, alignment: Alignment | undefined): Promise<void> {
  for (const cursor of alignment?.drop ?? []) await target.dropGroup(drop(cursor));
  if (alignment !== undefined && alignment.rewind.length > 0) await target.rewind(alignment.rewind);
}

function isRead({ state }: ListingCursor): boolean {
  return state !== "open";
}

/** One target, and the end of its last call. */
interface FilledTarget<P extends PublishedRun> {
  readonly target: SyncTarget<P>;
  idle: Promise<unknown>;
}

/** The targets of one run. Each gets the same calls in the same order, one at a time, at its own pace (SYNC-7). */
export class TargetGroup<P extends PublishedRun> {
  /** The runs of earlier processes that were discarded, for the log. Empty if one continues. */
  readonly discarded: readonly Discarded[];
  /** True if the run of an earlier process continues. */
  readonly resumed: boolean;
  readonly #members: readonly FilledTarget<P>[];

  constructor(targets: readonly SyncTarget<P>[], discarded: readonly Discarded[]) {
    this.#members = targets.map((target) => ({ target, idle: Promise.resolve() }));
    this.discarded = discarded;
    this.resumed = targets.some(({ run }) => run !== undefined);
  }

  get names(): readonly string[] {
    return this.#members.map(({ target }) => target.name);
  }

  get run(): SyncRun | undefined {
    return this.#members[0]?.target.run;
  }

  get counts(): SyncCounts {
    return this.#members[0]?.target.counts ?? NO_ROWS;
  }

  get previousCounts(): SyncCounts | undefined {
    return this.#members.find(({ target }) => target.complete !== undefined)?.target.complete?.counts;
  }

  async begin(
    run: SyncRun,
    types: readonly ResourceType[],
    listings: readonly ListingCursor[],
  ): Promise<void> {
    await this.each((target) => target.begin(run, types, listings));
  }

  async listings(): Promise<readonly ListingCursor[]> {
    const [first] = await this.each((target) => target.listings());
    return first ?? [];
  }

  /** Groups of whose members every target has a listing: a page that one target lacks may have brought others (SYNC-8). */
  async groupsInAll(): Promise<ReadonlySet<string>> {
    const all = await this.each((target) => target.listings());
    const [first = new Set<string>(), ...others] = all.map((listings) => {
      return new Set(listings.filter(({ kind }) => kind === "members").map(({ part }) => part));
    });
    return new Set([...first].filter((name) => others.every((names) => names.has(name))));
  }

  async openListings(): Promise<readonly ListingCursor[]> {
    return (await this.listings()).filter(({ state }) => state === "open");
  }

  async commit(page: SyncPage): Promise<readonly ListingCursor[]> {
    const shared = this.#members.length > 1 ? buildOnce(page) : page;
    const [first] = await this.each((target) => target.commit(shared));
    return first ?? [];
  }

  /** Sets listings to these cursors, and keeps their rows. */
  async setListings(cursors: readonly ListingCursor[]): Promise<void> {
    await this.each((target) => target.rewind(cursors));
  }

  async dropGroup(cursor: ListingCursor): Promise<void> {
    await this.each((target) => target.dropGroup(cursor));
  }

  /** For each group, the largest number in any target. */
  async previousMembers(groups: readonly string[]): Promise<readonly number[]> {
    const known = await this.each((target) => target.previousMembers(groups));
    return groups.map((_, index) => Math.max(...known.map((members) => members[index] ?? 0)));
  }

  /** Of the target that has the most of them. */
  async unlisted(most: number): Promise<Unlisted> {
    const all = await this.each((target) => target.unlisted(most));
    return all.reduce((a, b) => (b.total - b.isNew > a.total - a.isNew ? b : a));
  }

  /**
   * Publishes in the order of the targets, if all of them accept the run. Stops at the first failure; its message names
   * the targets that have the run.
   */
  async publish(options: PublishOptions, signal: AbortSignal): Promise<readonly P[]> {
    await this.each((target) => target.check(options));
    const published: P[] = [];
    for (const { target } of this.#members) {
      try {
        published.push(await target.publish(options, signal));
      } catch (error) {
        throw this.#partly(this.#named(target, error), published.length);
      }
    }
    return published;
  }

  /** Makes the call on each target after its earlier call has ended, and waits for all, also if one fails. */
  async each<T>(call: (target: SyncTarget<P>, index: number) => Promise<T>): Promise<readonly T[]> {
    const answers = this.#members.map((member, index) => {
      const answer = member.idle.then(() => call(member.target, index));
      member.idle = answer.catch(() => undefined);
      return answer;
    });
    const outcomes = await Promise.allSettled(answers);
    return outcomes.map((outcome, index) => {
      if (outcome.status === "fulfilled") return outcome.value;
      throw this.#named(this.#members[index]?.target, outcome.reason);
    });
  }

  /** With several targets, the message begins with the name of the one that failed. */
  #named(target: SyncTarget<P> | undefined, error: unknown): GovernanceError {
    const failure = GovernanceError.from(error);
    if (this.#members.length === 1 || target === undefined) return failure;
    return failure.with({ message: `${target.name}: ${failure.message}` });
  }

  #partly(failure: GovernanceError, published: number): GovernanceError {
    if (published === 0) return failure;
    const done = this.names.slice(0, published).join(", ");
    return failure.with({
      message: `${failure.message}; the run is in ${done}, and the next sync publishes the rest without reading again`,
    });
  }
}
