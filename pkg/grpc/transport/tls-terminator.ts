import { Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { ServerTls } from "../../security/access-control.ts";

export interface TlsTerminatorOptions {
  readonly tls: ServerTls;
  readonly handshakeTimeoutMs: number;
  /** Called with each connection whose handshake is done. */
  readonly onReady: (socket: TLSSocket) => void;
  /** Called for a failed handshake, with the code that Node or OpenSSL gives for it. */
  readonly onRefused: (code: string, peer: string) => void;
}

export interface TlsTerminator {
  handshake(socket: Socket): void;
}

/** A later server certificate counts for later handshakes; open connections keep theirs. */
export function createTlsTerminator(options: TlsTerminatorOptions): TlsTerminator {
  const { tls, handshakeTimeoutMs, onReady, onRefused } = options;
  // It listens nowhere: it gets its connections from `handshake`.
  const server = createServer({
    ...tls.options(),
    ALPNProtocols: ["h2"],
    handshakeTimeout: handshakeTimeoutMs,
  });
  /** In their handshake, or of a peer that was not found again. */
  const pending = new Set<Socket>();
  tls.onRenewed((context) => {
    server.setSecureContext(context);
    // They would be judged by the earlier authorities.
    for (const socket of pending) socket.destroy();
  });
  /** A destroyed socket no longer knows its peer. */
  const peers = new WeakMap<object, string>();
  // The connection below, which Node does not document. Without it a refusal has no peer, and new certificate files end
  // the connections.
  const rawOf = (socket: TLSSocket): unknown => Reflect.get(socket, "_parent");
  const peerOf = (socket: TLSSocket): string => {
    const raw = rawOf(socket);
    return (typeof raw === "object" && raw !== null ? peers.get(raw) : undefined) ?? "unknown";
  };
  server.on("secureConnection", (socket) => {
    const raw = rawOf(socket);
    if (raw instanceof Socket) pending.delete(raw);
    socket.on("error", () => {});
    if (socket.alpnProtocol === "h2") {
      onReady(socket);
      return;
    }
    onRefused("no-http2", peerOf(socket));
    socket.destroy();
  });
  server.on("tlsClientError", (error, socket) => {
    // For a rejected certificate only the socket has the reason; the error says that the connection was reset.
    const { authorizationError: unauthorized } = socket;
    const code = unauthorized ?? ("code" in error ? error.code : error.name);
    onRefused(String(code), peerOf(socket));
    // Node leaves it open, also after a handshake timeout.
    socket.destroy();
  });
  return {
    handshake(socket) {
      peers.set(socket, `${socket.remoteAddress}:${socket.remotePort}`);
      pending.add(socket);
      socket.once("close", () => pending.delete(socket));
      server.emit("connection", socket);
    },
  };
}
