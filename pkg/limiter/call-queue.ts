import type { Priority } from "../core/throttle.ts";

/** The lowest rank goes first (LIMITER-4). */
const RANK: Readonly<Record<Priority, number>> = { write: 0, read: 1, sync: 2 };

/** A call that waits for its turn. In a linked list, so that an abort removes it from any place at once (LIMITER-3). */
export interface QueuedCall {
  readonly rank: number;
  /** Order of arrival over all queues of a category. */
  readonly ticket: number;
  readonly grant: () => void;
  readonly reject: (reason: unknown) => void;
  before: QueuedCall | undefined;
  after: QueuedCall | undefined;
}

export function createQueuedCall(
  priority: Priority,
  ticket: number,
  grant: () => void,
  reject: (reason: unknown) => void,
): QueuedCall {
  return { rank: RANK[priority], ticket, grant, reject, before: undefined, after: undefined };
}

/** Whether `a` goes before `b`: by priority, then by arrival. */
export function goesBefore(a: QueuedCall, b: QueuedCall): boolean {
  return a.rank === b.rank ? a.ticket < b.ticket : a.rank < b.rank;
}

/** A priority queue: by priority, first come first served within one. */
export class CallQueue {
  readonly #heads: (QueuedCall | undefined)[] = [undefined, undefined, undefined];
  readonly #tails: (QueuedCall | undefined)[] = [undefined, undefined, undefined];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  first(): QueuedCall | undefined {
    return this.#heads[0] ?? this.#heads[1] ?? this.#heads[2];
  }

  push(call: QueuedCall): void {
    const tail = this.#tails[call.rank];
    if (tail === undefined) this.#heads[call.rank] = call;
    else tail.after = call;
    call.before = tail;
    this.#tails[call.rank] = call;
    this.#length += 1;
  }

  /** The call must be in this queue. */
  remove(call: QueuedCall): void {
    if (call.before === undefined) this.#heads[call.rank] = call.after;
    else call.before.after = call.after;
    if (call.after === undefined) this.#tails[call.rank] = call.before;
    else call.after.before = call.before;
    call.before = undefined;
    call.after = undefined;
    this.#length -= 1;
  }
}
