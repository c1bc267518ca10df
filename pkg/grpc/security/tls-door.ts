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
    onRefused("code" in error ? String(error.code) : error.name, peerOf(socket));
  });
  return {
    enter: (socket) => void server.emit("connection", socket),
    renew: (renewed) => server.setSecureContext(renewed),
  };
}

/** A socket that is gone knows its peer no more. */
function peerOf({ remoteAddress, remotePort }: TLSSocket): string {
  return remoteAddress === undefined ? "unknown" : `${remoteAddress}:${remotePort}`;
}
