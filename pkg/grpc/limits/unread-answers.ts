import { type ConnectionEnds, connectionName } from "../transport/connections.ts";

export interface UnreadLimits {
  /** Bytes of answers that one connection has not read. */
  readonly connectionBytes: number;
  readonly allBytes: number;
  /** The longest time that one answer may wait to be read. */
  readonly timeMs: number;
  /** A caller that has not read so many answers, of so many bytes together, gets no further ones. */
  readonly callerAnswers: number;
  readonly callerBytes: number;
}

/**
 * Two hundred pages of a listing; and what a container of 512 MiB has to spare. One answer may have almost 4 MiB, so that
 * bytes alone would not tell a caller with a large answer on its way from one that does not read.
 */
export const UNREAD_LIMITS: UnreadLimits = {
  connectionBytes: 32 * 1024 * 1024,
  allBytes: 128 * 1024 * 1024,
  timeMs: 60_000,
  callerAnswers: 64,
  callerBytes: 4 * 1024 * 1024,
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
  /** The connection reads too little. Must end its calls. */
  readonly cut: (ends: ConnectionEnds) => void;
  /** The caller is behind from now on. */
  readonly onBehind: (caller: string) => void;
}

export function createUnreadAnswers({ limits, cut, onBehind }: UnreadAnswersOptions): UnreadAnswers {
  const waiting = new Map<string, { readonly ends: ConnectionEnds; bytes: number }>();
  const ofCallers = new Map<string, { answers: number; bytes: number }>();
  let all = 0;

  function isBehind(caller: string): boolean {
    const { answers, bytes } = ofCallers.get(caller) ?? { answers: 0, bytes: 0 };
    return answers >= limits.callerAnswers && bytes >= limits.callerBytes;
  }

  function countOfCaller(caller: string, answers: 1 | -1, bytes: number): void {
    const counted = ofCallers.get(caller) ?? { answers: 0, bytes: 0 };
    counted.answers += answers;
    counted.bytes += bytes;
    if (counted.answers > 0) ofCallers.set(caller, counted);
    else ofCallers.delete(caller);
  }

  function largest(): ConnectionEnds | undefined {
    let most: { readonly ends: ConnectionEnds; readonly bytes: number } | undefined;
    for (const one of waiting.values()) if (most === undefined || one.bytes > most.bytes) most = one;
    return most?.ends;
  }

  return {
    isBehind,
    written(ends, caller, bytes) {
      const wasBehind = isBehind(caller);
      countOfCaller(caller, 1, bytes);
      if (!wasBehind && isBehind(caller)) onBehind(caller);
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
        countOfCaller(caller, -1, -bytes);
        all -= bytes;
        connection.bytes -= bytes;
        if (connection.bytes === 0 && waiting.get(key) === connection) waiting.delete(key);
      };
    },
  };
}
