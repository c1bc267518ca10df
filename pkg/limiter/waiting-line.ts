import type { Priority } from "../core/throttle.ts";

/** Smaller goes first (LIMITER-4). */
const RANK: Readonly<Record<Priority, number>> = { write: 0, read: 1, sync: 2 };

/** Somebody who waits for a turn. Linked, so that an abort takes him out at once wherever he stands (LIMITER-3). */
export interface Waiter {
  readonly rank: number;
  /** Order of arrival over all lines. */
  readonly ticket: number;
  readonly admit: () => void;
  readonly refuse: (reason: unknown) => void;
  before: Waiter | undefined;
  after: Waiter | undefined;
}

export function createWaiter(
  priority: Priority,
  ticket: number,
  admit: () => void,
  refuse: (reason: unknown) => void,
): Waiter {
  return { rank: RANK[priority], ticket, admit, refuse, before: undefined, after: undefined };
}

/** Whether `a` goes before `b`: by priority, then by arrival. */
export function goesBefore(a: Waiter, b: Waiter): boolean {
  return a.rank === b.rank ? a.ticket < b.ticket : a.rank < b.rank;
}

/** First come, first served within a priority. */
export class WaitingLine {
  readonly #heads: (Waiter | undefined)[] = [undefined, undefined, undefined];
  readonly #tails: (Waiter | undefined)[] = [undefined, undefined, undefined];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  first(): Waiter | undefined {
    return this.#heads[0] ?? this.#heads[1] ?? this.#heads[2];
  }

  push(waiter: Waiter): void {
    const tail = this.#tails[waiter.rank];
    if (tail === undefined) this.#heads[waiter.rank] = waiter;
    else tail.after = waiter;
    waiter.before = tail;
    this.#tails[waiter.rank] = waiter;
    this.#length += 1;
  }

  /** The waiter must stand in this line. */
  remove(waiter: Waiter): void {
    if (waiter.before === undefined) this.#heads[waiter.rank] = waiter.after;
    else waiter.before.after = waiter.after;
    if (waiter.after === undefined) this.#tails[waiter.rank] = waiter.before;
    else waiter.after.before = waiter.before;
    waiter.before = undefined;
    waiter.after = undefined;
    this.#length -= 1;
  }
}
