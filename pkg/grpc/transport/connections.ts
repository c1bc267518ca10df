// The open connections, and which one is closed when there are too many (CONNECTION-1 and CONNECTION-2 in DESIGN.md).
import type { Socket } from "node:net";
import { createGroups } from "./groups.ts";

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
  /**
   * An authenticated call begins: the connection is the caller's from now on, and is not closed to make room before
   * `callEnded`. False when other connections of the caller with calls already take the caller's share.
   */
  callBegan(ends: ConnectionEnds, caller: string): boolean;
  callEnded(ends: ConnectionEnds): void;
  /** The connection has a call that needs no authentication. It protects nothing. */
  markUsed(ends: ConnectionEnds): void;
  /** The caller of the last authenticated call of the connection. */
  ownerOf(ends: ConnectionEnds): string | undefined;
  /** How many bytes of the connection the system has taken over so far. */
  sent(ends: ConnectionEnds): number;
  /** Destroys the connection, since its client breaks a bound. */
  cut(ends: ConnectionEnds): void;
  /** Destroys those without a call. */
  destroyUnused(): void;
  destroyAll(): void;
  /** Resolves when none is open. */
  allClosed(): Promise<void>;
}

interface Connection {
  readonly socket: Socket;
  /** Of both ends: a destroyed socket has no addresses any more. */
  readonly key: string;
  readonly address: string;
  owner: string | undefined;
  /** Authenticated calls under way. */
  calls: number;
  used: boolean;
}

/** `onRefused` is called for each connection that is closed to make room, or refused because none could be made. */
export function createConnections(max: number, onRefused: (why: Reason, peer: string) => void): Connections {
  const open = new Map<string, Connection>();
  // By address: who is behind them is not known.
  const unproven = createGroups<Connection>();
  // By caller, those without a call.
  const idle = createGroups<Connection>();
  const busy = new Map<string, number>();
  const busyShare = Math.ceil((max * 3) / 4);
  /** A caller with more of them loses one before a connection that may be about to prove itself. */
  const idleShare = Math.ceil(max / 4);
  const waiting = new Set<() => void>();

  function makeRoom(address: string): boolean {
    if (open.size < max) return true;
    const idlest = idle.oldestOfLargest(undefined);
    const isHoarded = idle.largest() > idleShare;
    const victim = (isHoarded ? idlest : undefined) ?? unproven.oldestOfLargest(address) ?? idlest;
    if (victim === undefined) return false;
    onRefused("evicted", peerOf(victim.socket));
    forget(victim);
    victim.socket.destroy();
    return true;
  }

  /** May be called twice. */
  function forget(connection: Connection): void {
    const { key, owner } = connection;
    if (open.get(key) !== connection) return;
    open.delete(key);
    if (owner === undefined) unproven.remove(connection.address, connection);
    else if (connection.calls === 0) idle.remove(owner, connection);
    else countBusy(owner, -1);
  }

  function countBusy(caller: string, change: number): void {
    const now = (busy.get(caller) ?? 0) + change;
    if (now > 0) busy.set(caller, now);
    else busy.delete(caller);
  }

  return {
    admit(socket) {
      nameEnds(socket);
      const address = connectionAddress(socket);
      // Without a listener, a peer that resets its connection would end the process.
      socket.on("error", () => {});
      if (!makeRoom(address)) {
        onRefused("full", peerOf(socket));
        socket.destroy();
        return false;
      }
      const key = connectionName(socket);
      // The system may give the same ports again before the end of the earlier connection is reported.
      const earlier = open.get(key);
      if (earlier !== undefined) forget(earlier);
      const connection: Connection = { socket, key, address, owner: undefined, calls: 0, used: false };
      open.set(key, connection);
      unproven.add(address, connection);
      socket.once("close", () => {
        forget(connection);
        if (open.size > 0) return;
        for (const wake of waiting) wake();
        waiting.clear();
      });
      return true;
    },
    callBegan(ends, caller) {
      const connection = open.get(connectionName(ends));
      if (connection === undefined) return true;
      const { owner } = connection;
      if (connection.calls === 0 && (busy.get(caller) ?? 0) >= busyShare) return false;
      if (owner === undefined) unproven.remove(connection.address, connection);
      else if (connection.calls === 0) idle.remove(owner, connection);
      else if (owner !== caller) countBusy(owner, -1);
      if (connection.calls === 0 || owner !== caller) countBusy(caller, 1);
      connection.owner = caller;
      connection.calls += 1;
      return true;
    },
    callEnded(ends) {
      const connection = open.get(connectionName(ends));
      if (connection?.owner === undefined || connection.calls === 0) return;
      connection.calls -= 1;
      if (connection.calls > 0) return;
      countBusy(connection.owner, -1);
      idle.add(connection.owner, connection);
    },
    markUsed(ends) {
      const connection = open.get(connectionName(ends));
      if (connection !== undefined) connection.used = true;
    },
    ownerOf: (ends) => open.get(connectionName(ends))?.owner,
    sent: (ends) => open.get(connectionName(ends))?.socket.bytesWritten ?? 0,
    cut: (ends) => void open.get(connectionName(ends))?.socket.destroy(),
    destroyUnused() {
      for (const { socket, owner, used } of open.values()) {
        if (owner === undefined && !used) socket.destroy();
      }
    },
    destroyAll() {
      for (const { socket } of open.values()) socket.destroy();
    },
    async allClosed() {
      if (open.size === 0) return;
      await new Promise<void>((resolve) => waiting.add(resolve));
    },
  };
}

/** `address:port`; `unknown` for a Unix socket. */
function peerOf({ remoteAddress, remotePort }: ConnectionEnds): string {
  return remoteAddress === undefined ? "unknown" : `${remoteAddress}:${remotePort}`;
}

/** All Unix sockets share one, the one that the library gives their calls: they are of this machine. */
export function connectionAddress({ remoteAddress }: ConnectionEnds): string {
  return remoteAddress ?? "unknown";
}

/** The name of a connection, the same for its socket and for the calls on it. */
export function connectionName({
  localAddress,
  localPort,
  remoteAddress,
  remotePort,
}: ConnectionEnds): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

let unixSockets = 0;

/** The ends of a Unix socket have no names, so it gets a number as its port: the library reads that from the socket. */
function nameEnds(socket: Socket): void {
  if (socket.remotePort !== undefined) return;
  unixSockets += 1;
  Object.defineProperty(socket, "localPort", { value: unixSockets });
}
