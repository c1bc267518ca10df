import { type ConnectionEnds, connectionName } from "../transport/connections.ts";

export interface UnreadLimits {
  /** Bytes of answers that one connection has not read. */
  readonly connectionBytes: number;
  readonly allBytes: number;
  /** The longest time that one answer may wait to be read. */
  readonly timeMs: number;
}

/** Two hundred pages of a listing; and what a container of 512 MiB has to spare. */
export const UNREAD_LIMITS: UnreadLimits = {
  connectionBytes: 32 * 1024 * 1024,
  allBytes: 128 * 1024 * 1024,
  timeMs: 60_000,
};

/** The answers that were written and not yet taken over by the system, by connection. */
export interface UnreadAnswers {
  /** The answer is written. Returns what must be called once it is read, or the call is over; it may be called twice. */
  written(ends: ConnectionEnds, bytes: number): () => void;
}

/** `cut` is called for a connection that reads too little. It must end its calls. */
export function createUnreadAnswers(
  limits: UnreadLimits,
  cut: (ends: ConnectionEnds) => void,
): UnreadAnswers {
  const waiting = new Map<string, { readonly ends: ConnectionEnds; bytes: number }>();
  let all = 0;

  function largest(): ConnectionEnds | undefined {
    let most: { readonly ends: ConnectionEnds; readonly bytes: number } | undefined;
    for (const one of waiting.values()) if (most === undefined || one.bytes > most.bytes) most = one;
    return most?.ends;
  }

  return {
    written(ends, bytes) {
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
        all -= bytes;
        connection.bytes -= bytes;
        if (connection.bytes === 0 && waiting.get(key) === connection) waiting.delete(key);
      };
    },
  };
}
