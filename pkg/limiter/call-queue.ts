import type { CallOrigin } from "../core/call-origin.ts";
import type { WaitingCalls } from "../core/shared-quota.ts";
import type { Priority } from "../core/throttle.ts";

/** The lowest rank goes first (LIMITER-4). */
const RANK: Readonly<Record<Priority, number>> = { write: 0, read: 1, sync: 2, background: 3 };
const RANKS = [0, 1, 2, 3] as const;

/** A call that waits for its turn. In a linked list, so that an abort removes it from any place at once (LIMITER-3). */
export interface QueuedCall {
  readonly priority: Priority;
  readonly rank: number;
  /** About how many calls can be made only after it. Only among the `sync` calls of one caller it decides (LIMITER-11). */
  readonly callsAfter: number;
  /** Order of arrival over all queues of a category. */
  readonly ticket: number;
  /** Undefined for the connector's own work. */
  readonly origin: CallOrigin | undefined;
  /** It may be refused for want of room (LIMITER-8). */
  readonly refusable: boolean;
  readonly grant: () => void;
  readonly reject: (reason: unknown) => void;
  before: QueuedCall | undefined;
  after: QueuedCall | undefined;
}

export function createQueuedCall(call: Omit<QueuedCall, "rank" | "before" | "after">): QueuedCall {
  return { ...call, rank: RANK[call.priority], before: undefined, after: undefined };
}

/** The round of turns that a category is in (LIMITER-9). */
export interface Rounds {
  current: number;
}

/** Of so many turns of a caller's syncs one goes to the call that waits longest (LIMITER-11). */
const TURNS_PER_OLDEST = 16;

/** The waiting calls of one caller, by priority, by the calls that come after, and by arrival. */
interface CallerLine {
  readonly heads: (QueuedCall | undefined)[];
  readonly tails: (QueuedCall | undefined)[];
  length: number;
  refusable: number;
  syncTurns: number;
  /** The round in which it is next served. */
  round: number;
}

/** A call that is the next of its caller. */
export interface Candidate {
  readonly call: QueuedCall;
  readonly round: number;
}

/** Whether `a` goes before `b`: writes first, background last, then by the caller's round, by priority, by arrival. */
export function goesBefore(a: Candidate, b: Candidate): boolean {
  const [writes, otherWrites] = [a.call.rank === RANK.write, b.call.rank === RANK.write];
  if (writes !== otherWrites) return writes;
  const [waits, otherWaits] = [a.call.rank === RANK.background, b.call.rank === RANK.background];
  if (waits !== otherWaits) return otherWaits;
  if (a.round !== b.round) return a.round < b.round;
  return a.call.rank === b.call.rank ? a.call.ticket < b.call.ticket : a.call.rank < b.call.rank;
}

/**
 * A priority queue in which callers take turns: a caller with many waiting calls delays another by one turn a round
 * (LIMITER-9). It holds no caller without a waiting call.
 */
export class CallQueue {
  readonly #lines = new Map<string | undefined, CallerLine>();
  readonly #rounds: Rounds;
  #length = 0;
  #refusable = 0;
  #writes = 0;
  #background = 0;
  /** Undefined: not known. */
  #first: Candidate | undefined;

  constructor(rounds: Rounds) {
    this.#rounds = rounds;
  }

  get length(): number {
    return this.#length;
  }

  /** How many of the calls may be refused. */
  get refusable(): number {
    return this.#refusable;
  }

  /** Its calls by what goes first among instances. */
  waiting(): WaitingCalls {
    const others = this.#length - this.#writes - this.#background;
    return { writes: this.#writes, others, background: this.#background };
  }

  first(): Candidate | undefined {
    if (this.#first !== undefined) return this.#first;
    for (const line of this.#lines.values()) {
      const call = firstOf(line);
      if (call === undefined) continue;
      const candidate = { call, round: line.round };
      if (this.#first === undefined || goesBefore(candidate, this.#first)) this.#first = candidate;
    }
    return this.#first;
  }

  push(call: QueuedCall): void {
    const line = this.#lineOf(call.origin?.caller);
    let before = line.tails[call.rank];
    if (call.rank === RANK.sync)
      while (before !== undefined && before.callsAfter < call.callsAfter) before = before.before;
    link(line, call, before);
    this.#count(line, call, 1);
    const candidate = { call, round: line.round };
    // It may have been put before the first of its own line.
    if (call.callsAfter > 0) this.#first = undefined;
    else if (this.#first !== undefined && goesBefore(candidate, this.#first)) this.#first = candidate;
  }

  /** The call must be in this queue. */
  remove(call: QueuedCall): void {
    const line = this.#lineOf(call.origin?.caller);
    if (call.before === undefined) line.heads[call.rank] = call.after;
    else call.before.after = call.after;
    if (call.after === undefined) line.tails[call.rank] = call.before;
    else call.after.before = call.before;
    call.before = undefined;
    call.after = undefined;
    this.#count(line, call, -1);
    if (line.length === 0) this.#lines.delete(call.origin?.caller);
    if (this.#first?.call === call) this.#first = undefined;
  }

  /** Removes a call that has its turn. Its caller is next served in the round after. */
  take({ call, round }: Candidate): void {
    this.#rounds.current = Math.max(this.#rounds.current, round);
    const line = this.#lineOf(call.origin?.caller);
    line.round = this.#rounds.current + 1;
    if (call.rank === RANK.sync) line.syncTurns += 1;
    this.remove(call);
    this.#first = undefined;
  }

  /**
   * The call that gives up its place for one more call of `caller`: the newest and least urgent of the caller that has the
   * most. Undefined if no caller has more than `caller` would have then.
   */
  crowdedOut(caller: string): QueuedCall | undefined {
    let most: CallerLine | undefined;
    for (const line of this.#lines.values()) if (line.refusable > (most?.refusable ?? 0)) most = line;
    if (most === undefined || most.refusable <= (this.#lines.get(caller)?.refusable ?? 0) + 1)
      return undefined;
    for (const rank of RANKS.toReversed()) {
      let call = most.tails[rank];
      while (call !== undefined && !call.refusable) call = call.before;
      if (call !== undefined) return call;
    }
    return undefined;
  }

  #lineOf(caller: string | undefined): CallerLine {
    const known = this.#lines.get(caller);
    if (known !== undefined) return known;
    const line = {
      heads: [],
      tails: [],
      length: 0,
      refusable: 0,
      syncTurns: 0,
      round: this.#rounds.current + 1,
    };
    this.#lines.set(caller, line);
    return line;
  }

  #count(line: CallerLine, { refusable, priority }: QueuedCall, by: 1 | -1): void {
    this.#length += by;
    line.length += by;
    if (priority === "write") this.#writes += by;
    if (priority === "background") this.#background += by;
    if (!refusable) return;
    this.#refusable += by;
    line.refusable += by;
  }
}

function firstOf({ heads, syncTurns }: CallerLine): QueuedCall | undefined {
  const head = heads.find((call) => call !== undefined);
  const isTurnOfOldest = head?.rank === RANK.sync && syncTurns % TURNS_PER_OLDEST === TURNS_PER_OLDEST - 1;
  return isTurnOfOldest ? oldestOf(head) : head;
}

function oldestOf(head: QueuedCall): QueuedCall {
  let oldest = head;
  for (let call = head.after; call !== undefined; call = call.after) {
    if (call.ticket < oldest.ticket) oldest = call;
  }
  return oldest;
}

/** Puts a call behind another one of its rank; behind none: at the head. */
function link({ heads, tails }: CallerLine, call: QueuedCall, before: QueuedCall | undefined): void {
  const after = before === undefined ? heads[call.rank] : before.after;
  call.before = before;
  call.after = after;
  if (before === undefined) heads[call.rank] = call;
  else before.after = call;
  if (after === undefined) tails[call.rank] = call;
  else after.before = call;
}
