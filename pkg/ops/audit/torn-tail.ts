import { createHash } from "node:crypto";
import { closeSync, fsyncSync, ftruncateSync, openSync } from "node:fs";
import type { EpochMs } from "../../core/clock.ts";
import { errnoOf } from "../../core/unknown.ts";
import type { TornNote } from "./audit-line.ts";
import { syncDirectoryOf, writeAll } from "./durable-write.ts";
import { chunks } from "./file-lines.ts";

interface TornTail {
  readonly path: string;
  readonly fd: number;
  /** End of the last whole line. */
  readonly from: number;
  /** End of the file. */
  readonly to: number;
  readonly nowMs: EpochMs;
}

/** Moves the bytes after the last whole line to `<path>.torn-<time>`. Returns when both files are on the disk. */
export function moveTornAside({ path, fd, from, to, nowMs }: TornTail): TornNote {
  const target = createNewFile(`${path}.torn-${new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`);
  const sha256 = createHash("sha256");
  try {
    for (const chunk of chunks(fd, from, to)) {
      sha256.update(chunk);
      writeAll(target, chunk);
    }
    fsyncSync(target);
  } finally {
    closeSync(target);
  }
  syncDirectoryOf(path);
  ftruncateSync(fd, from);
  fsyncSync(fd);
  return { bytes: to - from, sha256: sha256.digest("hex") };
}

function createNewFile(name: string): number {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return openSync(attempt === 1 ? name : `${name}-${attempt}`, "wx", 0o600);
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
  }
}
