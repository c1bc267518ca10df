const MARK = "…";

/** The text, or as much of its beginning as fits into so many bytes of UTF-8 with an ellipsis behind. */
export function clipped(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const room = maxBytes - Buffer.byteLength(MARK);
  let kept = "";
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    kept += character;
  }
  return kept + MARK;
}
