// HTTP/1.1 on plain sockets, for requests that no client library sends.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

/** An answer as it was on the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export async function openSocket(port: number): Promise<Socket> {
  const socket = createConnection({ host: "127.0.0.1", port });
  await once(socket, "connect");
  // The service may cut the connection of such a client at any time.
  socket.on("error", () => {});
  return socket;
}

/** Sends the bytes, and resolves with all answers when the other side ends the connection or `enough` of them are there. */
export async function sendRaw(
  port: number,
  bytes: Buffer | string,
  enough = 1,
): Promise<readonly RawAnswer[]> {
  const socket = await openSocket(port);
  const pieces: Buffer[] = [];
  const isOver = () => splitAnswers(Buffer.concat(pieces)).length >= enough;
  await new Promise<void>((resolve) => {
    socket.on("data", (piece: Buffer) => {
      pieces.push(piece);
      if (isOver()) resolve();
    });
    socket.once("close", () => resolve());
    socket.write(bytes);
  });
  socket.destroy();
  return splitAnswers(Buffer.concat(pieces));
}

const HEAD_END = "\r\n\r\n";

/** The answers that are complete. */
export function splitAnswers(bytes: Buffer): readonly RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let from = 0; from < bytes.byteLength; ) {
    const at = bytes.indexOf(HEAD_END, from);
    if (at < 0) break;
    const head = bytes.subarray(from, at).toString("latin1");
    const bodyAt = at + HEAD_END.length;
    const to = bodyEnd(head, bytes, bodyAt);
    if (to === undefined) break;
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    answers.push({ status, head, body: bytes.subarray(bodyAt, to).toString() });
    from = to;
  }
  return answers;
}

/** Where the body ends; undefined while it is not complete. */
function bodyEnd(head: string, bytes: Buffer, from: number): number | undefined {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) {
    if (!/^transfer-encoding: *chunked/im.test(head)) return from;
    const end = bytes.indexOf("0\r\n\r\n", from);
    return end < 0 ? undefined : end + 5;
  }
  const to = from + Number(length);
  return to <= bytes.byteLength ? to : undefined;
}
