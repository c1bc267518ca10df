// What every call passes between the wire and its handler, from the outside in:
//
//   answered     never throws: every outcome becomes one status, which is reported to `onCall`
//   decoded      bytes → request; answers → bytes, none larger than a client takes
//   constrained  the rules of the .proto files, before anything is done
//   handle       the handler
import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import type { MonotonicClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { type GrpcCallEvent, notify } from "../core/events.ts";
import { checkConstraints } from "../protocol/constraints.ts";
import { encodeAnswer } from "../rpc/encoded-answer.ts";
import type { HandlerCall, Route } from "../rpc/handlers.ts";
import { checkMessageFields } from "../rpc/message-fields.ts";
import { failureOf, type UncodedError } from "../rpc/status.ts";
import { type CallStatus, callStatusOf, STATUS_OK } from "./errors.ts";

/** A call as it came from the wire. */
export interface IncomingCall extends HandlerCall {
  readonly bytes: Uint8Array;
  readonly signal: AbortSignal;
  /** Resolves when the answer may be made; undefined for at once. Rejects when the signal is aborted. */
  room?(): Promise<void> | undefined;
}

/** Serves one call and resolves with its status. `send` is called with each answer and awaited. Never rejects. */
export type Serve = (call: IncomingCall, send: (answer: Uint8Array) => Promise<void>) => Promise<CallStatus>;

/** What is known about a call at its start. */
export interface CallInfo {
  readonly peer: string;
  /** The caller's name; the peer where no authentication is required. */
  readonly caller: string;
  readonly service: string;
  readonly method: string;
  /** A text header by its lower-case name. */
  header(name: string): string | undefined;
}

/**
 * Wraps the handling of one call, so that the AWS calls and log lines that it causes can be attributed to it (tracing
 * context), and the limiter knows for whom they are.
 */
export type WrapCall = <T>(call: CallInfo, work: () => Promise<T>) => Promise<T>;

export interface Observation {
  readonly onCall: (event: GrpcCallEvent) => void;
  readonly wrapCall?: WrapCall | undefined;
  readonly monotonic: MonotonicClock;
}

/** By default a gRPC client accepts 4 MiB and fails on more with `RESOURCE_EXHAUSTED`, which ends a sync. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024 - 64 * 1024;

/** The whole chain around one route. */
export function intercepted(route: Route, observation: Observation): Serve {
  const { method, handle } = route;
  return answered(route, observation, decoded(route, constrained(method.input, handle)));
}

type Decoded = Route["handle"];
type Encoded = (call: IncomingCall) => AsyncIterable<Uint8Array>;

function answered({ method }: Route, { onCall, monotonic, wrapCall }: Observation, next: Encoded): Serve {
  const serve: Serve = async (call, send) => {
    const startedAt = monotonic();
    let answerBytes = 0;
    let failure: GovernanceError | UncodedError | undefined;
    try {
      // Nobody waits for it any more: many calls are cancelled as soon as they begin.
      call.signal.throwIfAborted();
      const room = call.room?.();
      if (room !== undefined) await room;
      for await (const answer of next(call)) {
        answerBytes += answer.byteLength;
        await send(answer);
      }
    } catch (error) {
      failure = failureOf(error, call.signal);
    }
    failure ??= callerGone(call.signal);
    const outcome = failure === undefined ? STATUS_OK : callStatusOf(failure, method);
    notify(onCall, {
      service: method.parent.typeName,
      method: method.name,
      code: status[outcome.code],
      durationMs: Math.max(0, monotonic() - startedAt),
      requestBytes: call.bytes.byteLength,
      answerBytes,
      peer: call.peer,
      caller: call.caller,
      error: failure,
    });
    return outcome;
  };
  if (wrapCall === undefined) return serve;
  const [service, name] = [method.parent.typeName, method.name];
  return (call, send) =>
    wrapCall(
      {
        service,
        method: name,
        peer: call.peer,
        caller: call.caller,
        header: (header) => call.header(header),
      },
      () => serve(call, send),
    );
}

/** At a shutdown a ready answer is still delivered; after a cancellation or a deadline no caller waits for it. */
function callerGone(signal: AbortSignal): GovernanceError | undefined {
  if (!signal.aborted) return undefined;
  const reason = GovernanceError.from(signal.reason);
  return reason.code === "canceled" || reason.code === "deadline-exceeded" ? reason : undefined;
}

function decoded({ method }: Route, next: Decoded): Encoded {
  return async function* decode(call) {
    for await (const answer of next(parse(method.input, call.bytes), call.signal, call)) {
      const encoded = encodeAnswer(answer, method.output);
      if (encoded.byteLength > MAX_ANSWER_BYTES) {
        throw new GovernanceError(
          "internal",
          `${method.name}: the answer has ${encoded.byteLength} bytes, more than the ${MAX_ANSWER_BYTES} that fit ` +
            "into one gRPC message; ask with a smaller page_size",
        );
      }
      yield encoded;
    }
  };
}

function parse(schema: DescMessage, bytes: Uint8Array): Message {
  checkMessageFields("request", schema, bytes);
  try {
    return fromBinary(schema, bytes);
  } catch (error) {
    // Go servers answer the same code. The parser's text may quote the bytes, so it stays in the cause.
    throw new GovernanceError("internal", `the request is not a valid ${schema.typeName}`, { cause: error });
  }
}

function constrained(schema: DescMessage, next: Decoded): Decoded {
  return async function* check(request, signal, call) {
    checkConstraints(schema, request);
    yield* next(request, signal, call);
  };
}
