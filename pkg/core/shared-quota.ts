// One quota that several instances of the connector share: AWS counts the calls of an account and Region, not of a process.
import type { MonotonicMs } from "./clock.ts";
import type { Category } from "./operations.ts";

/** The calls of one category that wait in an instance, by what goes first among instances. */
export interface WaitingCalls {
  readonly writes: number;
  readonly others: number;
  readonly background: number;
}

/**
 * The time between two turns is the rate's own times so much, for what is late on the way (SHARE-1): at least `least`, and
 * more at high rates, where two calls above the rate are little time. Then those two and a second's others take at least
 * `evenSecond` seconds where they come evenly, or the margin is `most`.
 */
export const SHARED_MARGIN = { least: 1.02, most: 1.03, evenSecond: 1.09 };

export function sharedMargin(perSecond: number, most = SHARED_MARGIN.most): number {
  const { least, evenSecond } = SHARED_MARGIN;
  return Math.max(least, Math.min(most, (evenSecond * perSecond) / (perSecond + 2)));
}

/** What became of a turn. */
export interface TurnOutcome {
  /** The moment that it was given for, by the clock that all share; undefined: it was not given by the place. */
  readonly givenForMs: number | undefined;
  /** When its call was sent, by that clock; undefined: it was dropped, too late for it. */
  readonly sentMs: number | undefined;
}

/** The outcomes that the place does not know, as far as the instance does. They are numbered, since an answer may be lost. */
export interface ReportedOutcomes {
  /** So many are known there, as far as the instance knows. */
  readonly after: number;
  /** The number of the last one of the list. */
  readonly upTo: number;
  readonly list: readonly TurnOutcome[];
}

/** What an instance says of itself in one category. */
export interface QuotaReport {
  readonly category: Category;
  /** The rate that is set for this instance. */
  readonly setPerSecond: number;
  readonly waiting: WaitingCalls;
  /** Turns that it was given and has not used yet. */
  readonly held: number;
  /** Up to when turns are given out, as far as it knows. So no turn is given twice after a failover. Negative: up to then. */
  readonly aheadMs: number;
  readonly outcomes: ReportedOutcomes;
  /** How many instances it knew last, itself included; 0: it knew none. */
  readonly knownInstances: number;
  /** The moment of the report by the clock that all share; undefined: not known yet. */
  readonly sentAtMs: number | undefined;
  /** AWS has throttled a call since the last report. */
  readonly throttled: boolean;
  /** The part of its rate that it uses after that, 1: all. For a place that has lost what it knew. */
  readonly fraction: number;
  /** How long the last answers took to come. Turns are given so much further ahead. */
  readonly roundTripMs: number;
  /** It has used its own part since its last answer, as far as calls waited. Others may have done so too. */
  readonly wasAlone: boolean;
}

/** When an instance that the place is lost to may begin to use its own part, so that no window has too many calls. */
export interface OwnPartStart {
  /** Counted from the answer's own moment, where no instance gets another turn. */
  readonly fromMs: number;
  /** Nobody can get one for so long. */
  readonly holdsForMs: number;
  /** Later than that: so long after the loss at least. */
  readonly afterLossMs: number;
}

export interface QuotaAnswer {
  /** When the turns given to this instance come, counted from the answer's own moment. */
  readonly turnsInMs: readonly number[];
  readonly aheadMs: number;
  /** All instances that share the category, also those whose last report is some time ago. */
  readonly instances: number;
  /** Those of this instance's pool. */
  readonly poolInstances: number;
  /** This instance's place among all of them, from 0; undefined: some of them have not reported yet. */
  readonly place: number | undefined;
  /** The lowest rate that is set for any of them. */
  readonly setPerSecond: number;
  /** Less after AWS has throttled any of them. */
  readonly currentPerSecond: number;
  /** When to report again while calls wait. */
  readonly pollMs: number;
  /** The clock that all instances share, at the answer's own moment. */
  readonly sharedNowMs: number;
  /** How many outcomes of this instance the place knows; less than before where it has lost them. */
  readonly outcomesKnown: number;
  /** How many turns were given to any instance so far; counted from 0 again where the place has lost what it knew. */
  readonly givenInAll: number;
  /** If this is the last answer that the instance gets. */
  readonly ownPart: OwnPartStart;
}

/** The place where instances meet. */
export interface QuotaExchange {
  /**
   * Rejects soon where the place is not reachable; never waits for it to come back. Rejects with `deadline-exceeded` where
   * the report was too old by the shared clock, which may have jumped.
   */
  report(report: QuotaReport): Promise<QuotaAnswer>;
  /** Calls back when the place is reachable, now or later (true), and when it is lost or cannot be reached (false). */
  watch(listener: (reachable: boolean) => void): void;
  /** Says goodbye in every category, so that others need not wait for this instance, and disconnects. */
  close(): Promise<void>;
}

/** The part of one category in the shared quota: one more condition of a turn. */
export interface SharedTurns {
  /** When the next turn may be taken; Infinity while this instance has none. */
  readyAt(now: MonotonicMs): MonotonicMs;
  take(now: MonotonicMs): void;
  /** How many calls wait now. */
  demand(waiting: WaitingCalls): void;
  /** AWS throttled a call of this instance. */
  throttled(): void;
  /** The part of the set rate that is left after AWS has throttled; 1: all of it. */
  paced(fraction: number): void;
}

/** What a category receives from its part in the shared quota. */
export interface SharedTurnsListener {
  /** A turn may be there that was not there before. */
  onTurn(): void;
  /** The part of the rate that is left for all after AWS has throttled any instance. */
  onFraction(fraction: number): void;
}

/** By which rule turns are given now. */
export type SharingMode = "shared" | "local share" | "unknown account";

export interface SharingStatus {
  readonly category: Category;
  readonly mode: SharingMode;
  /** The place answers, and gives no turns in time although calls wait. */
  readonly silent: boolean;
  readonly instances: number;
  readonly poolInstances: number;
  /** The lowest rate that is set for any instance. */
  readonly setPerSecond: number;
  /** What this instance may use by itself while nothing is shared. */
  readonly localPerSecond: number;
  /** Turns taken so far, and those of them that had to be waited for. */
  readonly turns: number;
  readonly waits: number;
  /** How often it has fallen back to the local share. */
  readonly fallbacks: number;
  /** Turns that it was given and dropped, since it could not use them in time. */
  readonly dropped: number;
}

/** A change that an operator wants to know of. */
export type SharingChange =
  /** `silent`: the place answers, and gives no turns. */
  | { readonly kind: "lost"; readonly instances: number; readonly silent: boolean }
  | { readonly kind: "joined"; readonly instances: number }
  | { readonly kind: "lower-rate"; readonly category: Category; readonly perSecond: number };

export interface SharedQuota {
  /** From now on turns come from there. Before, each instance uses a small part of each rate. */
  join(exchange: QuotaExchange): void;
  turnsOf(category: Category, setPerSecond: number, listener: SharedTurnsListener): SharedTurns;
  /** One entry for each category whose turns are shared. */
  status(): readonly SharingStatus[];
  close(): Promise<void>;
}
