// The log of all writes: a file that only grows, one line a change, each line hashed together with the hash before it.
//
// Invariants:
//   AUDIT-1. append() returns after the line is on the disk (fsync), never before, also when the line was there
//        already: who wrote it may have been killed before its fsync.
//   AUDIT-2. A change has one line. The ids of the last 10,000 lines are known, and that is enough: an id comes again
//        only when a process died between its line and the end of its journal entry, and the next process that opens
//        the journal takes over what the dead left open.
//   AUDIT-3. The caller holds a lock against other processes while it appends. Between two appends others may have
//        appended, and the file may have been moved away; so nothing is kept open and every append looks first.
//   AUDIT-4. Opening changes nothing in the file but creates it: a line without its end may be one that another process
//        is just writing. The first append, under the lock, knows better: it moves such a rest aside, and its own line
//        tells how long it was and its hash (`torn`), so that the cut is part of the chain. A process killed between
//        the two leaves only the file that was set aside.
//   AUDIT-5. Nothing is added behind a last line that is damaged: the chain would go on from a lie.
//   AUDIT-6. A line that could not be written or synced is cut off again: no line stands that was reported as missing.

import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync } from "node:fs";
import type { AuditLog } from "../../core/audit-log.ts";
import { CHANGE_OUTCOMES, type ChangeOutcome } from "../../core/change.ts";
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { NO_LINE_BEFORE, nameInLog, writeLine } from "./audit-line.ts";
import { unwritten } from "./disk-errors.ts";
import { type Frame, readFrame } from "./frame.ts";
import { countLines, eachLine, startOfLast } from "./tail.ts";
import { moveTornAside, syncDirectoryOf, writeAll } from "./torn.ts";

export interface AuditLogOptions {
  /** Created with mode 0600 when it is missing; its directory must be there. */
  readonly path: string;
  /** Milliseconds since the epoch: the name of what is moved aside. */
  readonly now: EpochClock;
}

const KNOWN_IDS = 10_000;

/** What the file was when it was last looked at. */
interface Seen {
  readonly file: string;
  readonly size: number;
  readonly changedAtNs: bigint;
  /** End of the last whole line. */
  readonly end: number;
  /** Of the last whole line, its end included. */
  readonly lastBytes: number;
  readonly seq: number;
  readonly hash: string;
}

interface Tail extends Pick<Seen, "end" | "lastBytes"> {
  readonly first: Frame | string | undefined;
  readonly last: Frame | string | undefined;
}

/**
 * Opens the log of one pool, and creates it. Throws `failed-precondition` when it cannot be written or its last line is
 * damaged, so that a change is refused before it is made rather than unrecorded after.
 */
export function openAuditLog({ path, now }: AuditLogOptions): AuditLog {
  const known = new Map<string, ChangeOutcome | undefined>();
  let seen: Seen | undefined;
  let broken: GovernanceError | undefined;

  function know(id: string, outcome: unknown): void {
    known.delete(id);
    known.set(id, isOutcome(outcome) ? outcome : undefined);
    for (const oldest of known.keys()) {
      if (known.size <= KNOWN_IDS) break;
      known.delete(oldest);
    }
  }

  function look(fd: number): Seen {
    const { size, ...found } = stateOf(fd, path);
    if (seen?.file === found.file && seen.size === size && seen.changedAtNs === found.changedAtNs)
      return seen;
    const grown = seen?.file === found.file && size > seen.size ? seen : undefined;
    // From the beginning of the line that was the last: it still must be, or the file was not just added to.
    const from = grown === undefined ? startOfLast(fd, size, KNOWN_IDS) : grown.end - grown.lastBytes;
    const { end, first, last, lastBytes } = readTail(fd, from, size);
    if (grown !== undefined && grown.seq > 0 && (typeof first !== "object" || first.hash !== grown.hash)) {
      seen = undefined;
      return look(fd);
    }
    const { seq, hash } = last === undefined ? { seq: 0, hash: NO_LINE_BEFORE } : sound(fd, end, last);
    seen = { ...found, size, end, lastBytes, seq, hash };
    return seen;
  }

  function readTail(fd: number, from: number, to: number): Tail {
    const ends: { first?: Frame | string; last?: Frame | string } = {};
    let lastBytes = 0;
    const end = eachLine(fd, from, to, (line) => {
      const frame = readFrame(line);
      if (typeof frame !== "string" && typeof frame.value["change"] === "string") {
        know(frame.value["change"], frame.value["outcome"]);
      }
      ends.first ??= frame;
      ends.last = frame;
      lastBytes = (line?.length ?? 0) + 1;
    });
    return { end, first: ends.first, last: ends.last, lastBytes };
  }

  function sound(fd: number, end: number, last: Frame | string): Frame {
    if (typeof last !== "string" && last.intact) return last;
    const what = typeof last === "string" ? last : "was changed after it was written";
    throw new GovernanceError(
      "failed-precondition",
      `the audit log ${path} is damaged: line ${countLines(fd, end)}, the last, ${what}; ` +
        "run connector audit verify, keep the file as evidence and move it away: a new one is begun",
    );
  }

  function append(fd: number, record: Parameters<AuditLog["append"]>[0]): void {
    const { size, end, seq, hash } = look(fd);
    const id = nameInLog(record.change);
    if (known.has(id)) {
      fsyncSync(fd);
      syncDirectoryOf(path);
      return;
    }
    const torn = size > end ? moveTornAside({ path, fd, from: end, to: size, nowMs: now() }) : undefined;
    const line = writeLine(record, { seq: seq + 1, prev: hash, torn });
    seen = undefined;
    try {
      writeAll(fd, line.bytes);
      fsyncSync(fd);
      if (end === 0) syncDirectoryOf(path);
    } catch (error) {
      takeBack(fd, end, error);
      throw error;
    }
    know(id, record.outcome);
    const lastBytes = line.bytes.length;
    seen = { ...stateOf(fd, path), end: end + lastBytes, lastBytes, seq: seq + 1, hash: line.hash };
  }

  function takeBack(fd: number, end: number, cause: unknown): void {
    try {
      ftruncateSync(fd, end);
    } catch {
      // Linux reports a lost page once: the next fsync would call this line safe. So this process adds nothing more.
      broken = new GovernanceError(
        "failed-precondition",
        `the audit log ${path} has a line that could be neither synced nor cut off; see to the disk and start anew`,
        { cause },
      );
    }
  }

  function opened(work: (fd: number) => void): void {
    if (broken !== undefined) throw broken;
    try {
      const fd = openSync(path, "a+", 0o600);
      try {
        work(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      throw unwritten(error, path);
    }
  }

  opened(look);
  return {
    append: (record) => opened((fd) => append(fd, record)),
    outcomeOf(change) {
      opened(look);
      return known.get(nameInLog(change));
    },
  };
}

const OUTCOMES: ReadonlySet<unknown> = new Set(CHANGE_OUTCOMES);

function isOutcome(value: unknown): value is ChangeOutcome {
  return OUTCOMES.has(value);
}

function stateOf(fd: number, path: string): Pick<Seen, "file" | "size" | "changedAtNs"> {
  const found = fstatSync(fd, { bigint: true });
  if (!found.isFile()) {
    throw new GovernanceError(
      "failed-precondition",
      `the audit log ${path} is no regular file; move it away, or name another --state-dir`,
    );
  }
  return { file: `${found.dev}:${found.ino}`, size: Number(found.size), changedAtNs: found.mtimeNs };
}
