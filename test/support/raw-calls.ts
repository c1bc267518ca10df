// Calls on plain HTTP/2: of clients that do what a gRPC library would not.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type OutgoingHttpHeaders,
} from "node:http2";

/** A request without fields. */
export const EMPTY: Buffer = Buffer.alloc(5);

export interface RawSessions {
  open(port: number, settings?: object): ClientHttp2Session;
  /** As gRPC clients do: it knows how many streams it may have before it sends the first. */
  openReady(port: number): Promise<ClientHttp2Session>;
  readonly all: ClientHttp2Session[];
}

/** `afterEach` is the test runner's: it closes the sessions. */
export function useRawSessions(afterEach: (close: () => void) => void): RawSessions {
  const all: ClientHttp2Session[] = [];
  afterEach(() => {
    for (const session of all.splice(0)) session.destroy();
  });
  function open(port: number, settings = {}): ClientHttp2Session {
    const session = connect(`http://127.0.0.1:${port}`, { settings, maxSessionMemory: 1000 });
    // The server may close the connection of such a client at any time.
    session.on("error", () => {});
    all.push(session);
    return session;
  }
  return {
    all,
    open,
    async openReady(port) {
      const session = open(port);
      await once(session, "remoteSettings");
      return session;
    },
  };
}

export function call(
  session: ClientHttp2Session,
  path: string,
  headers: OutgoingHttpHeaders = {},
): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  stream.on("error", () => {});
  stream.resume();
  return stream;
}

/** The code with which a call was refused, or `open` for one that has an answer. */
export async function beginningOf(stream: ClientHttp2Stream): Promise<string> {
  return await new Promise((resolve) => {
    stream.once("response", (headers) => resolve(String(headers["grpc-status"] ?? "open")));
  });
}
