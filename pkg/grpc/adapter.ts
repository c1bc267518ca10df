// grpc-js on one side, descriptors on the other. The library passes bytes through, so that our interceptors parse them
// and answer and report bad ones like every other failure.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { shareName } from "../core/peer.ts";
import type { HandlerCall, ServiceRoutes } from "../rpc/handlers.ts";
import type { CallSurface, RunningCalls } from "./call-signal.ts";
import type { CallStatus } from "./errors.ts";
import { type IncomingCall, intercepted, type Observation, type Serve } from "./interceptors.ts";
import type { AnswerRoom } from "./limits/unread-answers.ts";
import { roleFor } from "./method-roles.ts";

type Bytes = Uint8Array;

/** The path of an RPC on the wire: `/c1.connector.v2.GrantsService/ListGrants`. */
export function rpcPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** A service in the form by which grpc-js routes calls. */
export function definitionOf(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, methodDefinition(method)]));
}

function methodDefinition(method: DescMethod): MethodDefinition<Bytes, Bytes> {
  return {
    path: rpcPath(method),
    requestStream: method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming",
    responseStream: method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming",
    requestSerialize: toBuffer,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: toBuffer,
    responseDeserialize: (bytes) => bytes,
  };
}

function toBuffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The caller of the call with this metadata object. */
export type CallerOf = (
  metadata: Metadata,
) => { readonly name: string; readonly role: "read" | "provision" } | undefined;

/** The room on the connection of the call with this metadata object. */
export type RoomFor = (metadata: Metadata) => AnswerRoom | undefined;

/** What is known of the calls that the interceptor of the library has admitted. */
export interface AdmittedCalls {
  readonly callerOf: CallerOf;
  readonly roomFor: RoomFor;
}

/** The handlers of a service as grpc-js calls them, each behind all interceptors. */
export function implementationOf(
  { routes }: ServiceRoutes,
  running: RunningCalls,
  observation: Observation,
  admitted: AdmittedCalls,
): UntypedServiceImplementation {
  const implementation: UntypedServiceImplementation = {};
  for (const route of routes) {
    const serve = intercepted(route, observation);
    const begin = beginning(route.method, running, admitted);
    implementation[route.method.localName] =
      route.method.methodKind === "server_streaming" ? streaming(serve, begin) : unary(serve, begin);
  }
  return implementation;
}

type Begin = (call: CallSurface & LibraryCall) => BegunCall;

interface BegunCall extends Surface {
  readonly incoming: IncomingCall;
  readonly end: () => void;
}

function beginning(method: DescMethod, running: RunningCalls, { callerOf, roomFor }: AdmittedCalls): Begin {
  const reads = roleFor(rpcPath(method)) === "read";
  return (call) => {
    const surface = surfaceOf(call, callerOf);
    const { peer, caller } = surface.call;
    const { signal, end } = running.begin(call, reads ? shareName(peer, caller) : undefined);
    const room = reads ? roomFor(call.metadata) : undefined;
    return {
      ...surface,
      incoming: { ...surface.call, bytes: call.request, signal, room: () => room?.take(signal) },
      end() {
        room?.release();
        end();
      },
    };
  };
}

function unary(serve: Serve, begin: Begin): handleUnaryCall<Bytes, Bytes> {
  return (call, respond) => {
    const { incoming, end, ...surface } = begin(call);
    let answer: Bytes | undefined;
    const keep = async (bytes: Bytes): Promise<void> => {
      answer = bytes;
    };
    const answering = async (): Promise<void> => {
      const outcome = await serve(incoming, keep);
      end();
      if (answer === undefined || outcome.code !== status.OK) respond(surface.with(outcome));
      else respond(null, answer, surface.trailers);
    };
    void answering();
  };
}

function streaming(serve: Serve, begin: Begin): handleServerStreamingCall<Bytes, Bytes> {
  return (call) => {
    const { incoming, end, ...surface } = begin(call);
    const write = async (bytes: Bytes): Promise<void> => {
      if (!call.write(bytes)) await once(call, "drain", { signal: incoming.signal });
    };
    const answering = async (): Promise<void> => {
      const outcome = await serve(incoming, write);
      end();
      if (call.cancelled) return;
      if (outcome.code === status.OK) call.end(surface.trailers);
      else call.emit("error", surface.with(outcome));
    };
    void answering();
  };
}

interface LibraryCall {
  readonly metadata: Metadata;
  readonly request: Bytes;
  getPeer(): string;
}

interface Surface {
  readonly call: HandlerCall;
  readonly trailers: Metadata;
  /** The outcome with the trailers of the handler. */
  with(outcome: CallStatus): CallStatus;
}

/** The part of the library's call that a handler may use. */
function surfaceOf(call: LibraryCall, callerOf: CallerOf): Surface {
  const trailers = new Metadata();
  const peer = call.getPeer();
  return {
    call: {
      via: "grpc",
      peer,
      caller: callerOf(call.metadata)?.name ?? peer,
      mayChange: callerOf(call.metadata)?.role === "provision",
      header(name) {
        const values = call.metadata.get(name);
        return values.length === 0 ? undefined : values.map(String).join(", ");
      },
      setTrailer: (name, value) => trailers.set(name, value),
    },
    trailers,
    with(outcome) {
      const metadata = outcome.metadata?.clone() ?? new Metadata();
      metadata.merge(trailers);
      return { ...outcome, metadata };
    },
  };
}
