// Splits bytes into lines. Not with Node's readline, which decodes text and does not limit a line: hashes need the bytes.

/** A line without its line end; undefined if it is too long to be kept in memory. */
export type RawLine = Buffer | undefined;

interface LineSplitter {
  /** The lines that these bytes complete. They may share memory with the bytes. */
  push(bytes: Buffer): readonly RawLine[];
  /** Bytes after the last line end. */
  restBytes(): number;
}

/** More than a line can have. The longest lines have the members of a deleted group, about 40 bytes each. */
const MAX_LINE_BYTES = 256 * 2 ** 20;
const LINE_END = 0x0a;

export function createLineSplitter(maxLineBytes = MAX_LINE_BYTES): LineSplitter {
  let parts: Buffer[] = [];
  let heldBytes = 0;

  function hold(bytes: Buffer): void {
    heldBytes += bytes.length;
    if (heldBytes > maxLineBytes) parts = [];
    else if (bytes.length > 0) parts.push(Buffer.from(bytes));
  }

  function completed(end: Buffer): RawLine {
    const tooLong = heldBytes + end.length > maxLineBytes;
    const line = parts.length === 0 ? end : Buffer.concat([...parts, end]);
    parts = [];
    heldBytes = 0;
    return tooLong ? undefined : line;
  }

  return {
    push(bytes) {
      const lines: RawLine[] = [];
      let from = 0;
      for (let at = bytes.indexOf(LINE_END); at !== -1; at = bytes.indexOf(LINE_END, from)) {
        lines.push(completed(bytes.subarray(from, at)));
        from = at + 1;
      }
      hold(bytes.subarray(from));
      return lines;
    },
    restBytes: () => heldBytes,
  };
}
