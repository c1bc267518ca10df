import { type DescService, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ServerDuplexStream, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { GovernanceError } from "../../core/errors.ts";
import { notify } from "../../core/events.ts";
import {
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import type { CallerOf } from "../adapter.ts";
import type { RunningCalls } from "../call-signal.ts";
import { callStatusOf, STATUS_OK } from "../errors.ts";
import type { Observation } from "../interceptors.ts";
import type { Reflect } from "./reflection.ts";

type Stream = ServerDuplexStream<Uint8Array, Uint8Array>;

/** Reflection is the one service that streams in both directions, which our handlers do not support. */
export interface ReflectionStreams {
  /** A version of the service as grpc-js calls it: one answer to each question, in order. */
  implementationOf(service: DescService): UntypedServiceImplementation;
  /** Ends every stream, now and later, as `UNAVAILABLE`: an open one would delay the shutdown. */
  drain(): void;
}

export function createReflectionStreams(
  reflect: Reflect,
  running: RunningCalls,
  observation: Observation,
  callerOf: CallerOf,
): ReflectionStreams {
  const open = new Set<(failure: GovernanceError) => void>();
  let draining = false;
  const goingAway = (): GovernanceError =>
    new GovernanceError("unavailable", "the connector is shutting down; try again");

  function serve(stream: Stream, service: string, method: string): void {
    const { signal, end } = running.begin(stream);
    const peer = stream.getPeer();
    const caller = callerOf(stream.metadata)?.name ?? peer;
    const startedAt = observation.monotonic();
    let requestBytes = 0;
    let answerBytes = 0;
    let over = false;

    function finish(failure?: GovernanceError): void {
      if (over) return;
      over = true;
      open.delete(finish);
      signal.removeEventListener("abort", onAbort);
      end();
      const outcome = failure === undefined ? STATUS_OK : callStatusOf(failure);
      notify(observation.onCall, {
        service,
        method,
        code: status[outcome.code],
        durationMs: Math.max(0, observation.monotonic() - startedAt),
        requestBytes,
        answerBytes,
        peer,
        caller,
        error: failure,
      });
      if (stream.cancelled) return;
      if (failure === undefined) stream.end();
      else stream.emit("error", outcome);
    }

    function onAbort(): void {
      finish(GovernanceError.from(signal.reason));
    }

    function answer(bytes: Uint8Array): void {
      if (over) return;
      requestBytes += bytes.byteLength;
      const encoded = answerTo(bytes, reflect);
      if (encoded instanceof GovernanceError) {
        finish(encoded);
        return;
      }
      answerBytes += encoded.byteLength;
      if (stream.write(encoded)) return;
      // A client that asks without reading must not fill the memory.
      stream.pause();
      stream.once("drain", () => stream.resume());
    }

    open.add(finish);
    signal.addEventListener("abort", onAbort, { once: true });
    stream.on("end", () => finish());
    stream.on("data", answer);
    if (draining) finish(goingAway());
    else if (signal.aborted) onAbort();
  }

  return {
    implementationOf: (service) =>
      Object.fromEntries(
        service.methods.map(({ localName, name }) => [
          localName,
          (stream: Stream) => serve(stream, service.typeName, name),
        ]),
      ),
    drain() {
      draining = true;
      for (const finish of open) finish(goingAway());
    },
  };
}

function answerTo(bytes: Uint8Array, reflect: Reflect): Uint8Array | GovernanceError {
  try {
    return toBinary(
      ServerReflectionResponseSchema,
      reflect(fromBinary(ServerReflectionRequestSchema, bytes)),
    );
  } catch (error) {
    // The same answer as from every other service (interceptors.ts).
    return new GovernanceError(
      "internal",
      `the request is not a valid ${ServerReflectionRequestSchema.typeName}`,
      { cause: error },
    );
  }
}
