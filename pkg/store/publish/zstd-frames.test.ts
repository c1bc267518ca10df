import { constants, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { FrameError, zstdFramesOf } from "./zstd-frames.ts";

function frames(bytes: Uint8Array) {
  return [...zstdFramesOf((offset, length) => bytes.subarray(offset, offset + length), 0, bytes.length)];
}

function skippable(size: number): Buffer {
  const frame = Buffer.alloc(8 + size, 7);
  frame.writeUInt32LE(0x184d2a53, 0);
  frame.writeUInt32LE(size, 4);
  return frame;
}

const text = (size: number) => Buffer.from(Array.from({ length: size }, (_, at) => (at * 31) % 251));
const random = (size: number) => crypto.getRandomValues(Buffer.alloc(size));

describe("the frames of a zstd stream", () => {
  test.for([
    ["nothing", Buffer.alloc(0)],
    ["one byte", text(1)],
    ["300 bytes", text(300)],
    ["one byte repeated, which is a run-length block", Buffer.alloc(200_000, 65)],
    ["noise, which is stored as it is", random(60_000)],
    ["several blocks", Buffer.concat([text(200_000), random(50_000), Buffer.alloc(300_000)])],
  ] as const)("one frame of %s, with and without checksum and size", ([, content]) => {
    for (const checksum of [0, 1]) {
      for (const size of [0, 1]) {
        const bytes = zstdCompressSync(content, {
          params: { [constants.ZSTD_c_checksumFlag]: checksum, [constants.ZSTD_c_contentSizeFlag]: size },
        });
        const known = size === 1 ? content.length : undefined;
        expect(frames(bytes)).toEqual([{ offset: 0, length: bytes.length, contentBytes: known }]);
      }
    }
  });

  test("several frames, with skippable ones between", () => {
    const parts = [text(10), random(5000), text(70_000)].map((content) => zstdCompressSync(content));
    const [a, b, c] = parts;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three parts");
    const bytes = Buffer.concat([skippable(0), a, skippable(9), b, c]);
    expect(frames(bytes).map(({ offset, length }) => [offset, length])).toEqual([
      [8, a.length],
      [8 + a.length + 17, b.length],
      [8 + a.length + 17 + b.length, c.length],
    ]);
  });

  test("a stream cut anywhere is no whole stream", () => {
    const bytes = zstdCompressSync(text(3000));
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect(() => frames(bytes.subarray(0, cut)), `cut at ${cut}`).toThrow(FrameError);
    }
    expect(() => frames(skippable(5).subarray(0, 12))).toThrow("ends too early");
  });

  test("what follows a frame must be one", () => {
    const bytes = Buffer.concat([zstdCompressSync(text(30)), Buffer.from("tail of something")]);
    expect(() => frames(bytes)).toThrow("what follows is not a zstd stream");
  });

  test("a block of the reserved kind is not accepted", () => {
    const bytes = Buffer.from(zstdCompressSync(Buffer.alloc(0)));
    const block = bytes.indexOf(Buffer.from([1, 0, 0]), 5);
    bytes[block] = 7;
    expect(() => frames(bytes)).toThrow("an unknown kind");
  });
});
