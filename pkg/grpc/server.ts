import { logVerbosity, Server, type ServerOptions, setLogVerbosity } from "@grpc/grpc-js";
import type { Connector } from "../connector/connector.ts";
import type { ProvisioningVerbs } from "../connector/provisioning/verbs.ts";
import { GovernanceError } from "../core/errors.ts";
import { definitionOf, implementationOf } from "./adapter.ts";
import { type Bound, bind } from "./bind.ts";
import { createRunningCalls } from "./call-signal.ts";
import { createServingState } from "./health.ts";
import type { CallEvent } from "./interceptors.ts";
import { createReflection, REFLECTION_SERVICES } from "./reflection.ts";
import { createReflectionStreams } from "./reflection-stream.ts";
import { allServices } from "./services.ts";

export interface GrpcServerOptions {
  readonly connector: Connector;
  /** The SDK version that `Validate` claims; clients switch features on by it. */
  readonly sdkVersion?: "v0.25.0" | undefined;
  /** How the pool is changed; undefined refuses every write (D13). */
  readonly provisioning: ProvisioningVerbs | undefined;
  /** Whether anybody may ask what is served (server reflection); by default, yes. */
  readonly reflection?: boolean | undefined;
  /** Hears of every call once it has its answer. */
  readonly onCall?: ((event: CallEvent) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface GrpcServer {
  /**
   * Opens `host:port`, `[::1]:port` or `unix:/path`, of this machine only. May be called for several addresses. Rejects
   * with one line naming the address when it cannot be had.
   */
  listen(address: string): Promise<Bound>;
  /** What the health service says of all services, until `close` makes it NOT_SERVING for good. */
  setServing(serving: boolean): void;
  /**
   * Takes no new calls and lets those under way finish for so long; then aborts them, which answers `UNAVAILABLE`, and
   * cuts the connections. Always resolves; a peer that neither reads nor closes may keep its dead socket, and with it
   * the event loop, so a process that is done must exit. Calls after the first wait for the first.
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
};

/** How long aborted calls have to bring their answer out, and cut connections to go. */
const LAST_WORD_MS = 250;

/** The Baton services over one connector. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { connector, sdkVersion = "v0.25.0", provisioning, onCall = () => {}, clock } = options;
  // The library writes to standard error what it also reports to its caller.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server(LIBRARY_OPTIONS);
  const running = createRunningCalls(clock);
  const services = allServices(connector, sdkVersion, provisioning);
  const serving = createServingState(services.map(({ service }) => service.typeName));
  const served = [...services, serving.service];
  for (const service of served) {
    server.addService(definitionOf(service.service), implementationOf(service, running, { onCall, clock }));
  }
  const reflect = createReflection(served.map(({ service }) => service));
  const reflecting = createReflectionStreams(reflect, running, { onCall, clock });
  for (const service of options.reflection === false ? [] : REFLECTION_SERVICES) {
    server.addService(definitionOf(service), reflecting.implementationOf(service));
  }
  let closed: Promise<void> | undefined;

  async function shutDown(graceMs: number): Promise<void> {
    serving.drain();
    reflecting.drain();
    const drained = new Promise<void>((resolve) => {
      server.tryShutdown(() => resolve());
    });
    if (await settles(drained, graceMs)) return;
    running.cut(new GovernanceError("unavailable", "the connector is shutting down; try again"));
    if (await settles(drained, LAST_WORD_MS)) return;
    server.forceShutdown();
    await settles(drained, LAST_WORD_MS);
  }

  return {
    async listen(address) {
      if (closed !== undefined) {
        throw new GovernanceError(
          "failed-precondition",
          `listen: the server is closed, ${address} is not opened`,
        );
      }
      return await bind(server, address);
    },
    setServing: (now) => serving.setServing(now),
    close(graceMs) {
      closed ??= shutDown(graceMs);
      return closed;
    },
  };
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
