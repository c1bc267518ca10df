// gRPC over plain HTTP/2, with whatever framing the caller wants.
import { Buffer } from "node:buffer";
import {
  type ClientHttp2Session,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";

export interface RawReply {
  /** `grpc-status`; undefined when the stream ended without one. */
  readonly code: number | undefined;
  readonly message: string;
  readonly httpStatus: number | undefined;
  /** Headers, trailers and body as they came. */
  readonly everything: string;
  /** The stream was reset with this code. */
  readonly reset: number | undefined;
  readonly tookMs: number;
}

export interface RawClient {
  call(headers: OutgoingHttpHeaders, body: Buffer): Promise<RawReply>;
  close(): void;
}

export function rawClient(port: number, limitMs: number): RawClient {
  let session: ClientHttp2Session | undefined;
  // The service may end the connection of a client that breaks the protocol.
  const usable = (): ClientHttp2Session => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(`http://127.0.0.1:${port}`);
      session.on("error", () => {});
    }
    return session;
  };

  return {
    call(headers, body) {
      const begun = performance.now();
      return new Promise((resolve, reject) => {
        const stream = usable().request(headers);
        const parts: Buffer[] = [];
        let [code, message, httpStatus] = [Number.NaN, "", Number.NaN];
        const note = (seen: IncomingHttpHeaders): void => {
          parts.push(Buffer.from(JSON.stringify(seen)));
          if (seen["grpc-status"] !== undefined) code = Number(seen["grpc-status"]);
          if (seen["grpc-message"] !== undefined) message = decoded([seen["grpc-message"]].join());
          if (seen[":status"] !== undefined) httpStatus = Number(seen[":status"]);
        };
        const late = setTimeout(() => {
          stream.close(constants.NGHTTP2_CANCEL);
          reject(new Error(`no end within ${limitMs} ms`));
        }, limitMs);
        stream.on("response", note);
        stream.on("trailers", note);
        stream.on("data", (chunk: Buffer) => parts.push(chunk));
        stream.on("error", () => {});
        stream.once("close", () => {
          clearTimeout(late);
          const defined = (value: number) => (Number.isNaN(value) ? undefined : value);
          resolve({
            code: defined(code),
            message,
            httpStatus: defined(httpStatus),
            everything: `${message}\n${Buffer.concat(parts).toString("latin1")}`,
            reset: stream.rstCode === 0 ? undefined : stream.rstCode,
            tookMs: performance.now() - begun,
          });
        });
        stream.end(body);
      });
    },
    close: () => session?.destroy(),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
