import type { MonotonicClock } from "../../../../pkg/core/clock.ts";
import type { ScimCallEvent } from "../../../../pkg/core/events.ts";
import { peerAddress } from "../../../../pkg/core/peer.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import { createRepeatedLines } from "../../../../pkg/ops/repeated-lines.ts";
import type { RefusedScimConnection } from "../../../../pkg/scim/http/http-server.ts";

/** The log of SCIM requests. Nobody outside can make it grow: repeated lines are counted. */
export interface ScimLines {
  request(event: ScimCallEvent): void;
  connectionRefused(event: RefusedScimConnection): void;
  /** Writes the counts of the last minute. */
  flush(): void;
}

/** Failed requests of one caller with one status that are written whole within a minute. */
const WHOLE_FAILURES = 60;

/** Answers by which a client finds something out: a resource is not there, or has changed. */
const EXPECTED: ReadonlySet<number> = new Set([404, 412]);

export function createScimLines(log: Logger, monotonic: MonotonicClock): ScimLines {
  const refused = createRepeatedLines({
    monotonic,
    whole: 1,
    summarize: (peer, status, calls) =>
      log.warn("more SCIM requests of this peer were refused in the last minute", {
        peer,
        status: Number(status),
        calls,
      }),
  });
  const failed = createRepeatedLines({
    monotonic,
    whole: WHOLE_FAILURES,
    summarize: (caller, status, calls) =>
      log.warn("more SCIM requests of this caller failed in the last minute", {
        caller,
        status: Number(status),
        calls,
      }),
  });

  const connections = createRepeatedLines({
    monotonic,
    whole: 1,
    summarize: (peer, outcome, calls) =>
      log.debug("more SCIM connections of this peer were refused in the last minute", {
        peer,
        outcome,
        calls,
      }),
  });

  return {
    connectionRefused({ peer, why, code }) {
      connections.line(peerAddress(peer), code ?? why, () =>
        log.debug(`refused a SCIM connection: ${why}`, {
          peer,
          ...(code === undefined ? {} : { outcome: code }),
        }),
      );
    },
    request({ error, durationMs, rejectedByAuth, ...event }) {
      const { method, endpoint, status, requestBytes, answerBytes, peer, caller } = event;
      const fields = { method, endpoint, status, requestBytes, answerBytes, peer, caller };
      const timed = { ...fields, durationMs: Math.round(durationMs) };
      if (error === undefined || EXPECTED.has(status)) {
        log.debug("SCIM request finished", timed);
        return;
      }
      const write = (): void => log.failure("SCIM request failed", error, timed);
      const isRefused = rejectedByAuth === true || status === 429;
      // Without a name, the peer is the caller, and has another port with each connection.
      if (isRefused) refused.line(peerAddress(peer), String(status), write);
      else failed.line(caller === peer ? peerAddress(peer) : caller, String(status), write);
    },
    flush() {
      refused.flush();
      failed.flush();
      connections.flush();
    },
  };
}
