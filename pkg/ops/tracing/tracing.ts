import type { EpochClock } from "../../core/clock.ts";
import type { AwsCallEvent, GrpcCallEvent, ScimCallEvent } from "../../core/events.ts";
import type { TcpAddress } from "../../core/listen-address.ts";
import type { Logger } from "../logger.ts";

/** A call that begins. */
export interface IncomingRequest {
  readonly callId: string;
  readonly front: "grpc" | "scim";
  /** The service of gRPC; the endpoint of SCIM, such as `/Users/{id}`. */
  readonly service: string;
  readonly method: string;
  /** The headers `traceparent` and `tracestate` as received. Other values than a W3C trace context are ignored. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** The attributes of the span of a finished gRPC call. */
export type RequestEvent = Pick<GrpcCallEvent, "code" | "requestBytes" | "answerBytes">;

type ScimRequestEvent = Pick<ScimCallEvent, "status" | "requestBytes" | "answerBytes">;

/** Spans for the collector. They contain names, numbers and ids, and nothing of a request or an answer. */
export interface Tracing {
  /** Runs the work of a call: its calls to AWS become child spans, and its log lines have its id. */
  within<T>(request: IncomingRequest, work: () => Promise<T>): Promise<T>;
  /** Called from within the work, before it ends. */
  request(event: RequestEvent): void;
  /** The same for a request of SCIM. */
  scimRequest(event: ScimRequestEvent): void;
  /** Called when an attempt has ended. Outside of a call the span is a trace of its own. */
  awsCall(event: AwsCallEvent): void;
  /** Sends the waiting spans for at most `graceMs`, and drops the rest. Always resolves. */
  close(graceMs: number): Promise<void>;
}

export interface TracingOptions {
  /** The OTLP/gRPC collector. */
  readonly collector: TcpAddress;
  /** Without TLS. */
  readonly plaintext: boolean;
  /** PEM, instead of the CAs of Node.js. */
  readonly caFile: string | undefined;
  /** The same as text. */
  readonly caText?: string | undefined;
  readonly serviceVersion: string;
  readonly poolId: string;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  /** How long spans wait to be sent in one batch. Default 5 000. */
  readonly batchDelayMs?: number;
  /** The most spans that wait; more are dropped. Default 4 096. */
  readonly maxQueuedSpans?: number;
}
