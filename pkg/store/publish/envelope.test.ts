import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { never, temporaryFolder } from "../../../test/support/store-run.ts";
import { pack, unpack } from "./envelope.ts";
import { zstdFramesOf } from "./zstd-frames.ts";

const MAGIC = Buffer.from("C1ZF\0", "latin1");

let folder: { readonly path: string; remove(): void };
let file: string;
let out: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, "pool.c1z");
  out = join(folder.path, "unpacked");
});
afterEach(() => folder.remove());

function someDatabase(): Buffer {
  const path = join(folder.path, "some.db");
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE t (a); BEGIN");
  const insert = database.prepare("INSERT INTO t VALUES (?)");
  for (let row = 0; row < 2000; row += 1) insert.run(`row ${row * 7919} of the table`);
  database.exec("COMMIT");
  database.close();
  return readFileSync(path);
}

async function refusal(bytes: Uint8Array): Promise<string> {
  writeFileSync(file, bytes);
  rmSync(out, { force: true });
  const error: unknown = await unpack(file, out, never).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "failed-precondition" });
  expect(readFileSync(file)).toEqual(Buffer.from(bytes));
  return String(error);
}

describe("the envelope", () => {
  test("is the magic and one zstd frame that tells its size and carries a checksum", async () => {
    const content = someDatabase();
    await pack(join(folder.path, "some.db"), file, never);
    const bytes = readFileSync(file);
    expect(bytes.subarray(0, 5)).toEqual(MAGIC);
    const frames = [...zstdFramesOf((at, length) => bytes.subarray(at, at + length), 5, bytes.length)];
    expect(frames).toEqual([{ offset: 5, length: bytes.length - 5, contentBytes: content.length }]);
    expect((bytes[9] ?? 0) & 0x04).toBe(0x04); // the checksum flag of the frame header
    expect(zstdDecompressSync(bytes.subarray(5))).toEqual(content);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await unpack(file, out, never);
    expect(readFileSync(out)).toEqual(content);
    expect(statSync(out).mode & 0o777).toBe(0o600);
  });

  test.for([
    ["say how large they are, before a byte is written", 1],
    ["do not say how large they are, once it is written", 0],
  ] as const)(
    "STORE-13: that unpacks to more than 256 MiB and 200 times its size is refused: its frames %s",
    async ([, sizes]) => {
      const params = { [constants.ZSTD_c_contentSizeFlag]: sizes };
      const frame = zstdCompressSync(Buffer.alloc(64 * 2 ** 20), { params });
      const four = Buffer.concat([MAGIC, frame, frame, frame, frame]);
      writeFileSync(file, four);
      await unpack(file, out, never);
      expect(statSync(out).size).toBe(256 * 2 ** 20);
      rmSync(out);
      expect(await refusal(Buffer.concat([four, frame]))).toContain(
        `${file} unpacks to more than 256 MiB, which no sync file of its size does; move it away`,
      );
      expect(existsSync(out)).toBe(false);
      // What cannot be packed gives room for 200 times as much.
      const random = zstdCompressSync(randomBytes(2 * 2 ** 20));
      writeFileSync(file, Buffer.concat([four, frame, random]));
      await unpack(file, out, never);
      expect(statSync(out).size).toBe(322 * 2 ** 20);
    },
  );

  test("may hold several frames, of any level, with and without size and checksum", async () => {
    const content = someDatabase();
    const part = Math.floor(content.length / 3);
    const frames = [
      zstdCompressSync(content.subarray(0, part)),
      zstdCompressSync(content.subarray(part, 2 * part), {
        params: { [constants.ZSTD_c_compressionLevel]: 19 },
      }),
      zstdCompressSync(content.subarray(2 * part), { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } }),
    ];
    writeFileSync(file, Buffer.concat([MAGIC, ...frames]));
    await unpack(file, out, never);
    expect(readFileSync(out)).toEqual(content);
  });

  test("recognises a file that is not an envelope of ours", async () => {
    expect(await refusal(Buffer.alloc(0))).toContain("is empty");
    expect(await refusal(Buffer.from("C1Z"))).toContain("is not a .c1z file");
    expect(await refusal(Buffer.from("hello world"))).toContain("is not a .c1z file");
    expect(await refusal(Buffer.from("C1Z3\0and a manifest", "latin1"))).toContain(
      "is of format v3 (Pebble)",
    );
    expect(await refusal(MAGIC)).toContain("is damaged: it holds nothing");
    expect(await refusal(Buffer.concat([MAGIC, Buffer.from("no zstd at all")]))).toContain(
      "is not a zstd stream",
    );
  });

  test("recognises a directory", async () => {
    await expect(unpack(folder.path, out, never)).rejects.toThrow(
      `${folder.path} is a directory, so it is not a sync file; name a file in it`,
    );
    expect(existsSync(out)).toBe(false);
  });

  test("says what is damaged, wherever it is cut or changed", async () => {
    const content = someDatabase();
    const whole = Buffer.concat([
      MAGIC,
      zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    ]);
    for (let cut = 6; cut < whole.length; cut += Math.ceil(whole.length / 40)) {
      expect(await refusal(whole.subarray(0, cut)), `cut at ${cut}`).toContain("is damaged");
    }
    expect(await refusal(whole.subarray(0, -1))).toContain("ends too early");
    expect(await refusal(Buffer.concat([whole, Buffer.from("tail")]))).toContain("is not a zstd stream");
    for (let at = 40; at < whole.length; at += Math.ceil(whole.length / 40)) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(await refusal(changed), `changed at ${at}`).toContain("is damaged");
    }
  });

  test("a size that no disk here holds is said before the first byte", async () => {
    // One frame whose header claims 2^52 bytes: descriptor with an 8-byte size, one raw empty block.
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0x01, 0, 0]);
    writeFileSync(file, Buffer.concat([MAGIC, header]));
    for (const setting of ["--state-dir", "TMPDIR"] as const) {
      await expect(unpack(file, out, never, setting)).rejects.toMatchObject({
        code: "resource-exhausted",
        message: expect.stringMatching(new RegExp(`free some space, or name a ${setting} with more space$`)),
      });
    }
    expect(existsSync(out)).toBe(false);
  });

  test("an abort ends either way", async () => {
    someDatabase();
    const aborted = AbortSignal.abort();
    await expect(pack(join(folder.path, "some.db"), file, aborted)).rejects.toMatchObject({
      code: "canceled",
    });
    await pack(join(folder.path, "some.db"), file, never);
    await expect(unpack(file, out, aborted)).rejects.toMatchObject({ code: "canceled" });
  });
});
