// Who is connected, and who must go when it is too many.
//
// Invariants:
//   CONNECTION-1. No more than `max` connections are open, in a handshake or after it.
//   CONNECTION-2. A connection with an admitted call is never cut to make room. So he who only connects, however often,
//       keeps nobody out who is being served; a new caller has as long for his first call as others need to connect
//       `max` times.
import type { Socket } from "node:net";

/** The two ends of a connection, as sockets and the library name them. */
export interface Ends {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

export type Crowding = "evicted" | "full";

export interface Connections {
  /** False, and the socket is destroyed, when there is no room. */
  admit(socket: Socket): boolean;
  /** A call of this connection was answered, though only because anybody may make it. */
  use(ends: Ends): void;
  /** A call of this connection was let in. */
  prove(ends: Ends): void;
  /** Destroys those without a call. */
  cutUnused(): void;
  /** Destroys all. */
  cut(): void;
  /** Resolves when none is left. */
  gone(): Promise<void>;
}

/** `onCrowded` hears of each connection that had to go, or could not come. */
export function createConnections(
  max: number,
  onCrowded: (why: Crowding, peer: string) => void,
): Connections {
  // Sets keep the order of arrival.
  const idle = new Set<Socket>();
  const proven = new Set<Socket>();
  const used = new WeakSet<Socket>();
  const byEnds = new Map<string, Socket>();
  const waiting = new Set<() => void>();

  function makeRoom(): boolean {
    if (idle.size + proven.size < max) return true;
    const [oldest] = idle;
    if (oldest === undefined) return false;
    onCrowded("evicted", peerOf(oldest));
    forget(oldest);
    oldest.destroy();
    return true;
  }

  function forget(socket: Socket): void {
    idle.delete(socket);
    proven.delete(socket);
  }

  return {
    admit(socket) {
      const key = keyOf(socket);
      // A peer that resets its connection is no failure of ours.
      socket.on("error", () => {});
      if (!makeRoom()) {
        onCrowded("full", peerOf(socket));
        socket.destroy();
        return false;
      }
      // The ends of a Unix socket have no names, so its calls prove nothing; its file says who may connect.
      if (socket.remotePort === undefined) proven.add(socket);
      else idle.add(socket);
      byEnds.set(key, socket);
      socket.once("close", () => {
        forget(socket);
        if (byEnds.get(key) === socket) byEnds.delete(key);
        if (idle.size + proven.size > 0) return;
        for (const wake of waiting) wake();
        waiting.clear();
      });
      return true;
    },
    use(ends) {
      const socket = byEnds.get(keyOf(ends));
      if (socket !== undefined) used.add(socket);
    },
    prove(ends) {
      const socket = byEnds.get(keyOf(ends));
      if (socket === undefined || !idle.delete(socket)) return;
      proven.add(socket);
    },
    cutUnused() {
      for (const socket of idle) if (!used.has(socket)) socket.destroy();
    },
    cut() {
      for (const socket of [...idle, ...proven]) socket.destroy();
    },
    async gone() {
      if (idle.size + proven.size === 0) return;
      await new Promise<void>((resolve) => waiting.add(resolve));
    },
  };
}

/** `address:port`; of a Unix socket, whose ends have no name, `unknown`. */
function peerOf({ remoteAddress, remotePort }: Ends): string {
  return remoteAddress === undefined ? "unknown" : `${remoteAddress}:${remotePort}`;
}

function keyOf({ localAddress, localPort, remoteAddress, remotePort }: Ends): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
