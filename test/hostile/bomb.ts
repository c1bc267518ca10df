import { Buffer } from "node:buffer";

/** The largest block of zstd; one that repeats a byte takes four bytes (RFC 8878, 3.1.1.2). */
const BLOCK_BYTES = 128 * 1024;
const RLE = 1;

/** A `.c1z` of 640 KiB whose database, all zeros, has 20 GiB. */
export function sizeBomb(gibibytes = 20): Buffer {
  const blocks = (gibibytes * 2 ** 30) / BLOCK_BYTES;
  const packed = Buffer.alloc(blocks * 4);
  for (let at = 0; at < blocks; at += 1) {
    const isLast = at === blocks - 1 ? 1 : 0;
    packed.writeUIntLE((BLOCK_BYTES << 3) | (RLE << 1) | isLast, at * 4, 3);
  }
  // Magic number, no content size, no checksum, a window of 128 KiB.
  const head = Buffer.from("28b52ffd0038", "hex");
  return Buffer.concat([Buffer.from("C1ZF\0"), head, packed]);
}
