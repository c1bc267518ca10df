// The bounds of one call, around the library's call: what it sends and receives, and when it ends.
import { ServerInterceptingCall, type ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { isRecord } from "../core/unknown.ts";

export type Responder = NonNullable<ConstructorParameters<typeof ServerInterceptingCall>[1]>;

/** A call that reports each answer when it is written, and calls back when it was read. */
export class AnsweringCall extends ServerInterceptingCall {
  readonly #written: (bytes: number) => () => void;

  constructor(
    call: ServerInterceptingCallInterface,
    responder: Responder,
    written: (bytes: number) => () => void,
  ) {
    super(call, responder);
    this.#written = written;
  }

  override sendMessage(message: unknown, callback: () => void): void {
    const read = this.#written(message instanceof Uint8Array ? message.byteLength : 0);
    super.sendMessage(message, () => {
      read();
      callback();
    });
  }
}

/**
 * Calls `onBytes` with each piece of the request body, before the message is complete: the library would keep 4 MiB for
 * each stream. Without the stream only the number of calls is bounded.
 */
export function watchBody(call: object, onBytes: (count: number) => void): void {
  streamOf(call)?.on("data", (chunk: unknown) => {
    if (chunk instanceof Uint8Array) onBytes(chunk.byteLength);
  });
}

/** Whether the request is compressed. It may then become a thousand times larger. */
export function isCompressed(call: object): boolean {
  const encoding: unknown = Reflect.get(call, "incomingEncoding");
  return typeof encoding === "string" && encoding !== "identity";
}

/**
 * Closes a stream that has its answer, although the client has not ended it: HTTP/2 would keep it open, and it would
 * cost the client nothing.
 */
export function closeStream(call: object): void {
  const stream = streamOf(call);
  if (stream === undefined || stream.closed || stream.readableEnded) return;
  // After the frames of the answer.
  setImmediate(() => stream.close());
}

/** Whether the client has cancelled the call, or it is over. */
export function isStreamClosed(call: object): boolean {
  return streamOf(call)?.closed ?? false;
}

interface Stream {
  readonly closed: boolean;
  readonly readableEnded: boolean;
  on(event: "data", listener: (chunk: unknown) => void): unknown;
  close(): void;
}

/** The HTTP/2 stream of the library's call, which has it in a private field. */
function streamOf(call: object): Stream | undefined {
  const stream: unknown = Reflect.get(call, "stream");
  return isStream(stream) ? stream : undefined;
}

function isStream(value: unknown): value is Stream {
  return isRecord(value) && typeof value["on"] === "function" && typeof value["close"] === "function";
}
