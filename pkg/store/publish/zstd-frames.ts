// The frames of a zstd stream, found without decompressing it (RFC 8878 §3.1). A writer may put several one after
// another, and Node decodes only the first: so it gets them one by one. This also finds a file that was cut.

/** The source of the bytes. Fewer bytes than requested mean the end. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

export interface ZstdFrame {
  readonly offset: number;
  readonly length: number;
  /** Bytes after decompression, where the frame says so. */
  readonly contentBytes: number | undefined;
}

/** Why the bytes are not a whole zstd stream. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

const MAGIC = 0xfd2f_b528;
const SKIPPABLE_MAGIC = 0x184d_2a50;
const LONGEST_HEADER = 18;
const CHECKSUM_BYTES = 4;

/** The data frames between two offsets, in order; skippable ones are left out. */
export function* zstdFramesOf(readAt: ReadAt, start: number, end: number): Generator<ZstdFrame> {
  for (let offset = start; offset < end; ) {
    const header = headerAt(readAt, offset);
    const magic = header.getUint32(0, true);
    if (magic === MAGIC) {
      const frame = dataFrame(readAt, offset, header);
      if (offset + frame.length > end) throw tooShort();
      yield frame;
      offset += frame.length;
    } else if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE_MAGIC) {
      offset += 8 + header.getUint32(4, true);
      if (offset > end) throw tooShort();
    } else {
      throw new FrameError("what follows is not a zstd stream");
    }
  }
}

function dataFrame(readAt: ReadAt, offset: number, header: DataView): ZstdFrame {
  const descriptor = header.getUint8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0x03] ?? 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 ? Number(singleSegment) : 1 << sizeFlag;
  const sizeAt = 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  let length = sizeAt + sizeBytes;
  for (let last = false; !last; ) {
    const [low, middle, high] = readAt(offset + length, 3);
    if (low === undefined || middle === undefined || high === undefined) throw tooShort();
    const head = low | (middle << 8) | (high << 16);
    last = (head & 1) === 1;
    const kind = (head >>> 1) & 3;
    if (kind === 3) throw new FrameError("its zstd stream holds a block of an unknown kind");
    length += 3 + (kind === 1 ? 1 : head >>> 3); // a run-length block holds one byte
  }
  if (hasChecksum) length += CHECKSUM_BYTES;
  return { offset, length, contentBytes: contentBytes(header, sizeAt, sizeBytes) };
}

function contentBytes(header: DataView, at: number, bytes: number): number | undefined {
  switch (bytes) {
    case 1:
      return header.getUint8(at);
    case 2:
      return header.getUint16(at, true) + 256;
    case 4:
      return header.getUint32(at, true);
    case 8:
      return Number(header.getBigUint64(at, true));
    default:
      return undefined;
  }
}

// Padded with zeros where the bytes end, so that a cut header reads as a frame that is longer than the file.
function headerAt(readAt: ReadAt, offset: number): DataView {
  const padded = new Uint8Array(LONGEST_HEADER);
  padded.set(readAt(offset, LONGEST_HEADER));
  return new DataView(padded.buffer);
}

function tooShort(): FrameError {
  return new FrameError("its zstd stream ends too early");
}
