import { closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { errnoOf } from "../../core/unknown.ts";

const CHUNK_BYTES = 64 * 1024;
const POLL_MS = 20;
/** In the place of the system's name of a failure, which callers show. */
const SILENT = "nobody writes to this named pipe";

/** How long a named pipe is waited for, in milliseconds. */
export interface Patience {
  /** Until somebody writes to it. */
  readonly writerMs: number;
  /** From one piece to the next, while a writer has it open. */
  readonly pieceMs: number;
}

const PATIENCE: Patience = { writerMs: 10_000, pieceMs: 60_000 };

interface Opened {
  readonly fd: number;
  readonly isNamedPipe: boolean;
}

/**
 * The bytes of a file; undefined where it has more than `maxBytes`. A device or a pipe has no size that can be asked for
 * before. Throws where a named pipe stays silent: a read that blocks would also hold back SIGTERM.
 */
export function readAtMost(path: string, maxBytes: number, patience?: Patience): Buffer | undefined {
  const file = openToRead(path);
  try {
    return readOpened(file, maxBytes, patience);
  } finally {
    closeSync(file.fd);
  }
}

/**
 * To open a named pipe for reading waits for its writer, unless asked otherwise. The pipe of a shell, such as /dev/stdin or
 * what `<(…)` becomes, has its writer already, which may take its time or write nothing.
 */
export function openToRead(path: string): Opened {
  const isOfShell = path.startsWith("/dev/") || path.startsWith("/proc/");
  const isNamedPipe = !isOfShell && statSync(path).isFIFO();
  return { fd: openSync(path, constants.O_RDONLY | (isNamedPipe ? constants.O_NONBLOCK : 0)), isNamedPipe };
}

/** As `readAtMost`, of a file that `openToRead` has opened. */
export function readOpened(
  { fd, isNamedPipe }: Opened,
  maxBytes: number,
  patience = PATIENCE,
): Buffer | undefined {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = isNamedPipe ? readPipe(fd, chunk, total === 0, patience) : readSync(fd, chunk);
    if (read === 0) return Buffer.concat(chunks, total);
    total += read;
    if (total > maxBytes) return undefined;
    chunks.push(chunk.subarray(0, read));
  }
}

/** How many bytes came; 0 where the writer has closed the pipe. */
function readPipe(fd: number, chunk: Buffer, isFirst: boolean, { writerMs, pieceMs }: Patience): number {
  let sawWriter = !isFirst;
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const read = readIfReady(fd, chunk);
    // Without a writer a pipe reads as ended.
    if (read === 0 && sawWriter) return 0;
    if (read !== undefined && read > 0) return read;
    sawWriter ||= read === undefined;
    if (waitedMs >= (sawWriter ? pieceMs : writerMs)) {
      throw Object.assign(new Error(SILENT), { code: SILENT });
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
}

/** Undefined where a writer has the pipe open and has written nothing more. */
function readIfReady(fd: number, chunk: Buffer): number | undefined {
  try {
    return readSync(fd, chunk);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}
