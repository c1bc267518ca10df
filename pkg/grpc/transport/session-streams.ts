// The streams of an HTTP/2 session, before the library sees them.
import { EventEmitter } from "node:events";
import { status } from "@grpc/grpc-js";
import { isRecord } from "../../core/unknown.ts";

const TOO_MANY = {
  ":status": 200,
  "content-type": "application/grpc+proto",
  "grpc-status": status.UNAVAILABLE,
  "grpc-message": "too many calls wait; wait for answers",
};

/** A stream that has not begun: nothing reads it, and no call is made of it. */
export interface NewStream {
  /** Whether its client has cancelled it, or the connection is gone. */
  isClosed(): boolean;
  begin(): void;
  /** With an answer, unless the connection is gone, and without a call. */
  refuse(): void;
}

/** Of a connection that has proved nothing. A client that obeys HTTP/2 waits with the others, as gRPC clients do. */
export const STREAMS_OF_UNPROVEN = 32;
/** More than a client has under way on one connection. */
export const STREAMS_OF_PROVEN = 250;

/** Tells the client that it may have more streams, since it has proved who it is. */
export function allowMoreStreams(session: unknown): void {
  if (session instanceof EventEmitter && isHttp2Session(session) && !session.destroyed) {
    session.settings({ maxConcurrentStreams: STREAMS_OF_PROVEN });
  }
}

interface Http2Session {
  readonly destroyed: boolean;
  settings(settings: { readonly maxConcurrentStreams: number }): void;
}

function isHttp2Session(value: object): value is Http2Session {
  return typeof Reflect.get(value, "settings") === "function";
}

/** From now on the new streams of the session go to `onStream` instead of the library. */
export function takeStreams(session: unknown, onStream: (stream: NewStream) => void): void {
  if (!(session instanceof EventEmitter)) return;
  const listeners = session.listeners("stream");
  session.removeAllListeners("stream");
  session.on("stream", (...args: unknown[]) => {
    const [stream] = args;
    const begin = (): void => {
      for (const listener of listeners) Reflect.apply(listener, session, args);
    };
    if (!isStream(stream)) {
      begin();
      return;
    }
    // A stream that fails without a listener would end the process. It may have failed already: the error comes after this event.
    stream.on("error", () => {});
    // Its connection was cut a moment ago. The library would throw.
    if (stream.destroyed) return;
    onStream({
      isClosed: () => stream.closed || stream.destroyed,
      begin,
      refuse() {
        // Counting it may have cut the connection.
        if (stream.destroyed) return;
        stream.respond(TOO_MANY, { endStream: true });
        // After the frames of the answer, also when the client does not end the stream.
        setImmediate(() => stream.close());
      },
    });
  });
}

interface Stream {
  readonly closed: boolean;
  readonly destroyed: boolean;
  on(event: "error", listener: () => void): unknown;
  respond(headers: typeof TOO_MANY, options: { readonly endStream: boolean }): void;
  close(): void;
}

function isStream(value: unknown): value is Stream {
  return isRecord(value) && typeof value["on"] === "function" && typeof value["close"] === "function";
}
