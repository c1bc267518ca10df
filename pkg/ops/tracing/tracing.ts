import type { EpochClock } from "../../core/clock.ts";
import type { AwsCallEvent, GrpcCallEvent } from "../../core/events.ts";
import type { Logger } from "../logger.ts";

/** A gRPC call that begins. */
export interface IncomingRequest {
  readonly callId: string;
  readonly service: string;
  readonly method: string;
  /** The headers `traceparent` and `tracestate` as they came; what is no W3C trace context is passed over. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** What the span of a finished gRPC call shows of it. */
export type RequestEvent = Pick<GrpcCallEvent, "code" | "requestBytes" | "answerBytes">;

/** Spans for the collector. They hold names, numbers and ids of ours and AWS's, and nothing that was asked or answered. */
export interface Tracing {
  /** Runs the work of a call: what it asks of AWS becomes its children, and its log lines carry its id. */
  within<T>(request: IncomingRequest, work: () => Promise<T>): Promise<T>;
  /** Told from within the work, before it ends. */
  request(event: RequestEvent): void;
  /** Told when the attempt is over. Outside of any call the span is a trace of its own. */
  awsCall(event: AwsCallEvent): void;
  /** Sends what waits, for no longer than that, and drops the rest. Always resolves. */
  close(graceMs: number): Promise<void>;
}

export interface TracingOptions {
  /** The OTLP/gRPC collector, as an http or https URL; http is without TLS. */
  readonly endpoint: string;
  /** PEM, instead of the CAs of Node.js. */
  readonly caFile: string | undefined;
  readonly serviceVersion: string;
  readonly poolId: string;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  /** How long spans wait for company; 5 000 unless said. */
  readonly batchDelayMs?: number;
  /** The most spans that wait; what comes on top is dropped. 4 096 unless said. */
  readonly maxQueuedSpans?: number;
}
