const ELLIPSIS = "…";
const ELLIPSIS_BYTES = 3;
/** No UTF-16 unit takes more bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** The text, cut to at most so many bytes of UTF-8 and never inside a character. A cut text ends with an ellipsis. */
export function clipBytes(text: string, maxBytes: number): string {
  if (text.length * MAX_BYTES_PER_UNIT <= maxBytes) return text;
  let bytes = 0;
  let kept = 0;
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > maxBytes) return text.slice(0, kept) + ELLIPSIS;
    if (bytes <= maxBytes - ELLIPSIS_BYTES) kept += character.length;
  }
  return text;
}

function utf8Bytes(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
