// The front on its address: TLS, connections, the bounds in time, and the end.

import { constants } from "node:crypto";
import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { GovernanceError } from "../../core/errors.ts";
import { formatListenAddress, type ListenAddress } from "../../core/listen-address.ts";
import { limitConnections } from "../../listener/limit-connections.ts";
import { type Bound, type Listener, openListener, requireProtected } from "../../listener/listener.ts";
import type { AccessControl, ServerTls } from "../../security/access-control.ts";
import { createScimApp } from "./fastify.ts";
import { createScimFront, loggedFailure, type ScimFrontOptions } from "./front.ts";
import type { ScimLimits } from "./limits.ts";
import { answerRaw } from "./raw-answers.ts";

export interface ScimServerOptions extends ScimFrontOptions {
  /** Who may connect and call. The server does not stop it: other fronts use it too. */
  readonly access: Pick<AccessControl, "authorize" | "tls">;
  /** Allows plain text on addresses that other machines can reach. */
  readonly insecure: boolean;
}

export interface ScimServer {
  /** Opens the address; without TLS only one of this machine, unless `insecure`. */
  listen(address: ListenAddress): Promise<Bound>;
  /**
   * Takes no new requests, and waits up to `graceMs` for those under way; then answers them with 503 and closes the
   * connections. Always resolves. Later calls wait for the first.
   */
  close(graceMs: number): Promise<void>;
}

/** How long aborted requests have to send their answer. */
const LAST_WORD_MS = 250;

export function createScimServer(options: ScimServerOptions): ScimServer {
  const { access, limits, onCall, insecure } = options;
  const { tls } = access;
  const servers: Server[] = [];
  let answers: RequestListener = () => {};
  let closed: Promise<void> | undefined;
  const bound = limitConnections(limits.connections);
  const unanswered = boundUnanswered(limits.pipelined);

  function newServer(): Server {
    const server = serverFor(tls, limits, (request, response) => {
      if (!unanswered.admit(request.socket, response)) return;
      if (closed !== undefined) response.setHeader("connection", "close");
      // After the last answer its connection is not wanted any more.
      response.once("close", () => {
        if (closed !== undefined) setImmediate(() => server.closeIdleConnections());
      });
      answers(request, response);
    });
    server.headersTimeout = limits.headersMs;
    server.requestTimeout = limits.requestMs;
    server.keepAliveTimeout = limits.idleMs;
    server.maxHeadersCount = 100;
    bound(server);
    server.on("clientError", (error: Error, socket: Socket) => {
      const failure = answerRaw(error, socket);
      if (failure === undefined) return;
      onCall?.({
        method: "other",
        endpoint: "other",
        status: failure.status,
        durationMs: 0,
        requestBytes: 0,
        answerBytes: 0,
        peer: `${socket.remoteAddress}:${socket.remotePort}`,
        caller: `${socket.remoteAddress}:${socket.remotePort}`,
        error: loggedFailure(failure),
      });
    });
    servers.push(server);
    return server;
  }

  const { app, abortAll } = createScimApp(createScimFront(options), limits, (listener) => {
    answers = listener;
    // It listens nowhere: the listener makes its own.
    return createHttpServer(listener);
  });
  let listener: Listener | undefined;

  async function shutDown(graceMs: number): Promise<void> {
    const allClosed = Promise.all(servers.filter(({ listening }) => listening).map(ended));
    listener?.stop();
    for (const server of servers) server.closeIdleConnections();
    if (!(await resolvesWithin(allClosed, graceMs))) {
      abortAll(new GovernanceError("unavailable", "the connector is shutting down; try again"));
      if (!(await resolvesWithin(allClosed, LAST_WORD_MS))) {
        for (const server of servers) server.closeAllConnections();
      }
    }
    await app.close();
  }

  return {
    async listen(address) {
      if (closed !== undefined) {
        throw new GovernanceError(
          "failed-precondition",
          `scim-listen: the server is closed, ${formatListenAddress(address)} is not opened`,
        );
      }
      requireProtected("scim-listen", address, { tls: tls !== undefined, insecure });
      await app.ready();
      listener = await openListener("scim-listen", address, newServer);
      return listener.bound;
    },
    close(graceMs) {
      closed ??= shutDown(graceMs);
      return closed;
    },
  };
}

/**
 * Cuts a connection that sends requests without waiting for answers. Node.js parses all that have arrived in one turn, and
 * no client of SCIM does it.
 */
function boundUnanswered(most: number) {
  const counts = new WeakMap<Socket, number>();
  return {
    /** False: the request is not to be answered. */
    admit(socket: Socket, response: ServerResponse): boolean {
      if (socket.destroyed) return false;
      const count = (counts.get(socket) ?? 0) + 1;
      if (count > most) {
        socket.destroy();
        return false;
      }
      counts.set(socket, count);
      response.once("close", () => counts.set(socket, (counts.get(socket) ?? 1) - 1));
      return true;
    },
  };
}

function serverFor(
  tls: ServerTls | undefined,
  { headerBytes, handshakeMs }: ScimLimits,
  answers: RequestListener,
): Server {
  // Node.js would answer a request without a host by itself, without SCIM's body.
  const common = { maxHeaderSize: headerBytes, connectionsCheckingInterval: 1000, requireHostHeader: false };
  if (tls === undefined) return createHttpServer(common, answers);
  const server = createHttpsServer(
    { ...common, ...tls.options(), ...FOR_IDENTITY_PROVIDERS, handshakeTimeout: handshakeMs },
    answers,
  );
  /** In their handshake, by the ends of their connection. */
  const pending = new Map<string, Socket>();
  server.on("connection", (socket: Socket) => {
    const ends = endsOf(socket);
    pending.set(ends, socket);
    socket.once("close", () => pending.delete(ends));
  });
  tls.onRenewed((context) => {
    server.setSecureContext({ ...context, ...FOR_IDENTITY_PROVIDERS });
    // They would be judged by the earlier authorities.
    for (const socket of pending.values()) socket.destroy();
  });
  server.on("secureConnection", (socket) => {
    pending.delete(endsOf(socket));
    // Each request is checked too, so only those that run go on for a while.
    tls.connected(socket, () => setTimeout(() => socket.destroy(), INVALID_CERTIFICATE_GRACE_MS).unref());
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
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

function ended(server: Server): Promise<void> {
  return new Promise((resolve) => server.once("close", () => resolve()));
}

/** Whether the work ends in that time. */
async function resolvesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
