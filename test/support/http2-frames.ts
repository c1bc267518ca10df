// Frames of HTTP/2 (RFC 9113), for clients that send what a library would not.
import { Buffer } from "node:buffer";

const RST_STREAM = 3;
const CANCEL = Buffer.of(0, 0, 0, 8);

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The first bytes of every client, and its empty SETTINGS. */
export const PREFACE: Buffer = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(4, 0, 0, Buffer.alloc(0)),
]);

/** GET http://x with the path in plain, and the end of the stream. */
export function headersFrame(stream: number, path: string): Buffer {
  const text = Buffer.from(`/${path}`);
  return frame(
    1,
    0x5,
    stream,
    Buffer.concat([Buffer.of(0x82, 0x86, 0x01, 1, 0x78, 0x04, text.length), text]),
  );
}

/** The client cancels the stream. */
export const resetFrame = (stream: number): Buffer => frame(RST_STREAM, 0, stream, CANCEL);
