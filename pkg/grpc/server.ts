// We listen ourselves, because the library can limit neither the number of connections nor the time of a handshake, and
// cannot close the connection of a peer that has stopped reading.
import { createServer } from "node:net";
import {
  logVerbosity,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerOptions,
  setLogVerbosity,
} from "@grpc/grpc-js";
import type { Connector } from "../connector/connector.ts";
import type { ProvisioningVerbs } from "../connector/provisioning/verbs.ts";
import type { Clocks } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { type GrpcCallEvent, notify, type ServiceBound } from "../core/events.ts";
import { formatListenAddress, type ListenAddress } from "../core/listen-address.ts";
import type { RateLimits } from "../core/rate-limits.ts";
import { type Bound, type Listener, openListener, requireProtected } from "../listener/listener.ts";
import { allServices, SDK_VERSION } from "../rpc/services/services.ts";
import type { AccessControl } from "../security/access-control.ts";
import { definitionOf, implementationOf, type RoomFor } from "./adapter.ts";
import { createAuthInterceptor } from "./auth-interceptor.ts";
import { createRunningCalls } from "./call-signal.ts";
import type { WrapCall } from "./interceptors.ts";
import { createBusyCallers } from "./limits/busy-callers.ts";
import { createCallLimits } from "./limits/call-limits.ts";
import { createCancellations } from "./limits/cancellations.ts";
import { createPenalties } from "./limits/penalties.ts";
import { createUnreadAnswers, UNREAD_LIMITS, type UnreadLimits } from "./limits/unread-answers.ts";
import { createReflection, REFLECTION_SERVICES } from "./reflection/reflection.ts";
import { createReflectionStreams } from "./reflection/reflection-stream.ts";
import { createServingState } from "./services/health.ts";
import {
  type ConnectionAcceptor,
  createConnectionAcceptor,
  type RefusedConnection,
} from "./transport/acceptor.ts";
import { STREAMS_OF_UNPROVEN } from "./transport/session-streams.ts";

export interface GrpcServerOptions {
  readonly connector: Connector;
  readonly sdkVersion?: typeof SDK_VERSION | undefined;
  /** How the pool is changed; undefined refuses every write (D13). */
  readonly provisioning: ProvisioningVerbs | undefined;
  /** Without it the rate limiter service knows no limit. */
  readonly rateLimits?: RateLimits | undefined;
  /** Who may connect and call. The server does not stop it: other fronts may use it too. */
  readonly access: AccessControl;
  /** Allows plaintext on addresses that other machines can reach. */
  readonly insecure: boolean;
  /** Whether server reflection answers which services there are. */
  readonly reflection: boolean;
  readonly limits: ServerLimits;
  readonly clocks: Clocks;
  /** Called for every call once it has its answer. */
  readonly onCall?: ((event: GrpcCallEvent) => void) | undefined;
  /** Wraps the handling of each admitted call. */
  readonly wrapCall?: WrapCall | undefined;
  /** Called each time that a caller meets a bound. */
  readonly onBound?: ((bound: ServiceBound) => void) | undefined;
  /** Called for each connection that is refused, or closed to make room. */
  readonly onConnectionRefused?: ((event: RefusedConnection) => void) | undefined;
}

export interface ServerLimits {
  /** When there are more, one without a call is closed. */
  readonly maxConnections: number;
  /** Calls under way; one caller may have half of them. 2000 by default. */
  readonly maxCalls?: number | undefined;
  readonly unread?: Partial<UnreadLimits> | undefined;
  /** 10 s by default. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** The longest time from the headers of a request to the end of its body; 30 s by default. */
  readonly requestTimeoutMs?: number | undefined;
}

export interface GrpcServer {
  /**
   * Opens the address; without TLS only one of this machine, unless `insecure`. May be called for several addresses.
   * Rejects with one line that names the address, and the setting as `setting`, when it cannot be opened.
   */
  listen(address: ListenAddress, setting?: string): Promise<Bound>;
  /** What the health service answers for all services, until `close` makes it NOT_SERVING permanently. */
  setServing(serving: boolean): void;
  /**
   * Accepts no new calls, and waits up to `graceMs` for those under way; then aborts them, which answers `UNAVAILABLE`,
   * and closes the connections. Always resolves. Later calls wait for the first.
   */
  close(graceMs: number): Promise<void>;
}

const LIBRARY_OPTIONS: ServerOptions = {
  // A client that is gone without closing still holds a turn at AWS; a ping finds that within 80 s.
  "grpc.keepalive_time_ms": 60_000,
  "grpc.keepalive_timeout_ms": 20_000,
  "grpc.max_receive_message_length": 4 * 1024 * 1024,
  // Answers are measured before they are sent (interceptors.ts), with a better error than the library's.
  "grpc.max_send_message_length": -1,
  // Not for its own sake: without it forceShutdown knows no connection and closes none (grpc-js 1.14.7).
  "grpc.enable_channelz": 1,
  "grpc.max_concurrent_streams": STREAMS_OF_UNPROVEN,
  // In MiB, for what Node keeps of one connection: headers, frames, and the answers that are not read. Beyond it Node resets
  // new streams, and then ends the connection, so there is room for all answers that LIMIT-4 allows.
  "grpc-node.max_session_memory": 32 + UNREAD_LIMITS.allBytes / 2 ** 20,
};

const MAX_CALLS = 2000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

const UNREAD_RETRY_MS = 1000;

/** How long aborted calls have to send their answer, and destroyed connections to close. */
const LAST_WORD_MS = 250;

/** The Baton services over one connector. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { connector, sdkVersion = SDK_VERSION, provisioning, access, insecure, limits, clocks } = options;
  const { maxConnections, handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS } = limits;
  const { onCall = () => {}, onBound = () => {} } = options;
  const { now, monotonic } = clocks;
  // The library writes to standard error what it also reports to its caller.
  setLogVerbosity(logVerbosity.NONE);
  const penalties = createPenalties(monotonic);
  const running = createRunningCalls(now);
  const unreadFailure = (): GovernanceError =>
    new GovernanceError("throttled", "this caller does not read its answers; read them and try again", {
      retryAt: new Date(now() + UNREAD_RETRY_MS),
    });
  const auth = createAuthInterceptor({
    authorize: (head) => access.authorize(head),
    observation: { onCall, monotonic },
    requestTimeoutMs: limits.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    connections: {
      callBegan: (ends, caller) => acceptor.callBegan(ends, caller),
      callEnded: (ends) => acceptor.callEnded(ends),
      markUsed: (ends) => acceptor.markUsed(ends),
      ownerOf: (ends) => acceptor.ownerOf(ends),
      cut: (ends) => acceptor.cut(ends),
      pause: (ends, howLong) => acceptor.pause(ends, howLong),
    },
    limits: createCallLimits(limits.maxCalls ?? MAX_CALLS, now),
    unread: createUnreadAnswers({
      limits: { ...UNREAD_LIMITS, ...limits.unread },
      sent: (ends) => acceptor.sent(ends),
      cut(ends) {
        notify(onBound, "unread-answers");
        acceptor.cut(ends);
      },
      onBehind(caller) {
        notify(onBound, "unread-answers");
        running.abortReading(caller, unreadFailure());
      },
    }),
    unreadFailure,
    cancellations: createCancellations(monotonic),
    penalties,
    onBound,
  });
  const server = new Server({ ...LIBRARY_OPTIONS, interceptors: [auth.interceptor] });
  const acceptor: ConnectionAcceptor = createConnectionAcceptor({
    maxConnections,
    handshakeTimeoutMs,
    tls: access.tls,
    // The connections that it gets are already decrypted.
    createInjector: () => server.createConnectionInjector(ServerCredentials.createInsecure()),
    onRefused: options.onConnectionRefused ?? (() => {}),
    onCancelled: (ends, caller) => auth.cancelled(ends, caller),
    onCallRefused: (ends) => auth.refused(ends),
    newcomerWait: (address) => penalties.newcomer(address),
    busy: createBusyCallers(monotonic),
    monotonic,
  });
  const observation = { onCall, monotonic, wrapCall: options.wrapCall };
  const callerOf = (metadata: Metadata) => auth.callerOf(metadata);
  const roomFor: RoomFor = (metadata) => auth.roomFor(metadata);
  const services = allServices(connector, sdkVersion, provisioning, options.rateLimits);
  const serving = createServingState(services.map(({ service }) => service.typeName));
  const served = [...services, serving.service];
  for (const service of served) {
    const implementation = implementationOf(service, running, observation, { callerOf, roomFor });
    server.addService(definitionOf(service.service), implementation);
  }
  const reflect = createReflection(served.map(({ service }) => service));
  const reflecting = createReflectionStreams(reflect, running, observation, callerOf);
  for (const service of options.reflection ? REFLECTION_SERVICES : []) {
    server.addService(definitionOf(service), reflecting.implementationOf(service));
  }
  const listeners: Listener[] = [];
  let closed: Promise<void> | undefined;

  async function shutDown(graceMs: number): Promise<void> {
    serving.drain();
    reflecting.drain();
    for (const listener of listeners) listener.stop();
    // Sends GOAWAY to the clients. We watch the sockets for the end: for injected connections the library reports it
    // before the calls on them are done.
    server.tryShutdown(() => {});
    const allClosed = acceptor.close();
    if (await resolvesWithin(allClosed, graceMs)) return;
    running.abortAll(new GovernanceError("unavailable", "the connector is shutting down; try again"));
    if (await resolvesWithin(allClosed, LAST_WORD_MS)) return;
    server.forceShutdown();
    acceptor.destroy();
    await resolvesWithin(allClosed, LAST_WORD_MS);
  }

  return {
    async listen(address, setting = "listen") {
      if (acceptor.isClosed()) throw serverClosed(setting, address);
      requireProtected(setting, address, { tls: access.tls !== undefined, insecure });
      const listener = await openListener(setting, address, () =>
        createServer((socket) => acceptor.accept(socket)),
      );
      // `close` was called meanwhile.
      if (acceptor.isClosed()) {
        listener.stop();
        throw serverClosed(setting, address);
      }
      listeners.push(listener);
      return listener.bound;
    },
    setServing: (isServing) => serving.setServing(isServing),
    close(graceMs) {
      closed ??= shutDown(graceMs);
      return closed;
    },
  };
}

function serverClosed(setting: string, address: ListenAddress): GovernanceError {
  const where = formatListenAddress(address);
  return new GovernanceError(
    "failed-precondition",
    `${setting}: the server is closed, ${where} is not opened`,
  );
}

/** Rejects when the promise does. */
async function resolvesWithin(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), withinMs);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
