import type { Socket } from "node:net";
import { createServer, type SecureContextOptions, type TLSSocket } from "node:tls";

export interface TlsDoorOptions {
  readonly context: SecureContextOptions;
  readonly requireClientCertificate: boolean;
  readonly handshakeTimeoutMs: number;
  /** Takes a connection whose handshake is done. */
  readonly onReady: (socket: TLSSocket) => void;
  /** Hears of a peer that did not get through the handshake, with Node's or OpenSSL's code of the reason. */
  readonly onRefused: (code: string, peer: string) => void;
}

export interface TlsDoor {
  /** Begins the handshake. */
  enter(socket: Socket): void;
  /** What handshakes from now on use; connections that stand are left as they are. */
  renew(context: SecureContextOptions): void;
}

export function createTlsDoor(options: TlsDoorOptions): TlsDoor {
  const { context, requireClientCertificate, handshakeTimeoutMs, onReady, onRefused } = options;
  // It listens nowhere: it is given its connections.
  const server = createServer({
    ...context,
    ALPNProtocols: ["h2"],
    requestCert: requireClientCertificate,
    rejectUnauthorized: requireClientCertificate,
    handshakeTimeout: handshakeTimeoutMs,
  });
  /** A socket that is gone knows its peer no more. */
  const peers = new WeakMap<object, string>();
  const peerOf = (socket: TLSSocket): string => {
    // The connection beneath, which Node does not document. Without it a refusal has no peer, and nothing else is lost.
    const raw: unknown = Reflect.get(socket, "_parent");
    return (typeof raw === "object" && raw !== null ? peers.get(raw) : undefined) ?? "unknown";
  };
  server.on("secureConnection", (socket) => {
    socket.on("error", () => {});
    if (socket.alpnProtocol === "h2") {
      onReady(socket);
      return;
    }
    onRefused("no-http2", peerOf(socket));
    socket.destroy();
  });
  server.on("tlsClientError", (error, socket) => {
    // What is wrong with a certificate is said there only; the error is a reset connection.
    const { authorizationError: unauthorized } = socket;
    const code = unauthorized ?? ("code" in error ? error.code : error.name);
    onRefused(String(code), peerOf(socket));
    // Node leaves it open, after a handshake that took too long, too.
    socket.destroy();
  });
  return {
    enter(socket) {
      peers.set(socket, `${socket.remoteAddress}:${socket.remotePort}`);
      server.emit("connection", socket);
    },
    renew: (renewed) => server.setSecureContext(renewed),
  };
}
