// The front on its address: connections, the bounds in time, and the end.
import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { GovernanceError } from "../../core/errors.ts";
import { notify } from "../../core/events.ts";
import { formatListenAddress, type ListenAddress } from "../../core/listen-address.ts";
import { boundUnanswered } from "../../listener/bound-unanswered.ts";
import { limitConnections } from "../../listener/limit-connections.ts";
import { type Bound, type Listener, openListener, requireProtected } from "../../listener/listener.ts";
import type { AccessControl } from "../../security/access-control.ts";
import { createScimApp } from "./fastify.ts";
import { createScimFront, loggedFailure, type ScimFrontOptions } from "./front.ts";
import { type RefusedScimConnection, scimHttpServer } from "./http-server.ts";
import { answerRaw, hasGone, socketPeer } from "./raw-answers.ts";
import { createUnanswered } from "./unanswered.ts";

export interface ScimServerOptions extends ScimFrontOptions {
  /** Who may connect and call. The server does not stop it: other fronts use it too. */
  readonly access: Pick<AccessControl, "authorize" | "tls">;
  /** Allows plain text on addresses that other machines can reach. */
  readonly insecure: boolean;
  readonly onConnectionRefused?: ((event: RefusedScimConnection) => void) | undefined;
}

export interface ScimServer {
  /** Opens the address; without TLS only one of this machine, unless `insecure`. Errors name it as `setting`. */
  listen(address: ListenAddress, setting?: string): Promise<Bound>;
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
  const refused = (event: RefusedScimConnection): void => notify(options.onConnectionRefused, event);
  const { tls } = access;
  const servers: Server[] = [];
  let answers: RequestListener = () => {};
  let closed: Promise<void> | undefined;
  const bound = limitConnections({
    connections: limits.connections,
    victims: "idle",
    onEvicted: () => refused({ why: "evicted", peer: "unknown", code: undefined }),
  });
  const bounded = boundUnanswered(limits.pipelined);
  const unanswered = createUnanswered();
  /** Node.js reports each further piece that a client sends as an error. */
  const invalid = new WeakSet<Socket>();

  function refuse(error: Error, socket: Socket): void {
    const failure = answerRaw(error, socket);
    notify(onCall, {
      method: "other",
      endpoint: "other",
      status: failure.status,
      durationMs: 0,
      requestBytes: 0,
      answerBytes: 0,
      peer: socketPeer(socket),
      caller: socketPeer(socket),
      error: loggedFailure(failure),
    });
  }

  function newServer(): Server {
    const server = scimHttpServer({ tls, limits, refused });
    bounded(server, (request, response) => {
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
    unanswered.watch(server);
    server.on("clientError", (error: Error, socket: Socket) => {
      if (hasGone(error, socket)) {
        socket.destroy();
        return;
      }
      if (invalid.has(socket)) return;
      invalid.add(socket);
      // A client takes the first answer for that of its first request, which may be a change that is being made.
      unanswered.afterAnswers(socket, () => {
        // The last answer may have ended it.
        if (socket.writable) refuse(error, socket);
      });
    });
    servers.push(server);
    return server;
  }

  const onUnread = (peer: string): void => refused({ why: "unread", peer, code: undefined });
  const { app, abortAll } = createScimApp(createScimFront(options), limits, onUnread, (listener) => {
    answers = listener;
    // It listens nowhere: the listener makes its own.
    return createServer(listener);
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
    async listen(address, setting = "scim-listen") {
      if (closed !== undefined) {
        throw new GovernanceError(
          "failed-precondition",
          `${setting}: the server is closed, ${formatListenAddress(address)} is not opened`,
        );
      }
      requireProtected(setting, address, { tls: tls !== undefined, insecure });
      await app.ready();
      listener = await openListener(setting, address, newServer);
      return listener.bound;
    },
    close(graceMs) {
      closed ??= shutDown(graceMs);
      return closed;
    },
  };
}

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
