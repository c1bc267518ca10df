// The open connections, and which one is closed when there are too many (CONNECTION-1 and CONNECTION-2 in DESIGN.md).
import type { Socket } from "node:net";

/** The two ends of a connection, as sockets and the library name them. */
export interface ConnectionEnds {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

type Reason = "evicted" | "full";

export interface Connections {
  /** False, and the socket is destroyed, when there is no room. */
  admit(socket: Socket): boolean;
  /** The connection had a call that needs no authentication. */
  markUsed(ends: ConnectionEnds): void;
  /** The connection had a call that was authenticated. */
  markAuthenticated(ends: ConnectionEnds): void;
  /** Destroys those without a call. */
  destroyUnused(): void;
  destroyAll(): void;
  /** Resolves when none is open. */
  allClosed(): Promise<void>;
}

/** `onRefused` is called for each connection that is closed to make room, or refused because none could be made. */
export function createConnections(max: number, onRefused: (why: Reason, peer: string) => void): Connections {
  // Sets keep the order of arrival.
  const idle = new Set<Socket>();
  const authenticated = new Set<Socket>();
  const used = new WeakSet<Socket>();
  const byEnds = new Map<string, Socket>();
  const waiting = new Set<() => void>();

  function makeRoom(): boolean {
    if (idle.size + authenticated.size < max) return true;
    const [oldest] = idle;
    if (oldest === undefined) return false;
    onRefused("evicted", peerOf(oldest));
    forget(oldest);
    oldest.destroy();
    return true;
  }

  function forget(socket: Socket): void {
    idle.delete(socket);
    authenticated.delete(socket);
  }

  return {
    admit(socket) {
      const key = keyOf(socket);
      // Without a listener, a peer that resets its connection would end the process.
      socket.on("error", () => {});
      if (!makeRoom()) {
        onRefused("full", peerOf(socket));
        socket.destroy();
        return false;
      }
      // The ends of a Unix socket have no addresses, so a call cannot be matched with its connection.
      if (socket.remotePort === undefined) authenticated.add(socket);
      else idle.add(socket);
      byEnds.set(key, socket);
      socket.once("close", () => {
        forget(socket);
        if (byEnds.get(key) === socket) byEnds.delete(key);
        if (idle.size + authenticated.size > 0) return;
        for (const wake of waiting) wake();
        waiting.clear();
      });
      return true;
    },
    markUsed(ends) {
      const socket = byEnds.get(keyOf(ends));
      if (socket !== undefined) used.add(socket);
    },
    markAuthenticated(ends) {
      const socket = byEnds.get(keyOf(ends));
      if (socket === undefined || !idle.delete(socket)) return;
      authenticated.add(socket);
    },
    destroyUnused() {
      for (const socket of idle) if (!used.has(socket)) socket.destroy();
    },
    destroyAll() {
      for (const socket of [...idle, ...authenticated]) socket.destroy();
    },
    async allClosed() {
      if (idle.size + authenticated.size === 0) return;
      await new Promise<void>((resolve) => waiting.add(resolve));
    },
  };
}

/** `address:port`; `unknown` for a Unix socket. */
function peerOf({ remoteAddress, remotePort }: ConnectionEnds): string {
  return remoteAddress === undefined ? "unknown" : `${remoteAddress}:${remotePort}`;
}

function keyOf({ localAddress, localPort, remoteAddress, remotePort }: ConnectionEnds): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
