// The server of Node.js, plain or with TLS, without an address.
import { constants } from "node:crypto";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { errnoOf } from "../../core/unknown.ts";
import { connectionKey } from "../../listener/limit-connections.ts";
import type { ServerTls } from "../../security/access-control.ts";
import type { ScimLimits } from "./limits.ts";
import { socketPeer } from "./raw-answers.ts";

/** A connection whose TLS handshake failed, that was closed to make room for another, or whose answer was not read. */
export interface RefusedScimConnection {
  readonly why: "handshake" | "evicted" | "unread";
  /** `address:port`; `unknown` for one that was closed to make room. */
  readonly peer: string;
  /** Why the handshake failed, as Node.js and OpenSSL name it. */
  readonly code: string | undefined;
}

interface HttpServerOptions {
  readonly tls: ServerTls | undefined;
  readonly limits: ScimLimits;
  readonly refused: (event: RefusedScimConnection) => void;
}

export function scimHttpServer({ tls, limits, refused }: HttpServerOptions): Server {
  const { headerBytes, handshakeMs } = limits;
  // Node.js would answer a request without a host by itself, without SCIM's body.
  const common = { maxHeaderSize: headerBytes, connectionsCheckingInterval: 1000, requireHostHeader: false };
  if (tls === undefined) return createHttpServer(common);
  const server = createHttpsServer({
    ...common,
    ...tls.options(),
    ...FOR_IDENTITY_PROVIDERS,
    handshakeTimeout: handshakeMs,
  });
  /** In their handshake. */
  const pending = new Map<Socket | string, Socket>();
  /** A destroyed socket no longer knows its peer. */
  const peers = new WeakMap<object, string>();
  server.on("connection", (socket: Socket) => {
    const key = connectionKey(socket);
    pending.set(key, socket);
    peers.set(socket, socketPeer(socket));
    socket.once("close", () => pending.delete(key));
  });
  tls.onRenewed((context) => {
    server.setSecureContext({ ...context, ...FOR_IDENTITY_PROVIDERS });
    // They would be judged by the earlier authorities.
    for (const socket of pending.values()) socket.destroy();
  });
  server.on("secureConnection", (socket) => {
    pending.delete(connectionKey(socket));
    // Each request is checked too, so only those that run go on for a while.
    tls.connected(socket, () => setTimeout(() => socket.destroy(), INVALID_CERTIFICATE_GRACE_MS).unref());
  });
  server.on("tlsClientError", (error, socket) => {
    // The connection below, which Node.js does not document. Without it a refusal has no peer.
    const raw: unknown = Reflect.get(socket, "_parent");
    const peer = (typeof raw === "object" && raw !== null ? peers.get(raw) : undefined) ?? "unknown";
    // For a rejected certificate only the socket has the reason.
    const code = String(socket.authorizationError ?? (errnoOf(error) || error.name));
    refused({ why: "handshake", peer, code });
    socket.destroy();
  });
  return server;
}

/** Requests that run when a client certificate stops being valid may end. */
const INVALID_CERTIFICATE_GRACE_MS = 10_000;

/** Entra ID speaks TLS 1.2 only. No tickets and no renegotiation: the client certificate is checked at each handshake. */
const FOR_IDENTITY_PROVIDERS: SecureContextOptions = {
  minVersion: "TLSv1.2",
  ciphers:
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
};
