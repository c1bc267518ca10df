// Authenticates every call before a byte of its body is read, and holds it to its bounds until its stream is closed.
import {
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";
import { GovernanceError } from "../core/errors.ts";
import { notify, type ServiceBound } from "../core/events.ts";
import { peerAddress, shareName } from "../core/peer.ts";
import type { Authorizer } from "../security/authorizer.ts";
import type { AuthenticatedCaller } from "../security/caller.ts";
import {
  AnsweringCall,
  closeStream,
  isCompressed,
  isStreamClosed,
  type Responder,
  watchBody,
} from "./call-guard.ts";
import { callStatusOf } from "./errors.ts";
import type { Observation } from "./interceptors.ts";
import { BoundMet, type CallLimits, type CallSlot } from "./limits/call-limits.ts";
import type { Cancellations } from "./limits/cancellations.ts";
import type { Penalties } from "./limits/penalties.ts";
import type { AnswerRoom, UnreadAnswers } from "./limits/unread-answers.ts";
import { roleFor } from "./method-roles.ts";
import type { ConnectionAcceptor } from "./transport/acceptor.ts";
import { type ConnectionEnds, connectionAddress, connectionName } from "./transport/connections.ts";

export interface AuthInterceptorOptions {
  readonly authorize: Authorizer["authorize"];
  /** For the calls that are rejected here; the handlers report the others. */
  readonly observation: Observation;
  /** The body must be there so long after the headers. */
  readonly requestTimeoutMs: number;
  readonly connections: Pick<
    ConnectionAcceptor,
    "callBegan" | "callEnded" | "markUsed" | "ownerOf" | "cut" | "pause"
  >;
  readonly limits: CallLimits;
  readonly unread: UnreadAnswers;
  /** Of a call whose caller does not read its answers. */
  readonly unreadFailure: () => GovernanceError;
  readonly cancellations: Cancellations;
  readonly penalties: Penalties;
  readonly onBound: (bound: ServiceBound) => void;
}

export interface AuthInterceptor {
  readonly interceptor: ServerInterceptor;
  /** The caller of the call with this metadata object; undefined for a call that did not pass the interceptor. */
  callerOf(metadata: Metadata): AuthenticatedCaller | undefined;
  /** The room for the answer of this call on its connection. */
  roomFor(metadata: Metadata): AnswerRoom | undefined;
  /** A call of this connection, of this caller or address, was cancelled before it began. */
  cancelled(ends: ConnectionEnds, key: string): void;
  /** A call of this connection was refused before it began, since so many of its caller wait. */
  refused(ends: ConnectionEnds): void;
}

/** What a compressed request may become is not known before it is read. */
const COMPRESSED_BYTES = 512 * 1024;

/** One for all: the stack of each would cost more than the rest of such a call. */
const CANCELLED = new GovernanceError("canceled", "the caller cancelled the call");

export function createAuthInterceptor(options: AuthInterceptorOptions): AuthInterceptor {
  const admitted = new WeakMap<Metadata, AdmittedCall>();
  return {
    interceptor: (method, call) => intercept(options, method, call, admitted),
    callerOf: (metadata) => admitted.get(metadata)?.caller,
    roomFor(metadata) {
      const ends = admitted.get(metadata)?.ends;
      return ends === undefined ? undefined : options.unread.room(ends);
    },
    cancelled: (ends, key) => countCancelled(options, ends, key),
    refused(ends) {
      const owner = options.connections.ownerOf(ends);
      notify(options.onBound, owner === undefined ? "peer-calls" : "caller-calls");
      countRefusal(options, ends, owner ?? connectionAddress(ends));
    },
  };
}

/** With which a handler answers a call that met a bound. */
const REFUSED: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.RESOURCE_EXHAUSTED]);

function countRefusal(options: AuthInterceptorOptions, ends: ConnectionEnds, key: string): void {
  const isPaused = options.connections.pause(ends, (isDue) => options.penalties.refused(key, isDue));
  if (isPaused) notify(options.onBound, "refused-calls");
}

function countCancelled(options: AuthInterceptorOptions, ends: ConnectionEnds, key: string): void {
  countRefusal(options, ends, key);
  if (options.cancellations.within(key)) return;
  notify(options.onBound, "cancelled-calls");
  options.connections.cut(ends);
}

type Method = Parameters<ServerInterceptor>[0];

interface AdmittedCall {
  readonly caller: AuthenticatedCaller;
  readonly ends: ConnectionEnds;
}

function intercept(
  options: AuthInterceptorOptions,
  method: Method,
  call: ServerInterceptingCallInterface,
  admitted: WeakMap<Metadata, AdmittedCall>,
): AnsweringCall {
  const { authorize, observation, requestTimeoutMs, connections, limits } = options;
  const startedAt = observation.monotonic();
  const peer = call.getPeer();
  const address = peerAddress(peer);
  const ends = call.getConnectionInfo();
  const needs = roleFor(method.path);
  const isOpen = needs === "none";
  const openKind = isOpen ? (method.responseStream ? "lasting" : "brief") : undefined;
  const unread = new Set<() => void>();
  let slot: CallSlot | undefined;
  let bodyTimer: NodeJS.Timeout | undefined;
  let name = peer;
  let share = address;
  /** `begun`: the connection counts the call. */
  let begun = false;
  let rejected = false;
  let answered = false;
  let over = false;

  const refused = (key: string): void => countRefusal(options, ends, key);

  function reject(error: unknown, rejectedByAuth: boolean): void {
    if (rejected) return;
    rejected = true;
    clearTimeout(bodyTimer);
    const met = error instanceof BoundMet ? error.bound : undefined;
    if (met !== undefined) notify(options.onBound, met);
    if (met !== undefined || rejectedByAuth) refused(connections.ownerOf(ends) ?? address);
    const failure = GovernanceError.from(error);
    const outcome = callStatusOf(failure);
    call.sendStatus(outcome);
    const [, service = "", methodName = ""] = method.path.split("/");
    notify(observation.onCall, {
      service,
      method: methodName,
      code: status[outcome.code],
      durationMs: Math.max(0, observation.monotonic() - startedAt),
      requestBytes: 0,
      answerBytes: 0,
      peer,
      caller: name,
      rejectedByAuth,
      met,
      error: failure,
    });
  }

  function receive(bytes: number): void {
    if (slot === undefined || over || rejected) return;
    try {
      slot.receive(bytes);
    } catch (error) {
      // The handler of a stream runs already, and reports the call.
      if (!method.requestStream) reject(error, false);
      else {
        if (error instanceof BoundMet) notify(options.onBound, error.bound);
        connections.cut(ends);
      }
    }
  }

  async function decide(metadata: Metadata): Promise<void> {
    slot = limits.arrive({
      address,
      connection: connectionName(ends),
      open: openKind,
      onDisplaced(met) {
        reject(met, false);
        // The newcomer needs the room now, not at the next tick.
        slot?.release();
      },
      owner: connections.ownerOf(ends),
    });
    if (isOpen && isCompressed(call)) {
      throw new GovernanceError("unimplemented", "a request of this method cannot be compressed");
    }
    const caller = await authorize({
      via: "grpc",
      operation: method.path.slice(1),
      needs,
      peer,
      authorization: metadata.get("authorization").map(String),
      certificate: call.getAuthContext().sslPeerCertificate,
    });
    name = caller.name;
    if (over) throw CANCELLED;
    share = shareName(peer, caller.name);
    slot.admit(share);
    if (needs === "read" && options.unread.isBehind(share)) {
      throw new BoundMet("unread-answers", options.unreadFailure());
    }
    if (isOpen) connections.markUsed(ends);
    else if (connections.callBegan(ends, share)) begun = true;
    else {
      throw new BoundMet(
        "caller-connections",
        new GovernanceError("resource-exhausted", "this caller has calls on too many connections"),
      );
    }
    // No handler needs the secret.
    metadata.remove("authorization");
    admitted.set(metadata, { caller, ends });
  }

  async function begin(metadata: Metadata, admit: (metadata: Metadata) => void): Promise<void> {
    // A flood of calls that are cancelled as soon as they begin arrives in pieces of a thousand.
    if (isStreamClosed(call)) {
      name = connections.ownerOf(ends) ?? address;
      end();
      reject(CANCELLED, false);
      return;
    }
    try {
      await decide(metadata);
    } catch (error) {
      const byBound = error instanceof BoundMet || over;
      reject(error, !byBound);
      return;
    }
    if (!method.requestStream) {
      bodyTimer = setTimeout(() => reject(tooLate(requestTimeoutMs), false), requestTimeoutMs);
    }
    // Headers are kept as long as the call, and may have 64 KiB.
    if (!isOpen) receive(headerBytes(metadata) + (isCompressed(call) ? COMPRESSED_BYTES : 0));
    if (rejected) return;
    watchBody(call, receive);
    admit(metadata);
  }

  function end(): void {
    if (over) return;
    over = true;
    clearTimeout(bodyTimer);
    for (const read of unread) read();
    slot?.release();
    if (begun) connections.callEnded(ends);
    closeStream(call);
    if (answered || rejected) return;
    // A connection that is closed has no owner any more.
    countCancelled(options, ends, begun ? share : (connections.ownerOf(ends) ?? address));
  }

  const responder: Responder = {
    start(next) {
      next({
        onReceiveMetadata: (metadata, admit) => void begin(metadata, admit),
        onReceiveMessage(message: unknown, pass) {
          if (isCompressed(call) && message instanceof Uint8Array) receive(message.byteLength);
          if (!rejected) pass(message);
        },
        onReceiveHalfClose(pass) {
          clearTimeout(bodyTimer);
          slot?.complete();
          if (!rejected) pass();
        },
        onCancel: end,
      });
    },
    sendStatus(outcome, pass) {
      // The library answers calls that were cancelled too.
      answered = !isStreamClosed(call);
      if (REFUSED.has(outcome.code)) refused(connections.ownerOf(ends) ?? address);
      pass(outcome);
    },
  };
  return new AnsweringCall(call, responder, (bytes) => {
    const done = options.unread.written(ends, share, bytes);
    const read = (): void => {
      unread.delete(read);
      done();
    };
    unread.add(read);
    return read;
  });
}

/** Made only where it is needed: an error with its stack takes a hundredth of the time of a call. */
function tooLate(requestTimeoutMs: number): GovernanceError {
  return new GovernanceError(
    "deadline-exceeded",
    `the request did not arrive within ${requestTimeoutMs} ms; send it at once`,
  );
}

function headerBytes(metadata: Metadata): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata.getMap())) bytes += name.length + value.length;
  return bytes;
}
