import { type Category, type GrantedRate, grantedRate } from "./rates.ts";
import type { Input } from "./validate.ts";

/** One call as the server saw it. Filled in as the call goes on. */
export interface CallRecord {
  /** Counts from 1 over all calls. */
  readonly number: number;
  /** Counts from 1 within the operation. */
  readonly nth: number;
  readonly operation: string;
  readonly category: Category | undefined;
  readonly requestId: string;
  /** performance.now() when the request line and headers had arrived. */
  readonly startedMs: number;
  /** The server's clock at the same moment. */
  readonly clockMs: number;
  /** The whole body, parsed; undefined when it was not JSON. */
  input: Input | undefined;
  poolId: string | undefined;
  group: string | undefined;
  username: string | undefined;
  /** The key that signed it, whether it is accepted or not. */
  accessKeyId: string | undefined;
  userAgent: string | undefined;
  /** The date of the signature, by the caller's clock. */
  signedMs: number | undefined;
  /** "ok", the error's name, "cut", "malformed", "truncated", "client-gone", or "open" while it runs. */
  outcome: string;
  /** Whether the operation was carried out, whatever answer the client got. */
  done: boolean;
  finishedMs: number | undefined;
  /** A later request came on its connection, so the caller has read the answer. False: it may have, or may not. */
  received: boolean;
}

export interface Stats {
  /** Every call, the newest ones in ring mode, none when recording is off. */
  readonly calls: readonly CallRecord[];
  /** Calls that arrived, of one operation or of all. */
  count(operation?: string): number;
  counts(): Record<string, number>;
  /** How many calls ended how, by "Operation outcome". */
  outcomes(): Record<string, number>;
  /** Starts in performance.now() milliseconds, ascending. Kept whatever the recording mode. */
  starts(of: Category): readonly number[];
  rate(of: Category): GrantedRate;
  readonly inFlight: number;
  readonly maxInFlight: number;
  /** The call that changes the pool at this moment. */
  readonly carriedOut: CallRecord | undefined;
  /** Forgets everything except the calls in flight. */
  reset(): void;
}

export interface Recorder extends Stats {
  begin(operation: string, category: Category | undefined, requestId: string, clockMs: number): CallRecord;
  finish(record: CallRecord, outcome: string): void;
  /** Does what the call asks for. */
  carryOut<T>(record: CallRecord, work: () => T): T;
}

/** How many calls are kept: all, none, or the newest so many. */
export type Recording = "all" | "none" | { readonly newest: number };

const add = (map: Map<string, number>, key: string): number => {
  const now = (map.get(key) ?? 0) + 1;
  map.set(key, now);
  return now;
};

export function createRecorder(recording: Recording): Recorder {
  const capacity =
    recording === "all" ? Number.POSITIVE_INFINITY : recording === "none" ? 0 : recording.newest;
  let calls: CallRecord[] = [];
  const counts = new Map<string, number>();
  const outcomes = new Map<string, number>();
  const starts = new Map<Category, number[]>();
  let total = 0;
  let inFlight = 0;
  let maxInFlight = 0;
  let carriedOut: CallRecord | undefined;

  function keep(record: CallRecord): void {
    if (capacity === 0) return;
    calls.push(record);
    // Trimmed in halves, so that a ring costs nothing per call.
    if (calls.length >= capacity * 2) calls = calls.slice(-capacity);
  }

  return {
    get calls() {
      return calls.length > capacity ? calls.slice(-capacity) : calls;
    },
    count: (operation) => (operation === undefined ? total : (counts.get(operation) ?? 0)),
    counts: () => Object.fromEntries(counts),
    outcomes: () => Object.fromEntries(outcomes),
    starts: (of) => starts.get(of) ?? [],
    rate: (of) => grantedRate(starts.get(of) ?? []),
    get inFlight() {
      return inFlight;
    },
    get maxInFlight() {
      return maxInFlight;
    },
    get carriedOut() {
      return carriedOut;
    },
    carryOut(record, work) {
      carriedOut = record;
      try {
        return work();
      } finally {
        carriedOut = undefined;
      }
    },
    reset() {
      calls = [];
      counts.clear();
      outcomes.clear();
      starts.clear();
      total = 0;
      maxInFlight = inFlight;
    },
    begin(operation, category, requestId, clockMs) {
      total += 1;
      inFlight += 1;
      maxInFlight = Math.max(maxInFlight, inFlight);
      const startedMs = performance.now();
      if (category !== undefined) {
        const list = starts.get(category) ?? [];
        list.push(startedMs);
        starts.set(category, list);
      }
      const record: CallRecord = {
        number: total,
        nth: add(counts, operation),
        operation,
        category,
        requestId,
        startedMs,
        clockMs,
        input: undefined,
        poolId: undefined,
        group: undefined,
        username: undefined,
        accessKeyId: undefined,
        userAgent: undefined,
        signedMs: undefined,
        outcome: "open",
        done: false,
        finishedMs: undefined,
        received: false,
      };
      keep(record);
      return record;
    },
    finish(record, outcome) {
      if (record.finishedMs !== undefined) return;
      inFlight -= 1;
      record.outcome = outcome;
      record.finishedMs = performance.now();
      add(outcomes, `${record.operation} ${outcome}`);
    },
  };
}
