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
import { type ChainLink, readChainLink } from "./chain-link.ts";
import { auditWriteError } from "./disk-errors.ts";
import { syncDirectoryOf, writeAll } from "./durable-write.ts";
import { countLines, eachLine, startOfLast } from "./file-lines.ts";
import { moveTornAside } from "./torn-tail.ts";

interface AuditLogOptions {
  /** Created with mode 0600 when it is missing; its directory must be there. */
  readonly path: string;
  /** Milliseconds since the epoch: the name of what is moved aside. */
  readonly now: EpochClock;
}

const REMEMBERED_IDS = 10_000;

/** What the file was when it was last looked at. */
interface FileState {
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

interface Tail extends Pick<FileState, "end" | "lastBytes"> {
  readonly first: ChainLink | string | undefined;
  readonly last: ChainLink | string | undefined;
}

/**
 * Opens the log of one pool, and creates it. Throws `failed-precondition` when it cannot be written or its last line is
 * damaged, so that a change is refused before it is made rather than unrecorded after.
 */
export function openAuditLog({ path, now }: AuditLogOptions): AuditLog {
  const outcomes = new Map<string, ChangeOutcome | undefined>();
  let lastState: FileState | undefined;
  let unusable: GovernanceError | undefined;

  function remember(id: string, outcome: unknown): void {
    outcomes.delete(id);
    outcomes.set(id, isOutcome(outcome) ? outcome : undefined);
    for (const oldest of outcomes.keys()) {
      if (outcomes.size <= REMEMBERED_IDS) break;
      outcomes.delete(oldest);
    }
  }

  function inspect(fd: number): FileState {
    const { size, ...found } = statOf(fd, path);
    if (
      lastState?.file === found.file &&
      lastState.size === size &&
      lastState.changedAtNs === found.changedAtNs
    )
      return lastState;
    const grown = lastState?.file === found.file && size > lastState.size ? lastState : undefined;
    // From the beginning of the line that was the last: it still must be, or the file was not just added to.
    const from = grown === undefined ? startOfLast(fd, size, REMEMBERED_IDS) : grown.end - grown.lastBytes;
    const { end, first, last, lastBytes } = readTail(fd, from, size);
    if (grown !== undefined && grown.seq > 0 && (typeof first !== "object" || first.hash !== grown.hash)) {
      lastState = undefined;
      return inspect(fd);
    }
    const { seq, hash } = last === undefined ? { seq: 0, hash: NO_LINE_BEFORE } : intactLink(fd, end, last);
    lastState = { ...found, size, end, lastBytes, seq, hash };
    return lastState;
  }

  function readTail(fd: number, from: number, to: number): Tail {
    const ends: { first?: ChainLink | string; last?: ChainLink | string } = {};
    let lastBytes = 0;
    const end = eachLine(fd, from, to, (line) => {
      const link = readChainLink(line);
      if (typeof link !== "string" && typeof link.value["change"] === "string") {
        remember(link.value["change"], link.value["outcome"]);
      }
      ends.first ??= link;
      ends.last = link;
      lastBytes = (line?.length ?? 0) + 1;
    });
    return { end, first: ends.first, last: ends.last, lastBytes };
  }

  function intactLink(fd: number, end: number, last: ChainLink | string): ChainLink {
    if (typeof last !== "string" && last.intact) return last;
    const what = typeof last === "string" ? last : "was changed after it was written";
    throw new GovernanceError(
      "failed-precondition",
      `the audit log ${path} is damaged: line ${countLines(fd, end)}, the last, ${what}; ` +
        "run connector audit verify, keep the file as evidence and move it away: a new one is begun",
    );
  }

  function append(fd: number, record: Parameters<AuditLog["append"]>[0]): void {
    const { size, end, seq, hash } = inspect(fd);
    const id = nameInLog(record.change);
    if (outcomes.has(id)) {
      fsyncSync(fd);
      syncDirectoryOf(path);
      return;
    }
    const torn = size > end ? moveTornAside({ path, fd, from: end, to: size, nowMs: now() }) : undefined;
    const line = writeLine(record, { seq: seq + 1, prev: hash, torn });
    lastState = undefined;
    try {
      writeAll(fd, line.bytes);
      fsyncSync(fd);
      if (end === 0) syncDirectoryOf(path);
    } catch (error) {
      removeLine(fd, end, error);
      throw error;
    }
    remember(id, record.outcome);
    const lastBytes = line.bytes.length;
    lastState = { ...statOf(fd, path), end: end + lastBytes, lastBytes, seq: seq + 1, hash: line.hash };
  }

  function removeLine(fd: number, end: number, cause: unknown): void {
    try {
      ftruncateSync(fd, end);
    } catch {
      // Linux reports a lost page once: the next fsync would call this line safe. So this process adds nothing more.
      unusable = new GovernanceError(
        "failed-precondition",
        `the audit log ${path} has a line that could be neither synced nor cut off; see to the disk and start anew`,
        { cause },
      );
    }
  }

  function withFile(work: (fd: number) => void): void {
    if (unusable !== undefined) throw unusable;
    try {
      const fd = openSync(path, "a+", 0o600);
      try {
        work(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      throw auditWriteError(error, path);
    }
  }

  withFile(inspect);
  return {
    append: (record) => withFile((fd) => append(fd, record)),
    outcomeOf(change) {
      withFile(inspect);
      return outcomes.get(nameInLog(change));
    },
  };
}

const OUTCOMES: ReadonlySet<unknown> = new Set(CHANGE_OUTCOMES);

function isOutcome(value: unknown): value is ChangeOutcome {
  return OUTCOMES.has(value);
}

function statOf(fd: number, path: string): Pick<FileState, "file" | "size" | "changedAtNs"> {
  const found = fstatSync(fd, { bigint: true });
  if (!found.isFile()) {
    throw new GovernanceError(
      "failed-precondition",
      `the audit log ${path} is no regular file; move it away, or name another --state-dir`,
    );
  }
  return { file: `${found.dev}:${found.ino}`, size: Number(found.size), changedAtNs: found.mtimeNs };
}
