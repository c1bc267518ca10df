import type { MonotonicClock } from "../../../../pkg/core/clock.ts";
import type { GrpcCallEvent } from "../../../../pkg/core/events.ts";
import { peerAddress } from "../../../../pkg/core/peer.ts";
import { HEALTH_SERVICE } from "../../../../pkg/grpc/services/health.ts";
import type { RefusedConnection } from "../../../../pkg/grpc/transport/acceptor.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { createRepeatedLines } from "../../../../pkg/ops/repeated-lines.ts";

/** The log of calls and of refused connections. Nobody outside can make it grow: repeated lines are counted. */
export interface CallLines {
  call(event: GrpcCallEvent): void;
  connectionRefused(event: RefusedConnection): void;
  /** Writes the counts of the last minute. */
  flush(): void;
}

/** Failed calls of one caller with one code that are written whole within a minute. */
const WHOLE_FAILURES = 60;

export function createCallLines(log: Logger, monotonic: MonotonicClock): CallLines {
  const refused = createRepeatedLines({
    monotonic,
    whole: 1,
    summarize: (peer, grpcCode, calls) =>
      log.warn("more gRPC calls of this peer were refused in the last minute", { peer, grpcCode, calls }),
  });
  const failed = createRepeatedLines({
    monotonic,
    whole: WHOLE_FAILURES,
    summarize: (caller, grpcCode, calls) =>
      log.warn("more gRPC calls of this caller failed in the last minute", { caller, grpcCode, calls }),
  });
  const connections = createRepeatedLines({
    monotonic,
    whole: 1,
    summarize: (peer, outcome, calls) =>
      log.debug("more connections of this peer were refused in the last minute", { peer, outcome, calls }),
  });

  return {
    call({ error, durationMs, rejectedByAuth, met, ...event }) {
      const { service, method, code, requestBytes, answerBytes, peer, caller } = event;
      const fields = { service, method, grpcCode: code, requestBytes, answerBytes, peer, caller };
      const timed = { ...fields, durationMs: Math.round(durationMs) };
      // A client that watches the health service ends its call by leaving, which counts as a failure of the call.
      const isWatchEnd = service === HEALTH_SERVICE && met === undefined;
      if (error === undefined || isWatchEnd) {
        log.debug("gRPC call finished", timed);
        return;
      }
      const write = (): void => log.failure("gRPC call failed", error, timed);
      if (rejectedByAuth === true || met !== undefined) refused.line(peerAddress(peer), code, write);
      // Without a name, the peer is the caller, and has another port with each connection.
      else failed.line(caller === peer ? peerAddress(peer) : caller, code, write);
    },
    connectionRefused({ peer, why, code }) {
      connections.line(peerAddress(peer), code ?? why, () =>
        log.debug(`refused a connection: ${why}`, { peer, ...(code === undefined ? {} : { outcome: code }) }),
      );
    },
    flush() {
      for (const lines of [refused, failed, connections]) lines.flush();
    },
  };
}
