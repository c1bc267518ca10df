// What every call passes between the wire and its handler, from the outside in:
//
//   answered     never throws: every outcome becomes one status, and `onCall` hears of it
//   decoded      bytes → request; answers → bytes, none larger than a client takes
//   constrained  the rules of the .proto files, before anything is done
//   handle       the handler
import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import type { MonotonicClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { type GrpcCallEvent, notify } from "../core/events.ts";
import { checkConstraints } from "../protocol/constraints.ts";
import { type CallStatus, OK, statusOf, UncodedError } from "./errors.ts";
import type { HandlerCall, Route } from "./handlers.ts";

/** A call as it came from the wire. */
export interface IncomingCall extends HandlerCall {
  readonly bytes: Uint8Array;
  readonly signal: AbortSignal;
}

/** Serves one call and says how it ended. `send` is given each answer in turn and awaited. Never rejects. */
export type Serve = (call: IncomingCall, send: (answer: Uint8Array) => Promise<void>) => Promise<CallStatus>;

/** A call that begins, as far as whoever watches may know it. */
export interface BegunCall {
  readonly service: string;
  readonly method: string;
  /** A text header by its lower-case name. */
  metadata(name: string): string | undefined;
}

/** Runs the work of a call, so that what it sets off can be told to be its own. */
export type Around = <T>(call: BegunCall, work: () => Promise<T>) => Promise<T>;

export interface Observation {
  readonly onCall: (event: GrpcCallEvent) => void;
  readonly around?: Around | undefined;
  readonly monotonic: MonotonicClock;
}

/** A gRPC client takes 4 MiB and fails a larger answer as its own `RESOURCE_EXHAUSTED`, which ends a sync. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024 - 64 * 1024;

/** The whole chain around one route. */
export function intercepted(route: Route, observation: Observation): Serve {
  const { method, handle } = route;
  return answered(route, observation, decoded(route, constrained(method.input, handle)));
}

type Decoded = Route["handle"];
type Encoded = (call: IncomingCall) => AsyncIterable<Uint8Array>;

function answered({ method }: Route, { onCall, monotonic, around }: Observation, next: Encoded): Serve {
  const serve: Serve = async (call, send) => {
    const startedAt = monotonic();
    let answerBytes = 0;
    let failure: GovernanceError | UncodedError | undefined;
    try {
      for await (const answer of next(call)) {
        answerBytes += answer.byteLength;
        await send(answer);
      }
    } catch (error) {
      failure = failureOf(error, call.signal);
    }
    failure ??= callerGone(call.signal);
    const outcome = failure === undefined ? OK : statusOf(failure, method);
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
  if (around === undefined) return serve;
  const [service, name] = [method.parent.typeName, method.name];
  return (call, send) =>
    around({ service, method: name, metadata: (header) => call.metadata(header) }, () => serve(call, send));
}

/** After an abort, whatever the handler threw is only how the abort reached it. */
function failureOf(error: unknown, signal: AbortSignal): GovernanceError | UncodedError {
  if (signal.aborted) {
    const { code, message } = GovernanceError.from(signal.reason);
    return new GovernanceError(code, message, { cause: error });
  }
  return error instanceof UncodedError ? error : GovernanceError.from(error);
}

/** An answer that is ready when the server shuts down is still delivered; one that nobody waits for is not. */
function callerGone(signal: AbortSignal): GovernanceError | undefined {
  if (!signal.aborted) return undefined;
  const reason = GovernanceError.from(signal.reason);
  return reason.code === "canceled" || reason.code === "deadline-exceeded" ? reason : undefined;
}

function decoded({ method }: Route, next: Decoded): Encoded {
  return async function* decode(call) {
    for await (const answer of next(parse(method.input, call.bytes), call.signal, call)) {
      const encoded = toBinary(method.output, answer);
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
  try {
    return fromBinary(schema, bytes);
  } catch (error) {
    // The code that Go servers answer; the parser's text may quote the bytes.
    throw new GovernanceError("internal", `the request is not a valid ${schema.typeName}`, { cause: error });
  }
}

function constrained(schema: DescMessage, next: Decoded): Decoded {
  return async function* check(request, signal, call) {
    checkConstraints(schema, request);
    yield* next(request, signal, call);
  };
}
