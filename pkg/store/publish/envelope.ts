// A v1 `.c1z` is five bytes of magic and then a zstd stream of one SQLite database.
import {
  closeSync,
  createReadStream,
  createWriteStream,
  fstatSync,
  openSync,
  readSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress, type ZstdCompress } from "node:zlib";
import { GovernanceError } from "../../core/errors.ts";
import { onDisk, refusedFile, storeError } from "../../sqlite/errors.ts";
import { syncToDisk } from "../../sqlite/paths.ts";
import type { TemporarySetting } from "../../sqlite/private-folder.ts";
import { FrameError, type ReadAt, type ZstdFrame, zstdFramesOf } from "./zstd-frames.ts";

const MAGIC = Buffer.from("C1ZF\0", "latin1");
const MAGIC_V3 = Buffer.from("C1Z3\0", "latin1");
const CHUNK_BYTES = 256 * 1024;
/** Measured in DESIGN.md: level 3 takes 1.7 times as long for one part in a hundred. */
const LEVEL = 1;

const CURE = "move it away, or name another file";

/** Packs a database file. The envelope is on disk when it resolves; its name is not yet (STORE-1). */
export async function pack(database: string, into: string, signal: AbortSignal): Promise<void> {
  try {
    rmSync(into, { force: true });
    const input = openSync(database, "r");
    try {
      const compress = createZstdCompress({
        chunkSize: CHUNK_BYTES,
        pledgedSrcSize: fstatSync(input).size,
        params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
      });
      const output = createWriteStream(into, { flags: "wx", mode: 0o600, highWaterMark: CHUNK_BYTES });
      output.write(MAGIC);
      await bothSettled(pipeline(compress, output, { signal }), feed(compress, input));
    } finally {
      closeSync(input);
    }
    syncToDisk(into);
  } catch (error) {
    throw storeError(error, `write ${into}`, "--file");
  }
}

/** Like Promise.all, but waits for both when one fails, since the file is closed afterwards. */
async function bothSettled(...work: readonly [Promise<void>, Promise<void>]): Promise<void> {
  for (const outcome of await Promise.allSettled(work))
    if (outcome.status === "rejected") throw outcome.reason;
}

/**
 * Reads the file through one buffer. A read stream would make a new buffer for each chunk, and gigabytes of them would
 * wait for the garbage collector (STORE-11).
 */
async function feed(compress: ZstdCompress, input: number): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  try {
    for (let read = readSync(input, buffer); read > 0; read = readSync(input, buffer)) {
      const chunk = buffer.subarray(0, read);
      await new Promise<void>((resolve, reject) => {
        compress.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    }
    compress.end();
  } catch (error) {
    // The pipeline failed with the same error, unless reading failed; then this ends the pipeline.
    compress.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}

/**
 * No sync file unpacks to more than this many times its size; those of this program reach less than 20. A file of
 * 640 KiB could fill a disk otherwise.
 */
const MAX_RATIO = 200;
/** Allowed to every file. */
const SMALL_BYTES = 256 * 2 ** 20;

/**
 * Unpacks a `.c1z` into a new private file. `failed-precondition` names what is wrong with the file: it is empty,
 * another kind of file, of format v3, cut short, damaged, or unpacks to too much. Nothing is left of one that fails.
 * `setting` says where `into` is.
 */
export async function unpack(
  file: string,
  into: string,
  signal: AbortSignal,
  setting: "--state-dir" | TemporarySetting = "--state-dir",
): Promise<void> {
  const input = onDisk(`read ${file}`, () => openSync(file, "r"));
  try {
    const frames = wholeFrames(file, input);
    const counter = byteCounter(file, Math.max(SMALL_BYTES, MAX_RATIO * fstatSync(input).size));
    roomFor(frames, into, setting);
    counter.check(declaredBytes(frames));
    onDisk(`write ${into}`, () => closeSync(openSync(into, "wx", 0o600)));
    try {
      for (const frame of frames) await unpackFrame(file, frame, into, counter, signal);
    } catch (error) {
      rmSync(into, { force: true });
      throw error;
    }
  } finally {
    closeSync(input);
  }
}

function wholeFrames(file: string, input: number): readonly ZstdFrame[] {
  if (fstatSync(input).isDirectory()) {
    throw refusedFile(file, "is a directory, so it is not a sync file", "name a file in it");
  }
  const readAt: ReadAt = (offset, length) => {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readSync(input, bytes, 0, length, offset));
  };
  const start = Buffer.from(readAt(0, MAGIC.length));
  if (start.length === 0) throw refusedFile(file, "is empty, so it is not a sync file", CURE);
  if (start.equals(MAGIC_V3)) throw refusedFile(file, "is of format v3 (Pebble), and this writes v1", CURE);
  if (!start.equals(MAGIC)) throw refusedFile(file, "is not a .c1z file", CURE);
  try {
    const frames = [...zstdFramesOf(readAt, MAGIC.length, fstatSync(input).size)];
    if (frames.length === 0) throw new FrameError("it holds nothing");
    return frames;
  } catch (error) {
    if (error instanceof FrameError) throw refusedFile(file, `is damaged: ${error.message}`, CURE, error);
    throw storeError(error, `read ${file}`);
  }
}

interface ByteCounter {
  /** Throws when so many bytes would be too many. */
  check(bytes: number): void;
  /** Passes the bytes on, and counts them over all frames: a frame need not say how large it is. */
  through(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

function byteCounter(file: string, limit: number): ByteCounter {
  let total = 0;
  const check = (bytes: number): void => {
    if (bytes <= limit) return;
    const mib = Math.floor(limit / 2 ** 20);
    throw refusedFile(file, `unpacks to more than ${mib} MiB, which no sync file of its size does`, CURE);
  };
  return {
    check,
    async *through(chunks) {
      for await (const chunk of chunks) {
        total += chunk.byteLength;
        check(total);
        yield chunk;
      }
    },
  };
}

async function unpackFrame(
  file: string,
  frame: ZstdFrame,
  into: string,
  counter: ByteCounter,
  signal: AbortSignal,
): Promise<void> {
  const { offset, length } = frame;
  // Each stream opens the file for itself, since a stream that fails closes its descriptor.
  const source = createReadStream(file, {
    start: offset,
    end: offset + length - 1,
    highWaterMark: CHUNK_BYTES,
  });
  const output = createWriteStream(into, { flags: "a", highWaterMark: CHUNK_BYTES });
  try {
    const unpacked = createZstdDecompress({ chunkSize: CHUNK_BYTES });
    await pipeline(source, unpacked, (chunks) => counter.through(chunks), output, { signal });
  } catch (error) {
    if (isZlibError(error)) throw refusedFile(file, `is damaged: ${error.message}`, CURE, error);
    throw storeError(error, `unpack ${file}`);
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^(?:ZSTD|Z)_/.test(String(error.code));
}

function declaredBytes(frames: readonly ZstdFrame[]): number {
  return frames.reduce((sum, frame) => sum + (frame.contentBytes ?? 0), 0);
}

/** Fails before the first byte, and long before the first AWS call: the sync needs this space and more. */
function roomFor(frames: readonly ZstdFrame[], into: string, setting: string): void {
  const bytes = declaredBytes(frames);
  const { bavail, bsize } = onDisk(`write ${into}`, () => statfsSync(dirname(into)));
  if (bytes <= bavail * bsize) return;
  const [needed, free] = [bytes, bavail * bsize].map((size) => `${Math.ceil(size / 2 ** 20)} MiB`);
  throw new GovernanceError(
    "resource-exhausted",
    `cannot write ${into}: it needs ${needed} and ${free} are free; free some space, or name a ${setting} with more space`,
  );
}
