import type { DescMethod, DescService, Message, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { Requester } from "../core/change.ts";
import { EncodedAnswer, type RpcAnswer } from "./encoded-answer.ts";

type AnswerOf<M extends DescMethod> = MessageInitShape<M["output"]> | EncodedAnswer<M["output"]>;

/** What a handler may read about its call beside the request, and add to its answer. */
export interface HandlerCall {
  /** The way by which the call came. */
  readonly via: Requester["via"];
  readonly peer: string;
  /** The name of the caller's certificate, token or JWT; the peer where no authentication is required. */
  readonly caller: string;
  /** The caller is a provisioner. Where it is left out, nothing is known of roles. */
  readonly mayChange?: boolean;
  /** A text header of the call by its lower-case name; one that was sent several times is joined by ", ". */
  header(name: string): string | undefined;
  /** Sends a trailer with the answer. */
  setTrailer(name: string, value: string): void;
}

type UnaryHandler<M extends DescMethod> = (
  request: MessageShape<M["input"]>,
  signal: AbortSignal,
  call: HandlerCall,
) => AnswerOf<M> | Promise<AnswerOf<M>>;

type StreamHandler<M extends DescMethod> = (
  request: MessageShape<M["input"]>,
  signal: AbortSignal,
  call: HandlerCall,
) => Iterable<AnswerOf<M>> | AsyncIterable<AnswerOf<M>>;

/** Request and answer of one RPC; `never` for a kind of RPC that the protocol does not have. */
export type Handler<M extends DescMethod> = M["methodKind"] extends "unary"
  ? UnaryHandler<M>
  : M["methodKind"] extends "server_streaming"
    ? StreamHandler<M>
    : never;

/** One handler for each method of a service: a missing one does not compile. */
export type Handlers<S extends DescService> = {
  readonly [K in keyof S["method"]]: Handler<S["method"][K]>;
};

/** One RPC without its types. A unary one gives exactly one answer. */
export interface Route {
  readonly method: DescMethod;
  readonly handle: (request: Message, signal: AbortSignal, call: HandlerCall) => AsyncIterable<RpcAnswer>;
}

/** One service and all its RPCs. */
export interface ServiceRoutes {
  readonly service: DescService;
  readonly routes: readonly Route[];
}

/** Joins a service with its handlers. A handler runs, and throws, only while its answers are read. */
export function serviceRoutes<S extends DescService>(service: S, handlers: Handlers<S>): ServiceRoutes {
  return { service, routes: service.methods.map((method) => routeOf(method, handlers)) };
}

function routeOf(method: DescMethod, handlers: object): Route {
  // Handlers<S> proves that the handler of this name has the types of this method; a loop over descriptors cannot carry
  // that proof.
  const handler: unknown = Reflect.get(handlers, method.localName);
  if (!isFunction(handler)) throw new TypeError(`${method.toString()} has no handler`);
  if (method.methodKind === "server_streaming") {
    return {
      method,
      async *handle(request, signal, call) {
        const answers = handler.call(handlers, request, signal, call);
        if (!isIterable(answers)) throw new TypeError(`${method.toString()} gave no stream`);
        for await (const answer of answers) yield answerOf(method, answer);
      },
    };
  }
  return {
    method,
    async *handle(request, signal, call) {
      yield answerOf(method, await handler.call(handlers, request, signal, call));
    },
  };
}

function answerOf(method: DescMethod, answer: unknown): RpcAnswer {
  if (!isObject(answer)) throw new TypeError(`${method.toString()} gave no answer`);
  if (answer instanceof EncodedAnswer) {
    if (answer.schema === method.output) return answer;
    throw new TypeError(`${method.toString()} gave the answer of another method`);
  }
  return create(method.output, answer);
}

function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === "function";
}

function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return isObject(value) && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
