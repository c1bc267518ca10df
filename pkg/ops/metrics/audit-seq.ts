import { closeSync, fstatSync } from "node:fs";
import { errnoOf } from "../../core/unknown.ts";
import { type ChainLink, readChainLink } from "../audit/chain-link.ts";
import { eachLine, startOfLast } from "../audit/file-lines.ts";
import { openPlainLog } from "../audit/plain-log.ts";

/**
 * The sequence number of the last whole line of an audit log, read from its end; 0 if there is no log or no line yet.
 * Throws if the file cannot be read or that line is not an audit line.
 */
export function lastAuditSeq(path: string): number {
  const fd = openIfPresent(path);
  if (fd === undefined) return 0;
  try {
    const { size } = fstatSync(fd);
    let last: ChainLink | string | undefined;
    eachLine(fd, startOfLast(fd, size, 1), size, (line) => {
      last = readChainLink(line);
    });
    return seqOf(last);
  } finally {
    closeSync(fd);
  }
}

function seqOf(link: ChainLink | string | undefined): number {
  if (link === undefined) return 0;
  if (typeof link === "string") throw new TypeError(`the last line of the audit log ${link}`);
  return link.seq;
}

function openIfPresent(path: string): number | undefined {
  try {
    return openPlainLog(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
