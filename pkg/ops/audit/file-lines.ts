import { readSync } from "node:fs";
import { createLineSplitter, type RawLine } from "./split-lines.ts";

const CHUNK_BYTES = 256 * 1024;
const LINE_END = 0x0a;

/** Visits the lines that end within the range, which starts at the start of a line. Returns the end of the last line. */
export function eachLine(fd: number, from: number, to: number, visit: (line: RawLine) => void): number {
  const splitter = createLineSplitter();
  let at = from;
  for (const chunk of chunks(fd, from, to)) {
    for (const line of splitter.push(chunk)) visit(line);
    at += chunk.length;
  }
  return at - splitter.restBytes();
}

/** The bytes of the range, or fewer if the file ends before. All chunks share one buffer. */
export function* chunks(fd: number, from: number, to: number): Generator<Buffer, void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let at = from;
  while (at < to) {
    const read = readSync(fd, buffer, 0, Math.min(CHUNK_BYTES, to - at), at);
    if (read === 0) return;
    yield buffer.subarray(0, read);
    at += read;
  }
}

/** Where the last `lines` lines of a file of that size start, read from its end; 0 if it has no more than those. */
export function startOfLast(fd: number, size: number, lines: number): number {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let ends = 0;
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const read = readSync(fd, buffer, 0, end - start, start);
    for (let at = read - 1; at >= 0; at -= 1) {
      if (buffer[at] !== LINE_END) continue;
      ends += 1;
      if (ends > lines) return start + at + 1;
    }
    end = start;
  }
  return 0;
}

/** How many lines end before `to`. */
export function countLines(fd: number, to: number): number {
  let lines = 0;
  for (const chunk of chunks(fd, 0, to)) {
    for (const byte of chunk) if (byte === LINE_END) lines += 1;
  }
  return lines;
}
