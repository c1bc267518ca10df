// What requests under way may take together: their number, and the bytes of their bodies. One caller has at most half, and
// three quarters of the connections.
import type { ScimLimits } from "./limits.ts";

export interface Room {
  /** Undefined: there is no room for one more request of the caller. */
  enter(caller: string): Guest | undefined;
}

export interface Guest {
  /** False: there is no room for so many more bytes. */
  grow(bytes: number): boolean;
  leave(): void;
}

type RoomLimits = Pick<ScimLimits, "requests" | "allBodyBytes" | "connections">;

export function createRoom({ requests, allBodyBytes, connections }: RoomLimits): Room {
  // A connection with a request is not closed for a new one, so there must be others.
  const mostOfCaller = Math.max(1, Math.min(requests / 2, (connections * 3) / 4));
  const callers = new Map<string, { requests: number; bytes: number }>();
  const all = { requests: 0, bytes: 0 };

  return {
    enter(caller) {
      const own = callers.get(caller) ?? { requests: 0, bytes: 0 };
      if (all.requests >= requests || own.requests >= mostOfCaller) return undefined;
      callers.set(caller, own);
      let bytes = 0;
      let inside = true;
      all.requests += 1;
      own.requests += 1;
      return {
        grow(more) {
          if (!inside || all.bytes + more > allBodyBytes || own.bytes + more > allBodyBytes / 2) return false;
          bytes += more;
          all.bytes += more;
          own.bytes += more;
          return true;
        },
        leave() {
          if (!inside) return;
          inside = false;
          all.requests -= 1;
          own.requests -= 1;
          all.bytes -= bytes;
          own.bytes -= bytes;
          if (own.requests === 0) callers.delete(caller);
        },
      };
    },
  };
}
