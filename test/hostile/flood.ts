// Many calls over few or many connections, on plain HTTP/2, so that the client costs less than the service.
import { Buffer } from "node:buffer";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { RPC_CODES } from "../../pkg/rpc/status.ts";
import { type Counts, countOf, type Target } from "./target.ts";

export interface Flood {
  readonly path: string;
  readonly body: Uint8Array;
  readonly token?: string;
  readonly calls: number;
  readonly perSession: number;
  /** `open`: the calls are left as they are; `cancelled`: each is cancelled as soon as it begins. By default each is awaited. */
  readonly leave?: "open" | "cancelled";
}

const NAMES: readonly string[] = Object.keys(RPC_CODES);

export function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

export function openSession({ address }: Pick<Target, "address">): ClientHttp2Session {
  const session = connect(`http://${address}`);
  // The service may end the connection of such a client at any time.
  session.on("error", () => {});
  session.setMaxListeners(0);
  return session;
}

export function request(session: ClientHttp2Session, path: string, token?: string): ClientHttp2Stream {
  return session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  });
}

/** Resolves when the call has ended, with its code or with how it was cut off. */
export function endOf(stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve) => {
    let code: string | undefined;
    const note = (headers: { readonly "grpc-status"?: unknown }): void => {
      if (headers["grpc-status"] !== undefined) code = NAMES[Number(headers["grpc-status"])];
    };
    stream.on("response", note);
    stream.on("trailers", note);
    stream.on("error", () => {});
    stream.resume();
    stream.once("close", () => resolve(code ?? `cut off (${stream.rstCode})`));
  });
}

/** Makes the calls, and counts how they end. Resolves when all have ended, or with `open` when all are sent. */
export async function flood(target: Target, counts: Counts, options: Flood): Promise<void> {
  const { path, body, token, calls, perSession, leave } = options;
  const message = framed(body);
  const ends: Promise<void>[] = [];
  for (let sent = 0; sent < calls; ) {
    const session = openSession(target);
    for (let at = 0; at < perSession && sent < calls && !session.destroyed; at += 1, sent += 1) {
      const stream = request(session, path, token);
      ends.push(endOf(stream).then((end) => countOf(counts, end)));
      stream.end(message);
      if (leave === "cancelled") stream.close(constants.NGHTTP2_CANCEL);
      countOf(counts, "sent");
    }
    // Lets the session send, and end if the service has closed it.
    await new Promise((resolve) => setImmediate(resolve));
    if (leave === "cancelled") {
      await Promise.all(ends.splice(0));
      session.destroy();
    }
  }
  if (leave !== "open") await Promise.all(ends);
}
