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
import type { GrpcCallEvent } from "../core/events.ts";
import { parseListenAddress } from "../core/listen-address.ts";
import type { ReloadEvent, ServerSecurity } from "../security/security.ts";
import { createSecurityFiles } from "../security/security-files.ts";
import { definitionOf, implementationOf } from "./adapter.ts";
import { createGatekeeper } from "./auth-interceptor.ts";
import { createRunningCalls } from "./call-signal.ts";
import type { Around } from "./interceptors.ts";
import { createReflection, REFLECTION_SERVICES } from "./reflection/reflection.ts";
import { createReflectionStreams } from "./reflection/reflection-stream.ts";
import { createServingState } from "./services/health.ts";
import { allServices } from "./services/services.ts";
import { createEntrance, type Entrance, type RefusedConnection } from "./transport/acceptor.ts";
import { type Bound, type Listener, openListener, requireProtected } from "./transport/listener.ts";

export interface GrpcServerOptions {
  readonly connector: Connector;
  /** The SDK version that `Validate` claims; clients switch features on by it. */
  readonly sdkVersion?: "v0.25.0" | undefined;
  /** How the pool is changed; undefined refuses every write (D13). */
  readonly provisioning: ProvisioningVerbs | undefined;
  /** Whether anybody may ask what is served (server reflection); by default, yes. */
  readonly reflection?: boolean | undefined;
  /** Hears of every call once it has its answer. */
  readonly onCall?: ((event: GrpcCallEvent) => void) | undefined;
  /** Runs the work of each call that was let in, so that what it sets off can be told to be its own. */
  readonly around?: Around | undefined;
  readonly clocks: Clocks;
  /** Who may connect and call. By default everybody who can connect may do everything, so only this machine can. */
  readonly security?: ServerSecurity | undefined;
  /** Lets plaintext onto addresses that other machines can reach. */
  readonly insecure?: boolean | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
  /** Hears of every file of `security` whose change came into force, or could not. */
  readonly onReload?: ((event: ReloadEvent) => void) | undefined;
  /** Hears of connections that did not become one, or were cut to make room. */
  readonly onConnectionRefused?: ((event: RefusedConnection) => void) | undefined;
}

export interface ServerLimits {
  /** So many connections at once; 1,000 by default. The oldest one that was never let in makes room for a new one. */
  readonly maxConnections: number;
  /** A TLS handshake must be done after so long; 10 s by default. */
  readonly handshakeTimeoutMs: number;
  /** The body of a request must be there so long after its headers; 30 s by default. */
  readonly requestTimeoutMs: number;
  /** How often the files of `security` are looked at; 5 s by default. */
  readonly watchMs: number;
}

export interface GrpcServer {
  /**
   * Opens `host:port`, `[::1]:port` or `unix:/path`; without TLS of this machine only, unless `insecure`. May be called
   * for several addresses. Rejects with one line naming the address when it cannot be had.
   */
  listen(address: string): Promise<Bound>;
  /** Looks at the files of `security` now (SIGHUP), and not only every few seconds. */
  reload(): void;
  /** What the health service says of all services, until `close` makes it NOT_SERVING for good. */
  setServing(serving: boolean): void;
  /**
   * Takes no new calls and lets those under way finish for so long; then aborts them, which answers `UNAVAILABLE`, and
   * cuts the connections. Always resolves. Calls after the first wait for the first.
   */
  close(graceMs: number): Promise<void>;
}

const LIBRARY_OPTIONS: ServerOptions = {
  // A client that vanished without a word still holds a turn at AWS; so it is found out within 80 s.
  "grpc.keepalive_time_ms": 60_000,
  "grpc.keepalive_timeout_ms": 20_000,
  "grpc.max_receive_message_length": 4 * 1024 * 1024,
  // Ours are measured before they are sent (interceptors.ts), with a better answer than the library's.
  "grpc.max_send_message_length": -1,
  // Nobody asks for it, but without it forceShutdown knows no connection and cuts none (grpc-js 1.14.7).
  "grpc.enable_channelz": 1,
  // Nobody has so many calls under way on one connection; the rest wait at the client.
  "grpc.max_concurrent_streams": 500,
};

const LIMITS: ServerLimits = {
  maxConnections: 1000,
  handshakeTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  watchMs: 5000,
};

/** How long aborted calls have to bring their answer out, and cut connections to go. */
const LAST_WORD_MS = 250;

/** The Baton services over one connector. Throws `invalid-argument` or `failed-precondition` for unusable `security`. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { connector, sdkVersion = "v0.25.0", provisioning, onCall = () => {}, clocks } = options;
  const { security = {}, insecure = false } = options;
  const { now, monotonic } = clocks;
  const limits = { ...LIMITS, ...options.limits };
  // The library writes to standard error what it also reports to its caller.
  setLogVerbosity(logVerbosity.NONE);
  const guard = createSecurityFiles({
    security,
    watchMs: limits.watchMs,
    onReload: options.onReload ?? (() => {}),
  });
  const gatekeeper = createGatekeeper({
    authorizer: guard.authorizer,
    observation: { onCall, monotonic },
    requestTimeoutMs: limits.requestTimeoutMs,
    onAdmitted: (ends, proven) => entrance.use(ends, proven),
  });
  const server = new Server({ ...LIBRARY_OPTIONS, interceptors: [gatekeeper.interceptor] });
  const entrance: Entrance = createEntrance({
    limits,
    tls: guard.tls,
    // What it is given is decrypted already.
    library: server.createConnectionInjector(ServerCredentials.createInsecure()),
    onRefused: options.onConnectionRefused ?? (() => {}),
  });
  const running = createRunningCalls(now);
  const observation = { onCall, monotonic, around: options.around };
  const callerOf = (metadata: Metadata) => gatekeeper.callerOf(metadata);
  const services = allServices(connector, sdkVersion, provisioning);
  const serving = createServingState(services.map(({ service }) => service.typeName));
  const served = [...services, serving.service];
  for (const service of served) {
    const implementation = implementationOf(service, running, observation, callerOf);
    server.addService(definitionOf(service.service), implementation);
  }
  const reflect = createReflection(served.map(({ service }) => service));
  const reflecting = createReflectionStreams(reflect, running, observation, callerOf);
  for (const service of options.reflection === false ? [] : REFLECTION_SERVICES) {
    server.addService(definitionOf(service), reflecting.implementationOf(service));
  }
  const listeners: Listener[] = [];
  let closed: Promise<void> | undefined;

  async function shutDown(graceMs: number): Promise<void> {
    serving.drain();
    reflecting.drain();
    guard.stop();
    for (const listener of listeners) listener.stop();
    // Tells the clients (GOAWAY). That they are gone is seen at the sockets: of connections that it was given, the
    // library's own word comes before the calls on them are done.
    server.tryShutdown(() => {});
    const drained = entrance.shut();
    if (await settles(drained, graceMs)) return;
    running.cut(new GovernanceError("unavailable", "the connector is shutting down; try again"));
    if (await settles(drained, LAST_WORD_MS)) return;
    server.forceShutdown();
    entrance.cut();
    await settles(drained, LAST_WORD_MS);
  }

  return {
    async listen(text) {
      if (entrance.isShut()) throw closedAlready(text);
      const address = parseListenAddress(text);
      requireProtected(address, { tls: guard.tls !== undefined, insecure });
      const listener = await openListener(address, (socket) => entrance.enter(socket));
      // Closed while it was opened.
      if (entrance.isShut()) {
        listener.stop();
        throw closedAlready(text);
      }
      listeners.push(listener);
      return listener.bound;
    },
    reload() {
      guard.look();
    },
    setServing: (isServing) => serving.setServing(isServing),
    close(graceMs) {
      closed ??= shutDown(graceMs);
      return closed;
    },
  };
}

function closedAlready(address: string): GovernanceError {
  return new GovernanceError("failed-precondition", `listen: the server is closed, ${address} is not opened`);
}

/** Whether the promise settles within so many milliseconds. */
async function settles(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
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
