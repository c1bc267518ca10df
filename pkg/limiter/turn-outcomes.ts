import type { MonotonicClock, MonotonicMs } from "../core/clock.ts";
import type { ReportedOutcomes } from "../core/shared-quota.ts";

/** No window is longer for the rates that matter here. */
const KEPT_MS = 10_000;
const MOST_KEPT = 400;

interface KeptOutcome {
  readonly number: number;
  /** The moment that the turn was given for, by the clock that all share; undefined: nobody gave it. */
  readonly givenForMs: number | undefined;
  at: MonotonicMs;
  readonly dropped: boolean;
}

/**
 * What became of an instance's turns in the last ten seconds. The place where instances meet counts the calls by when they
 * were sent, and learns all of them again where it has lost them.
 */
export class TurnOutcomes {
  readonly #monotonic: MonotonicClock;
  #kept: KeptOutcome[] = [];
  #total = 0;
  #known = 0;
  #wereLost = false;

  constructor(monotonic: MonotonicClock) {
    this.#monotonic = monotonic;
  }

  /** The place has lost some, and they were not reported again yet. */
  get wereLost(): boolean {
    return this.#wereLost;
  }

  get areKnown(): boolean {
    return this.#known === this.#total;
  }

  /** A call was given its turn, and is sent by the work that follows at once. */
  taken(givenForMs: number | undefined, now: MonotonicMs): void {
    const outcome = this.#add({ givenForMs, at: now, dropped: false });
    // On a busy machine that work may take longer than the call had to wait.
    setImmediate(() => {
      outcome.at = this.#monotonic();
    });
  }

  dropped(givenForMs: number, now: MonotonicMs): void {
    this.#add({ givenForMs, at: now, dropped: true });
  }

  /** All that the place does not know yet; nothing while the shared clock is not known. */
  toReport(offsetMs: number | undefined): ReportedOutcomes {
    this.#wereLost = false;
    if (offsetMs === undefined) return { after: this.#known, upTo: this.#known, list: [] };
    return {
      after: this.#known,
      upTo: this.#total,
      list: this.#kept
        .filter(({ number }) => number > this.#known)
        .map(({ givenForMs, at, dropped }) => ({ givenForMs, sentMs: dropped ? undefined : at + offsetMs })),
    };
  }

  /** The place knows so many. Where that is less than before it has lost them. */
  setKnown(count: number): void {
    this.#wereLost = count < this.#known;
    this.#known = Math.min(count, this.#total);
  }

  #add(outcome: Omit<KeptOutcome, "number">): KeptOutcome {
    this.#total += 1;
    const added = { ...outcome, number: this.#total };
    this.#kept.push(added);
    const first = this.#kept.findIndex(({ at }) => at > outcome.at - KEPT_MS);
    this.#kept = this.#kept.slice(Math.max(first, this.#kept.length - MOST_KEPT));
    return added;
  }
}
