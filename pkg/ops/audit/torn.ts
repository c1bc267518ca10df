import { createHash } from "node:crypto";
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { EpochMs } from "../../core/clock.ts";
import { errnoOf } from "../../core/unknown.ts";
import type { TornNote } from "./audit-line.ts";
import { chunks } from "./tail.ts";

export interface TornTail {
  readonly path: string;
  readonly fd: number;
  /** End of the last whole line. */
  readonly from: number;
  /** End of the file. */
  readonly to: number;
  readonly nowMs: EpochMs;
}

/** Moves what stands behind the last whole line to `<path>.torn-<time>` and cuts it off; both are on the disk then. */
export function moveTornAside({ path, fd, from, to, nowMs }: TornTail): TornNote {
  const aside = createAside(`${path}.torn-${new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`);
  const sha256 = createHash("sha256");
  try {
    for (const chunk of chunks(fd, from, to)) {
      sha256.update(chunk);
      writeAll(aside, chunk);
    }
    fsyncSync(aside);
  } finally {
    closeSync(aside);
  }
  syncDirectoryOf(path);
  ftruncateSync(fd, from);
  fsyncSync(fd);
  return { bytes: to - from, sha256: sha256.digest("hex") };
}

function createAside(name: string): number {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return openSync(attempt === 1 ? name : `${name}-${attempt}`, "wx", 0o600);
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
  }
}

/** A full disk shows as a short write, and as an error only in the next. */
export function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** A file that was created is there after a power cut only when its directory is on the disk. */
export function syncDirectoryOf(path: string): void {
  const fd = openSync(dirname(path), "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
