import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";

/** The envelope of a `.c1z` around a database. */
export async function packFile(database: string, file: string): Promise<void> {
  const out = createWriteStream(file);
  out.write("C1ZF\0");
  await pipeline(
    createReadStream(database, { highWaterMark: 256 * 1024 }),
    createZstdCompress({
      chunkSize: 256 * 1024,
      params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
    }),
    out,
  );
}
