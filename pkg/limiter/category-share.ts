import type { MonotonicClock, MonotonicMs } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Category } from "../core/operations.ts";
import type {
  OwnPartStart,
  QuotaAnswer,
  QuotaExchange,
  QuotaReport,
  SharedTurns,
  SharedTurnsListener,
  SharingStatus,
  WaitingCalls,
} from "../core/shared-quota.ts";
import { mostLateMs } from "./lateness.ts";
import { ASSUMED_INSTANCES, LocalShare, type ShareMember } from "./local-share.ts";
import { SharedClock } from "./shared-clock.ts";
import { TurnHunger } from "./turn-hunger.ts";
import { TurnOutcomes } from "./turn-outcomes.ts";

/** How often an instance without waiting calls reports. */
const HEARTBEAT_MS = 1000;
/** More turns than this are never kept, whatever was answered. */
const MOST_HELD = 250;
const MOST_BEHIND_MS = 60_000;
/** A turn that is later is dropped. Its call would count for a second that is nearly over (SHARE-1). */
const LATE_MS = 250;
/** When calls were sent is reported so soon, also when none waits any more. */
const OUTCOMES_MS = 250;
const AHEAD_MS = 1000;
/** What is kept of the longest time that an answer took, with each later one. */
const KEPT_OF_WAY = 0.8;
/** Turns that are made up for come so much faster than the rate. */
const MOST_PACE = 4 / 3;
const NO_CALLS: WaitingCalls = { writes: 0, others: 0, background: 0 };

export interface CategoryShareOptions {
  readonly category: Category;
  readonly setPerSecond: number;
  readonly monotonic: MonotonicClock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly listener: SharedTurnsListener;
  /** The place answered, or could not be reached. */
  readonly onReach: () => void;
  /** The lowest rate of all instances has changed. */
  readonly onLowest: (perSecond: number) => void;
}

/** A turn that the instance has, and the same moment by the clock that all share. */
interface HeldTurn {
  readonly at: MonotonicMs;
  readonly givenForMs: number;
}

/**
 * One category in the quota that instances share. It asks for turns only while calls wait. While nothing is shared it uses
 * its own part of the rate (SHARE-3).
 */
export class CategoryShare implements SharedTurns {
  readonly #options: CategoryShareOptions;
  readonly #local: LocalShare;
  #exchange: QuotaExchange | undefined;
  #shared = false;
  #waiting = NO_CALLS;
  #held: HeldTurn[] = [];
  readonly #outcomes: TurnOutcomes;
  readonly #hunger = new TurnHunger();
  #silent = false;
  #clock = new SharedClock();
  #membership: ShareMember;
  #clockIsKnown = false;
  #poolInstances = 1;
  #known = 0;
  #lowestPerSecond: number;
  #fraction = 1;
  #aheadUntil = Number.NEGATIVE_INFINITY;
  #ownPart: OwnPartStart = { fromMs: 0, holdsForMs: 0, afterLossMs: 0 };
  #answeredAt = Number.NEGATIVE_INFINITY;
  #throttled = false;
  #pollMs = HEARTBEAT_MS;
  #roundTripMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #underWay = false;
  /** The waiting calls are reported, and reported again until they have their turns. */
  #asking = false;
  #askedForWrites = false;
  #blocked = false;
  #closed = false;
  #turns = 0;
  #waits = 0;
  #fallbacks = 0;
  #dropped = 0;

  constructor(options: CategoryShareOptions) {
    this.#options = options;
    this.#lowestPerSecond = options.setPerSecond;
    // Instances that begin together must not begin with one call each at the same moment.
    this.#membership = {
      instances: ASSUMED_INSTANCES,
      place: options.random() * ASSUMED_INSTANCES,
      offsetMs: 0,
    };
    this.#outcomes = new TurnOutcomes(options.monotonic);
    this.#local = new LocalShare(options.setPerSecond, this.#membership);
  }

  /** From now on turns come from there, as far as it can be reached. */
  join(exchange: QuotaExchange): void {
    this.#exchange = exchange;
    exchange.watch((reachable) => {
      if (reachable) void this.#report();
      else this.#fallBack();
    });
  }

  readyAt(now: MonotonicMs): MonotonicMs {
    const at = this.#nextAt(now);
    if (at > now) this.#blocked = true;
    return at;
  }

  take(now: MonotonicMs): void {
    this.#turns += 1;
    if (this.#blocked) this.#waits += 1;
    this.#blocked = false;
    const held = this.#held.shift();
    if (held === undefined) this.#local.take(now);
    this.#outcomes.taken(held?.givenForMs, now);
  }

  demand(waiting: WaitingCalls): void {
    this.#waiting = waiting;
    // Without an answer the next report comes by itself, and asking more often makes it no sooner.
    if (!this.#shared || !this.#unmet()) return;
    const moreUrgent = waiting.writes > 0 && !this.#askedForWrites;
    if (!this.#asking || moreUrgent) void this.#report();
  }

  throttled(): void {
    this.#throttled = true;
    void this.#report();
  }

  paced(fraction: number): void {
    this.#fraction = fraction;
    this.#local.setRate(this.#lowestPerSecond * fraction);
  }

  status(): SharingStatus {
    return {
      category: this.#options.category,
      silent: this.#silent,
      mode: this.#exchange === undefined ? "unknown account" : this.#shared ? "shared" : "local share",
      instances: this.#membership.instances,
      poolInstances: this.#poolInstances,
      setPerSecond: this.#lowestPerSecond,
      localPerSecond: this.#local.perSecond,
      turns: this.#turns,
      waits: this.#waits,
      fallbacks: this.#fallbacks,
      dropped: this.#dropped,
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #nextAt(now: MonotonicMs): MonotonicMs {
    for (let late = this.#held[0]; late !== undefined && late.at < now - LATE_MS; late = this.#held[0]) {
      this.#held.shift();
      this.#drop(late.givenForMs, now);
    }
    const held = this.#held[0];
    if (held !== undefined) return held.at;
    return this.#shared ? Number.POSITIVE_INFINITY : this.#local.readyAt(now);
  }

  #drop(givenForMs: number, now: MonotonicMs): void {
    this.#dropped += 1;
    this.#outcomes.dropped(givenForMs, now);
  }

  #unmet(): boolean {
    const { writes, others, background } = this.#waiting;
    return writes + others + background > this.#held.length;
  }

  async #report(): Promise<void> {
    const exchange = this.#exchange;
    if (exchange === undefined || this.#underWay || this.#closed) return;
    this.#underWay = true;
    this.#asking = this.#unmet();
    this.#askedForWrites = this.#waiting.writes > 0;
    const sentAt = this.#options.monotonic();
    const throttled = this.#throttled;
    this.#throttled = false;
    try {
      const report = {
        category: this.#options.category,
        setPerSecond: this.#options.setPerSecond,
        waiting: this.#silent ? atLeastOne(this.#waiting) : this.#waiting,
        held: this.#held.length,
        aheadMs: Math.max(-MOST_BEHIND_MS, this.#aheadUntil - sentAt),
        outcomes: this.#outcomes.toReport(this.#clockIsKnown ? this.#clock.offsetMs : undefined),
        knownInstances: this.#known,
        sentAtMs: this.#clockIsKnown ? sentAt + this.#membership.offsetMs : undefined,
        throttled,
        fraction: this.#fraction,
        roundTripMs: this.#roundTripMs,
        wasAlone: this.#known > 0 && !this.#shared && !this.#silent,
      };
      const answer = await exchange.report(report);
      this.#underWay = false;
      if (!this.#closed) this.#answered(report, answer, sentAt);
    } catch (error) {
      if (error instanceof GovernanceError && error.code === "deadline-exceeded") {
        this.#clockIsKnown = false;
        this.#clock = new SharedClock();
      }
      this.#underWay = false;
      this.#throttled ||= throttled;
      this.#silent = false;
      this.#fallBack();
    }
    this.#schedule();
  }

  #answered(report: QuotaReport, answer: QuotaAnswer, sentAt: MonotonicMs): void {
    const { monotonic, onReach, onLowest, listener } = this.#options;
    const now = monotonic();
    this.#clock.learn(answer.sharedNowMs, sentAt, now);
    this.#roundTripMs = Math.max(now - sentAt, this.#roundTripMs * KEPT_OF_WAY);
    const { offsetMs } = this.#clock;
    const madeAt = answer.sharedNowMs - offsetMs;
    const turns = answer.turnsInMs.map((ms) => ({ at: madeAt + ms, givenForMs: answer.sharedNowMs + ms }));
    // Where answers become slower at once, the turns of all instances would come late by as much at the same time.
    const earliest = now - mostLateMs(answer.setPerSecond);
    const inTime = turns.filter(({ at }) => at >= earliest);
    for (const { at, givenForMs } of turns) if (at < earliest) this.#drop(givenForMs, now);
    const judgement = this.#hunger.judge(report, answer, inTime.length, now);
    this.#silent = judgement === "silent" || (this.#silent && judgement !== "gives turns");
    if (!this.#silent) this.#shared = true;
    this.#clockIsKnown = true;
    this.#pollMs = answer.pollMs;
    this.#known = answer.instances;
    this.#poolInstances = answer.poolInstances;
    const instances = Math.max(1, answer.instances);
    this.#membership = { instances, place: answer.place ?? this.#placeAmong(instances), offsetMs };
    this.#aheadUntil = madeAt + answer.aheadMs;
    this.#ownPart = answer.ownPart;
    this.#answeredAt = madeAt;
    this.#held = [...this.#held, ...inTime].toSorted((a, b) => a.at - b.at).slice(0, MOST_HELD);
    this.#outcomes.setKnown(answer.outcomesKnown);
    if (answer.setPerSecond !== this.#lowestPerSecond) {
      this.#lowestPerSecond = answer.setPerSecond;
      this.#local.setRate(this.#lowestPerSecond * this.#fraction);
      onLowest(answer.setPerSecond);
    }
    if (this.#silent) this.#fallBack();
    else onReach();
    listener.onFraction(Math.min(1, answer.currentPerSecond / answer.setPerSecond));
    listener.onTurn();
  }

  /** Two instances that take one place would call at the same moment, so the place of before is kept. */
  #placeAmong(instances: number): number {
    const before = this.#membership;
    return before.instances === instances ? before.place : this.#options.random() * instances;
  }

  #ownFrom(now: MonotonicMs): MonotonicMs {
    const { fromMs, holdsForMs, afterLossMs } = this.#ownPart;
    const sinceMs = now - this.#answeredAt;
    const from = this.#answeredAt + fromMs;
    return sinceMs <= holdsForMs ? from : Math.max(from + MOST_PACE * sinceMs, now + afterLossMs);
  }

  #fallBack(): void {
    if (this.#closed) return;
    this.#hunger.reset();
    if (this.#shared) {
      this.#shared = false;
      this.#fallbacks += 1;
      const now = this.#options.monotonic();
      // Turns are not given further ahead than this, whatever was answered.
      const furthest =
        now +
        AHEAD_MS +
        1.5 * this.#roundTripMs +
        (2000 / this.#lowestPerSecond) * this.#membership.instances;
      this.#local.begin(this.#membership, Math.max(now, Math.min(this.#ownFrom(now), furthest)));
    }
    this.#options.onReach();
    this.#options.listener.onTurn();
  }

  /** An instance without waiting calls has only a timer that keeps no process alive (LIMITER-7). */
  #schedule(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const asks = (this.#shared || this.#silent) && this.#unmet();
    const again = asks && (!this.#asking || (this.#waiting.writes > 0 && !this.#askedForWrites));
    this.#asking = asks;
    const idleMs = this.#shared && !this.#outcomes.areKnown ? OUTCOMES_MS : HEARTBEAT_MS;
    this.#timer = setTimeout(
      () => void this.#report(),
      again || this.#outcomes.wereLost ? 0 : asks ? this.#pollMs : idleMs,
    );
    if (!asks) this.#timer.unref();
  }
}

/** A place that gave no turns is asked for one, to see whether it does again. */
function atLeastOne(waiting: WaitingCalls): WaitingCalls {
  const none = waiting.writes + waiting.others + waiting.background === 0;
  return none ? { ...NO_CALLS, background: 1 } : waiting;
}
