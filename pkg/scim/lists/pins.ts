import type { MonotonicClock, MonotonicMs } from "../../core/clock.ts";

/** A state of the pool by its numbers. */
export interface StateName {
  readonly run: number;
  readonly seq: number;
}

export interface AnsweredPage {
  /** Where it began, and where the next one does. */
  readonly from: number;
  readonly to: number;
  /** How many were asked for. */
  readonly count: number;
}

interface Pin extends StateName, AnsweredPage {
  readonly usedAt: MonotonicMs;
}

/** Pages that nobody has asked for any more for so long are forgotten. */
export const PINNED_FOR_MS = 15 * 60_000;
/** Sequences of pages under way of one caller and query, such as two jobs with one token. */
const PINS_OF_A_QUERY = 8;
const QUERIES = 1_000;

/** To which states the pages by index that are under way belong. */
export class Pins {
  readonly #pins = new Map<string, Pin[]>();
  readonly #monotonic: MonotonicClock;

  constructor(monotonic: MonotonicClock) {
    this.#monotonic = monotonic;
  }

  /** The state of the page that begins there: that of the page before it, or of the same page asked for again. */
  find(owner: string, offset: number): StateName | undefined {
    const pins = this.#live(owner);
    const at =
      pins.findLast((pin) => pin.to === offset) ?? pins.findLast((pin) => pin.from === offset) ?? pins.at(-1);
    return at && { run: at.run, seq: at.seq };
  }

  /** A page was answered. */
  answered(owner: string, { run, seq }: StateName, { from, to, count }: AnsweredPage): void {
    const usedAt = this.#monotonic();
    const pins = this.#live(owner);
    const known = pins.findLast(
      (pin) => pin.run === run && pin.seq === seq && (pin.to === from || pin.from === from),
    );
    const others = pins.filter((pin) => pin !== known);
    this.#pins.delete(owner);
    this.#pins.set(owner, [...withRoom(others, count), { run, seq, from, to, count, usedAt }]);
    for (const oldest of this.#pins.keys()) {
      if (this.#pins.size <= QUERIES) break;
      this.#pins.delete(oldest);
    }
  }

  /** Runs that pages under way are of. */
  runs(): ReadonlySet<number> {
    const live = [...this.#pins.keys()].flatMap((owner) => this.#live(owner));
    return new Set(live.map(({ run }) => run));
  }

  #live(owner: string): readonly Pin[] {
    const from = this.#monotonic() - PINNED_FOR_MS;
    return (this.#pins.get(owner) ?? []).filter(({ usedAt }) => usedAt >= from);
  }
}

/**
 * Room for one more. First pages that nobody went on from go before others, and those of the same size before all: who asks
 * for the first page again and again takes no room from a listing that goes on.
 */
function withRoom(pins: readonly Pin[], count: number): readonly Pin[] {
  if (pins.length < PINS_OF_A_QUERY) return pins;
  const firstPages = pins.filter(({ from }) => from === 0);
  const least = firstPages.find((pin) => pin.count === count) ?? firstPages[0] ?? pins[0];
  return pins.filter((pin) => pin !== least);
}
