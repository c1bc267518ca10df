import { readSync } from "node:fs";
import { createLineSplitter, type RawLine } from "./split-lines.ts";

const CHUNK_BYTES = 256 * 1024;
const LINE_END = 0x0a;

/** Hands out the lines that end within the range, which begins at the beginning of a line; returns the end of the last. */
export function eachLine(fd: number, from: number, to: number, visit: (line: RawLine) => void): number {
  const splitter = createLineSplitter();
  let at = from;
  for (const chunk of chunks(fd, from, to)) {
    for (const line of splitter.push(chunk)) visit(line);
    at += chunk.length;
  }
  return at - splitter.restBytes();
}

/** The bytes of the range; fewer when the file ends before. Each chunk lives until the next is asked for. */
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

/** Where the last so many lines begin, of a file of that size, read from its end: 0 when it has no more than those. */
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

/** Lines before the place. */
export function countLines(fd: number, to: number): number {
  let lines = 0;
  for (const chunk of chunks(fd, 0, to)) {
    for (const byte of chunk) if (byte === LINE_END) lines += 1;
  }
  return lines;
}
