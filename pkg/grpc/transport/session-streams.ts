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
  /** With an answer, and without a call. */
  refuse(): void;
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
    // A stream that is reset without a listener would end the process.
    stream.on("error", () => {});
    onStream({
      isClosed: () => stream.closed,
      begin,
      refuse() {
        stream.respond(TOO_MANY, { endStream: true });
        // After the frames of the answer, also when the client does not end the stream.
        setImmediate(() => stream.close());
      },
    });
  });
}

interface Stream {
  readonly closed: boolean;
  on(event: "error", listener: () => void): unknown;
  respond(headers: typeof TOO_MANY, options: { readonly endStream: boolean }): void;
  close(): void;
}

function isStream(value: unknown): value is Stream {
  return isRecord(value) && typeof value["on"] === "function" && typeof value["close"] === "function";
}
