// The platform over gRPC. One connection serves all calls; grpc-js opens it again after it was lost.
import { Buffer } from "node:buffer";
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { ChannelCredentials, Client, Metadata, type ServiceError } from "@grpc/grpc-js";
import { hostAndPort } from "../core/client-id.ts";
import type { EpochClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { BatonService } from "../gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { checkMessageFields } from "../rpc/message-fields.ts";
import type { AccessTokens } from "./access-token.ts";
import { authorizedBy } from "./authorized-calls.ts";
import { platformError } from "./status-error.ts";
import type { TaskClient } from "./task-client.ts";
import { sendFile } from "./upload.ts";

export interface GrpcTaskClientOptions {
  /** Host and optional port. */
  readonly address: string;
  readonly hostId: string;
  /** The first part of the user agent. */
  readonly userAgent: string;
  /** PEM of the CAs to trust; undefined: those of Node.js. */
  readonly ca: string | undefined;
  /** Whether the proxy that the environment names for grpc-js is used. */
  readonly proxied: boolean;
  readonly tokens: AccessTokens;
  readonly now: EpochClock;
}

/** The error of ours for one of the library. */
type FailureOf = (error: ServiceError) => GovernanceError;

interface UnaryCall<I extends DescMessage, O extends DescMessage> {
  readonly method: DescMethodUnary<I, O>;
  readonly bytes: Uint8Array;
  readonly metadata: Metadata;
  readonly failureOf: FailureOf;
  readonly timeoutMs: number;
}

/** The next poll is at most five minutes after the last one, so that a call that lasts longer is lost. */
const POLL_TIMEOUT_MS = 6 * 60_000;
const CALL_TIMEOUT_MS = 30_000;

export function createGrpcTaskClient(options: GrpcTaskClientOptions): TaskClient {
  const { address, hostId, userAgent, ca, proxied, tokens, now } = options;
  const trusted = ca === undefined ? null : Buffer.from(ca);
  const client = new Client(hostAndPort(address), ChannelCredentials.createSsl(trusted), {
    "grpc.primary_user_agent": userAgent,
    // A try after a failure is ours to time: the library would wait up to two minutes between connections.
    "grpc.max_reconnect_backoff_ms": 5_000,
    "grpc.enable_http_proxy": proxied ? 1 : 0,
  });
  const authorizedCall = authorizedBy(tokens);

  function authorized<T>(
    method: DescMethod,
    signal: AbortSignal,
    call: (metadata: Metadata, failureOf: FailureOf) => Promise<T>,
  ): Promise<T> {
    return authorizedCall(signal, (authorization) => {
      const metadata = new Metadata();
      metadata.set("authorization", authorization);
      return call(metadata, (error) =>
        signal.aborted
          ? GovernanceError.from(signal.reason)
          : platformError(method.name, error, authorization),
      );
    });
  }

  function unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<MessageShape<O>> {
    const bytes = toBinary(method.input, create(method.input, request));
    return authorized(method, signal, (metadata, failureOf) =>
      sent({ method, bytes, metadata, failureOf, timeoutMs }, signal),
    );
  }

  async function sent<I extends DescMessage, O extends DescMessage>(
    { method, bytes: request, metadata, failureOf, timeoutMs }: UnaryCall<I, O>,
    signal: AbortSignal,
  ): Promise<MessageShape<O>> {
    const { promise, resolve, reject } = Promise.withResolvers<MessageShape<O>>();
    const call = client.makeUnaryRequest(
      pathOf(method),
      bufferOf,
      (bytes) => decoded(method.output, bytes),
      request,
      metadata,
      { deadline: now() + timeoutMs },
      (error, answer) => {
        if (error !== null) reject(failureOf(error));
        else resolve(answer ?? create(method.output));
      },
    );
    const cancel = (): void => call.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  const { hello, getTask, getTasks, heartbeat, finishTask, uploadAsset } = BatonService.method;
  return {
    async hello(request, signal) {
      await unary(hello, { ...request, hostId }, signal, CALL_TIMEOUT_MS);
    },
    getTask: (signal) => unary(getTask, { hostId }, signal, POLL_TIMEOUT_MS),
    getTasks: ({ pageSize, knownTaskIds }, signal) =>
      unary(getTasks, { hostId, pageSize, knownTaskIds: [...knownTaskIds] }, signal, POLL_TIMEOUT_MS),
    heartbeat: (taskId, signal) => unary(heartbeat, { hostId, taskId }, signal, CALL_TIMEOUT_MS),
    async finishTask(request, signal) {
      await unary(finishTask, { ...request, hostId }, signal, CALL_TIMEOUT_MS);
    },
    upload: (taskId, path, signal) =>
      authorized(uploadAsset, signal, (metadata, failureOf) =>
        sendFile(
          {
            hostId,
            taskId,
            path,
            openStream: (answered) =>
              client.makeClientStreamRequest(pathOf(uploadAsset), asIs, asIs, metadata, answered),
            failureOf,
          },
          signal,
        ),
      ),
    close: () => client.close(),
  };
}

/** What it throws is the failure of the call. */
function decoded<O extends DescMessage>(schema: O, bytes: Uint8Array): MessageShape<O> {
  checkMessageFields("answer", schema, bytes);
  return fromBinary(schema, bytes);
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}
