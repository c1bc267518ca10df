import { closeSync, fstatSync, openSync } from "node:fs";
import { errnoOf } from "../../core/unknown.ts";
import { type Frame, readFrame } from "../audit/frame.ts";
import { eachLine, startOfLast } from "../audit/tail.ts";

/**
 * The number of the last whole line of an audit log, read from its end; 0 where there is no log or no line yet. Throws
 * when the file cannot be read or that line is none of an audit log.
 */
export function lastAuditSeq(path: string): number {
  const fd = opened(path);
  if (fd === undefined) return 0;
  try {
    const { size } = fstatSync(fd);
    let last: Frame | string | undefined;
    eachLine(fd, startOfLast(fd, size, 1), size, (line) => {
      last = readFrame(line);
    });
    return seqOf(last);
  } finally {
    closeSync(fd);
  }
}

function seqOf(frame: Frame | string | undefined): number {
  if (frame === undefined) return 0;
  if (typeof frame === "string") throw new TypeError(`the last line of the audit log ${frame}`);
  return frame.seq;
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
