import type { MonotonicClock, MonotonicMs } from "../../core/clock.ts";
import { type ConnectionEnds, connectionName } from "../transport/connections.ts";

export interface UnreadLimits {
  /** Bytes of answers that one connection has not read. */
  readonly connectionBytes: number;
  readonly allBytes: number;
  /** The longest time that one answer may wait to be read. */
  readonly timeMs: number;
  /** A caller that has not read so many answers, of so many bytes together, and none for so long gets no further ones. */
  readonly callerAnswers: number;
  readonly callerBytes: number;
  readonly callerMs: number;
}

/**
 * Two hundred pages of a listing; and what a container of 512 MiB has to spare. One answer may have almost 4 MiB, so that
 * bytes alone would not tell a caller with a large answer on its way from one that does not read. Nor would their number: a
 * hundred calls that are answered at once, from pages that are here, have a hundred answers on the way to a client that reads.
 */
export const UNREAD_LIMITS: UnreadLimits = {
  connectionBytes: 32 * 1024 * 1024,
  allBytes: 128 * 1024 * 1024,
  timeMs: 60_000,
  callerAnswers: 64,
  callerBytes: 4 * 1024 * 1024,
  callerMs: 1000,
};

/** The answers that were written and not yet taken over by the system, by connection and by caller. */
export interface UnreadAnswers {
  /** The answer is written. Returns what must be called once it is read, or the call is over; it may be called twice. */
  written(ends: ConnectionEnds, caller: string, bytes: number): () => void;
  /** Whether the caller has so many to read that it gets no further ones. */
  isBehind(caller: string): boolean;
}

export interface UnreadAnswersOptions {
  readonly limits: UnreadLimits;
  readonly monotonic: MonotonicClock;
  /** The connection reads too little. Must end its calls. */
  readonly cut: (ends: ConnectionEnds) => void;
  /** The caller is behind from now on. */
  readonly onBehind: (caller: string) => void;
}

interface OfCaller {
  answers: number;
  bytes: number;
  /** When it has read one, or began to have any. */
  readAt: MonotonicMs;
  isTold: boolean;
}

export function createUnreadAnswers(options: UnreadAnswersOptions): UnreadAnswers {
  const { limits, cut, onBehind, monotonic } = options;
  const waiting = new Map<string, { readonly ends: ConnectionEnds; bytes: number }>();
  const ofCallers = new Map<string, OfCaller>();
  let all = 0;

  function isBehind(caller: string): boolean {
    const counted = ofCallers.get(caller);
    if (counted === undefined) return false;
    const areMany = counted.answers >= limits.callerAnswers && counted.bytes >= limits.callerBytes;
    return areMany && monotonic() - counted.readAt >= limits.callerMs;
  }

  function addToCaller(caller: string, bytes: number): void {
    const counted = ofCallers.get(caller) ?? { answers: 0, bytes: 0, readAt: monotonic(), isTold: false };
    ofCallers.set(caller, counted);
    counted.answers += 1;
    counted.bytes += bytes;
    if (counted.isTold || !isBehind(caller)) return;
    counted.isTold = true;
    onBehind(caller);
  }

  function readByCaller(caller: string, bytes: number): void {
    const counted = ofCallers.get(caller);
    if (counted === undefined) return;
    counted.answers -= 1;
    counted.bytes -= bytes;
    counted.readAt = monotonic();
    counted.isTold = isBehind(caller);
    if (counted.answers === 0) ofCallers.delete(caller);
  }

  function largest(): ConnectionEnds | undefined {
    let most: { readonly ends: ConnectionEnds; readonly bytes: number } | undefined;
    for (const one of waiting.values()) if (most === undefined || one.bytes > most.bytes) most = one;
    return most?.ends;
  }

  return {
    isBehind,
    written(ends, caller, bytes) {
      addToCaller(caller, bytes);
      const key = connectionName(ends);
      const connection = waiting.get(key) ?? { ends, bytes: 0 };
      waiting.set(key, connection);
      connection.bytes += bytes;
      all += bytes;
      const timer = setTimeout(() => cut(ends), limits.timeMs);
      timer.unref();
      if (connection.bytes > limits.connectionBytes) cut(ends);
      else if (all > limits.allBytes) cut(largest() ?? ends);
      let read = false;
      return () => {
        if (read) return;
        read = true;
        clearTimeout(timer);
        readByCaller(caller, bytes);
        all -= bytes;
        connection.bytes -= bytes;
        if (connection.bytes === 0 && waiting.get(key) === connection) waiting.delete(key);
      };
    },
  };
}
