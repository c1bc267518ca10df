// The way of a connection: counted, then through TLS, then given to the library.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { MonotonicClock } from "../../core/clock.ts";
import { notify } from "../../core/events.ts";
import type { ServerTls } from "../../security/access-control.ts";
import {
  type ConnectionEnds,
  type Connections,
  connectionAddress,
  connectionName,
  createConnections,
} from "./connections.ts";
import { keepSession } from "./kept-sessions.ts";
import { http2SessionOf } from "./socket-session.ts";
import { type BusyCallers, createStreamTurns, type StreamTurns } from "./stream-turns.ts";
import { createTlsTerminator } from "./tls-terminator.ts";

/** A connection that was refused, or closed to make room for another. */
export interface RefusedConnection {
  /** `address:port`, or `unknown` when the connection was already gone. */
  readonly peer: string;
  /** `handshake`: the TLS handshake failed; `evicted`: closed to make room; `full`: refused, because no room could be made. */
  readonly why: "handshake" | "evicted" | "full";
  /** Why the handshake failed, as Node and OpenSSL name it: `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED`, … */
  readonly code: string | undefined;
}

export interface ConnectionAcceptorOptions {
  readonly maxConnections: number;
  readonly handshakeTimeoutMs: number;
  /** Undefined for plaintext. */
  readonly tls: ServerTls | undefined;
  /** The library's way to take a connection; one for each, so that each can be ended by itself. */
  readonly createInjector: () => Injector;
  readonly onRefused: (event: RefusedConnection) => void;
  /** For how long a new connection of this address is not read. */
  readonly newcomerWait: (address: string) => number;
  /** A call of this caller, or of this address without credentials, was cancelled before it began. */
  readonly onCancelled: (ends: ConnectionEnds, caller: string) => void;
  /** A call was refused, since so many of its caller wait to begin. */
  readonly onCallRefused: (ends: ConnectionEnds) => void;
  readonly busy: BusyCallers;
  readonly monotonic: MonotonicClock;
}

/** Of grpc-js. `drain` sends GOAWAY, and destroys the connection when its calls have not ended after the grace time. */
export interface Injector {
  injectConnection(connection: Duplex): void;
  drain(graceMs: number): void;
  destroy(): void;
}

/** Calls that run when a client certificate stops being valid may end; new ones are refused at once. */
const INVALID_CERTIFICATE_GRACE_MS = 10_000;

export interface ConnectionAcceptor
  extends Pick<Connections, "callBegan" | "callEnded" | "markUsed" | "ownerOf" | "sent" | "cut">,
    Pick<StreamTurns, "pause"> {
  accept(socket: Socket): void;
  /** Accepts no more connections and closes those without a call. Resolves when all are closed. */
  close(): Promise<void>;
  isClosed(): boolean;
  /** Destroys the connections that are still open. */
  destroy(): void;
}

export function createConnectionAcceptor(options: ConnectionAcceptorOptions): ConnectionAcceptor {
  const { maxConnections, handshakeTimeoutMs, tls, createInjector, onRefused } = options;
  let open = true;
  const connections = createConnections(maxConnections, (why, peer) =>
    notify(onRefused, { peer, why, code: undefined }),
  );
  const turns = createStreamTurns({
    busy: options.busy,
    onCancelled: options.onCancelled,
    onRefused: options.onCallRefused,
    onOverrun: (ends) => cut(ends),
    monotonic: options.monotonic,
  });
  function cut(ends: ConnectionEnds): void {
    // Before its socket, and at once: the rest of what was read may have hundreds of calls.
    endings.get(connectionName(ends))?.();
    connections.cut(ends);
  }
  const endings = new Map<string, () => void>();
  const inject = (socket: Socket): void => {
    if (!open) {
      socket.destroy();
      return;
    }
    const injector = createInjector();
    const key = connectionName(socket);
    let ended = false;
    // Hundreds of calls may cut one connection before it has ended. Each `destroy` of the library would add a listener.
    const end = (): void => {
      if (ended) return;
      ended = true;
      // The library waits for calls, and Node makes streams of further requests only to reset them.
      http2SessionOf(socket)?.destroy();
      injector.destroy();
    };
    endings.set(key, end);
    socket.once("close", () => {
      end();
      if (endings.get(key) === end) endings.delete(key);
    });
    if (socket instanceof TLSSocket) {
      tls?.connected(socket, () => injector.drain(INVALID_CERTIFICATE_GRACE_MS));
    }
    injector.injectConnection(socket);
    keepSession(socket);
  };
  const terminator =
    tls === undefined
      ? undefined
      : createTlsTerminator({
          tls,
          handshakeTimeoutMs,
          onReady: inject,
          onRefused: (code, peer) => notify(onRefused, { peer, why: "handshake", code }),
        });

  return {
    accept(socket) {
      if (!connections.admit(socket)) return;
      turns.watch(socket);
      if (terminator === undefined) inject(socket);
      else terminator.handshake(socket);
      const waitMs = options.newcomerWait(connectionAddress(socket));
      // After HTTP/2 or TLS has begun to read the socket, and before there is anything to read.
      if (waitMs > 0) process.nextTick(() => turns.pause(socket, () => waitMs));
    },
    callBegan(ends, caller) {
      if (!connections.callBegan(ends, caller)) return false;
      turns.proved(ends, caller);
      return true;
    },
    callEnded: (ends) => connections.callEnded(ends),
    markUsed: (ends) => connections.markUsed(ends),
    ownerOf: (ends) => connections.ownerOf(ends),
    sent: (ends) => connections.sent(ends),
    cut,
    pause: (ends, howLong) => open && turns.pause(ends, howLong),
    close() {
      open = false;
      turns.endPauses();
      connections.destroyUnused();
      return connections.allClosed().finally(() => turns.stop());
    },
    isClosed: () => !open,
    destroy: () => connections.destroyAll(),
  };
}
