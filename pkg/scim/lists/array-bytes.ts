import { Buffer } from "node:buffer";

/** A larger one is not kept for the next array. */
const KEPT_BYTES = 1024 * 1024;
/** The most that a UTF-16 unit takes in UTF-8. */
const BYTES_OF_UNIT = 3;

let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * The JSON array of these texts, of which there is one at least, in UTF-8. One large text would be built first, and then
 * copied.
 */
export function arrayBytes(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  let into = scratch;
  let at = 0;
  for (const text of texts) {
    const needed = at + 2 + text.length * BYTES_OF_UNIT;
    if (needed > into.length) into = grown(into, at, needed);
    into[at] = at === 0 ? BRACKET : COMMA;
    at += 1 + into.write(text, at + 1, "utf8");
  }
  into[at] = CLOSING;
  if (into.length <= KEPT_BYTES) scratch = into;
  return new Uint8Array(into.subarray(0, at + 1));
}

const BRACKET = "[".charCodeAt(0);
const COMMA = ",".charCodeAt(0);
const CLOSING = "]".charCodeAt(0);

function grown(from: Buffer<ArrayBuffer>, used: number, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, from.length * 2));
  from.copy(larger, 0, 0, used);
  return larger;
}
