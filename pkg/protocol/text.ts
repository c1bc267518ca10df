import { Buffer } from "node:buffer";

/** The text cut to at most so many UTF-8 bytes, never inside a character; a cut is shown by an ellipsis. */
export function clipBytes(text: string, maxBytes: number): string {
  // No UTF-16 unit takes more than three bytes, so short texts need no count.
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const ellipsis = "…";
  let room = maxBytes - Buffer.byteLength(ellipsis);
  let end = 0;
  for (const character of text) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    end += character.length;
  }
  return text.slice(0, end) + ellipsis;
}

const SURROGATES = /[\ud800-\udfff]/;

/** Orders as UTF-8 bytes do, which is how Go sorts the keys of a map when it marshals deterministically. */
export function compareUtf8(a: string, b: string): number {
  // Code units order like bytes until a surrogate is among them: those stand for the highest code points of all.
  if (SURROGATES.test(a) || SURROGATES.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
