// Reads what no listing has, account by account, as far as the budget goes. Each reading is kept at once, so a stop or a
// kill loses at most the call under way.

import type { EpochClock, EpochMs, Sleep } from "../../core/clock.ts";
import { type ErrorCode, GovernanceError } from "../../core/errors.ts";
import type { UserFact, UserFactsSource } from "../../core/user-facts.ts";
import type { InventoryReader } from "../reader.ts";
import type { InventoryWriter } from "../writer.ts";
import { returnCalls, takeCalls } from "./budget.ts";
import { recordReading } from "./facts.ts";
import { type DueReading, planReadings } from "./plan.ts";
import { type PoolState, readPoolState, recordOff, sweepDeleted } from "./pool-state.ts";
import { readFact } from "./read-fact.ts";

export interface EnrichmentOptions {
  readonly poolId: string;
  readonly facts: readonly UserFact[];
  /** Calls in an hour, of all processes together. */
  readonly perHour: number;
  readonly source: UserFactsSource;
  readonly reader: Pick<InventoryReader, "query">;
  readonly writer: InventoryWriter;
  readonly now: EpochClock;
  /** Waits for more calls when the budget is used up. Without it the round ends then. */
  readonly sleep?: Sleep | undefined;
  readonly events: EnrichmentEvents;
}

/** None of them may throw. */
export interface EnrichmentEvents {
  /** The pool does not have the fact: it is not asked for until it may have it. */
  onOff(fact: UserFact, failure: GovernanceError): void;
  /** IAM denies the call, or the endpoint does not have it: the fact is left out of this round. */
  onLeftOut(fact: UserFact, failure: GovernanceError): void;
  /** One account could not be read, and the round goes on. */
  onPassedOver(fact: UserFact, failure: GovernanceError): void;
}

/** What one round came to. */
export interface EnrichmentReport {
  readonly read: Readonly<Record<UserFact, number>>;
  /** Accounts that were deleted meanwhile. */
  readonly gone: number;
  /** Histories whose newest pages have no sign-in: their last sign-in stays unknown. */
  readonly unclear: number;
  readonly calls: number;
  /** Facts that the pool does not have, or that may not be read. */
  readonly leftOut: readonly UserFact[];
  /** `complete`: nothing is due. `budget`: the calls of this hour are used up. `failed`: see the failure. */
  readonly ended: "complete" | "budget" | "stopped" | "failed";
  readonly failure: GovernanceError | undefined;
}

/** Calls that are counted in one transaction, before they are made. */
const CALLS_AT_ONCE = 20;
/** A pass over the accounts takes time, and the plan takes memory. */
const PLAN_SIZE = { least: 500, most: 10_000 } as const;
/** Accounts that fail one after the other before the round ends: then it is not the accounts. */
const MAX_FAILURES_IN_A_ROW = 5;

/** Failures that would meet the next account too. */
const OF_ALL_ACCOUNTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "throttled",
  "unavailable",
  "unauthenticated",
  "deadline-exceeded",
  "canceled",
  "resource-exhausted",
]);

/** One round: until nothing is due, the budget is used up, or the signal stops it. Never rejects. */
export async function runEnrichment(
  options: EnrichmentOptions,
  signal: AbortSignal,
): Promise<EnrichmentReport> {
  const round = new Round(options, signal);
  return await round.run();
}

class Round {
  readonly #options: EnrichmentOptions;
  readonly #signal: AbortSignal;
  readonly #read: Record<UserFact, number> = { mfa: 0, "last-sign-in": 0 };
  readonly #leftOut = new Set<UserFact>();
  /** Not planned again in this round. */
  readonly #passedOver = new Set<string>();
  #gone = 0;
  #unclear = 0;
  #calls = 0;
  #failuresInARow = 0;
  #granted = { calls: 0, atMs: 0 };

  constructor(options: EnrichmentOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  async run(): Promise<EnrichmentReport> {
    try {
      return this.#report(await this.#readAll());
    } catch (error) {
      return this.#signal.aborted
        ? this.#report("stopped")
        : this.#report("failed", GovernanceError.from(error));
    } finally {
      await this.#returnRest();
    }
  }

  async #readAll(): Promise<EnrichmentReport["ended"]> {
    const state = await this.#prepare();
    if (state.run === 0) return "complete";
    for (;;) {
      const plan = await this.#plan();
      if (plan.length === 0) return "complete";
      for (const due of plan) {
        if (this.#leftOut.has(due.fact)) continue;
        this.#signal.throwIfAborted();
        if (!(await this.#readOne(due, state))) return "budget";
      }
    }
  }

  async #prepare(): Promise<PoolState> {
    const { poolId, facts, writer, now } = this.#options;
    return await writer.transaction(async (session) => {
      const state = await readPoolState(session, poolId, now());
      for (const fact of state.off) this.#leftOut.add(fact);
      for (const fact of facts) await sweepDeleted(session, poolId, fact, state.run);
      return state;
    }, this.#signal);
  }

  async #plan(): Promise<readonly DueReading[]> {
    const { poolId, facts, reader, now, perHour } = this.#options;
    const wanted = facts.filter((fact) => !this.#leftOut.has(fact));
    if (wanted.length === 0) return [];
    return await planReadings(
      reader,
      {
        poolId,
        facts: wanted,
        nowMs: now(),
        limit: Math.min(PLAN_SIZE.most, Math.max(PLAN_SIZE.least, perHour)),
        isPassedOver: (due) => this.#passedOver.has(keyOf(due)),
      },
      this.#signal,
    );
  }

  /** False when the budget is used up. */
  async #readOne(due: DueReading, state: PoolState): Promise<boolean> {
    const { poolId, source, writer, now } = this.#options;
    const { fact, sub } = due;
    try {
      const context = { source, now, listedAtMs: state.beganAtMs, mayCall: () => this.#mayCall() };
      const outcome = await readFact(due, context, this.#signal);
      if (outcome === "out-of-calls") return false;
      this.#failuresInARow = 0;
      if (outcome === "gone") this.#gone += 1;
      if (outcome === "unclear") this.#unclear += 1;
      if (typeof outcome === "string") {
        this.#passedOver.add(keyOf(due));
        return true;
      }
      // By our clock it changes later, so it would be due again at once.
      if (due.modifiedAt > outcome.readAt.toISOString()) this.#passedOver.add(keyOf(due));
      const wasOff = state.askedAgain.has(fact) && this.#read[fact] === 0;
      // What was paid for is kept, although the round may be stopped by now.
      await writer.transaction(async (session) => {
        await recordReading(session, poolId, sub, outcome);
        if (wasOff) await recordOff(session, poolId, fact, undefined, state.tier);
      }, NEVER);
      this.#read[fact] += 1;
      return true;
    } catch (error) {
      await this.#failed(due, state, error);
      return true;
    }
  }

  /** Rejects when the failure ends the round. */
  async #failed(due: DueReading, state: PoolState, error: unknown): Promise<void> {
    const { poolId, writer, now, events } = this.#options;
    this.#signal.throwIfAborted();
    const failure = GovernanceError.from(error);
    if (failure.reason === "feature-off") {
      this.#leftOut.add(due.fact);
      await writer.transaction(
        (session) => recordOff(session, poolId, due.fact, now(), state.tier),
        this.#signal,
      );
      events.onOff(due.fact, failure);
      return;
    }
    if (failure.reason === "iam-denied" || failure.code === "unimplemented") {
      this.#leftOut.add(due.fact);
      events.onLeftOut(due.fact, failure);
      return;
    }
    this.#failuresInARow += 1;
    const isOfAll = OF_ALL_ACCOUNTS.has(failure.code) || failure.reason === "pool-missing";
    if (isOfAll || this.#failuresInARow >= MAX_FAILURES_IN_A_ROW) throw failure;
    this.#passedOver.add(keyOf(due));
    events.onPassedOver(due.fact, failure);
  }

  async #mayCall(): Promise<boolean> {
    while (this.#granted.calls === 0) {
      const nextAtMs = await this.#takeCalls();
      if (this.#granted.calls > 0) break;
      const { sleep, now } = this.#options;
      if (sleep === undefined) return false;
      await sleep(Math.max(1, nextAtMs - now()), this.#signal);
    }
    this.#granted.calls -= 1;
    this.#calls += 1;
    return true;
  }

  async #takeCalls(): Promise<EpochMs> {
    const { poolId, perHour, writer, now } = this.#options;
    const nowMs = now();
    const { calls, nextAtMs } = await writer.transaction(
      (session) => takeCalls(session, { poolId, perHour, wanted: CALLS_AT_ONCE, nowMs }),
      this.#signal,
    );
    this.#granted = { calls, atMs: nowMs };
    return nextAtMs;
  }

  async #returnRest(): Promise<void> {
    const { calls, atMs } = this.#granted;
    if (calls === 0) return;
    const { poolId, writer } = this.#options;
    try {
      await writer.transaction((session) => returnCalls(session, poolId, calls, atMs), NEVER);
    } catch {
      // They count as made, which keeps the budget.
    }
  }

  #report(ended: EnrichmentReport["ended"], failure?: GovernanceError): EnrichmentReport {
    return {
      read: this.#read,
      gone: this.#gone,
      unclear: this.#unclear,
      calls: this.#calls,
      leftOut: [...this.#leftOut],
      ended,
      failure,
    };
  }
}

const NEVER = new AbortController().signal;

function keyOf({ fact, sub }: Pick<DueReading, "fact" | "sub">): string {
  return `${fact} ${sub}`;
}
