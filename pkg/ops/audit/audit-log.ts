// The log of all changes of the pool: a file that only grows, one line per change, each with the hash of the line before.
// DESIGN.md has the format and the invariants.

import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync } from "node:fs";
import { join } from "node:path";
import type { AuditRecord } from "../../core/audit-log.ts";
import { CHANGE_OUTCOMES, type ChangeOutcome } from "../../core/change.ts";
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { NO_LINE_BEFORE, nameInLog, writeLine } from "./audit-line.ts";
import { type ChainLink, readChainLink } from "./chain-link.ts";
import { auditWriteError } from "./disk-errors.ts";
import { syncDirectoryOf, writeAll } from "./durable-write.ts";
import { countLines, eachLine, startOfLast } from "./file-lines.ts";
import { requirePlainLog } from "./plain-log.ts";
import { moveTornAside } from "./torn-tail.ts";

/** The audit log in the thread that writes it: each method has done its work when it returns. */
export interface AuditWriter {
  /** See `AuditLog.append`. */
  append(record: AuditRecord): void;
  /** See `AuditLog.outcomeOf`. */
  outcomeOf(change: string): ChangeOutcome | undefined;
}

interface AuditLogOptions {
  /** Created with mode 0600 if it is missing. Its directory must exist. */
  readonly path: string;
  /** For the name of the file that a torn tail is moved to. */
  readonly now: EpochClock;
}

/** The audit log of a pool. It lies beside the pool's journal. */
export function auditLogPath(stateDir: string, poolId: string): string {
  return join(stateDir, `${poolId}.audit.jsonl`);
}

const REMEMBERED_IDS = 10_000;

/** "a+", but not through a symbolic link. */
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/** The file as it was when it was last read. */
interface FileState {
  readonly file: string;
  readonly size: number;
  readonly changedAtNs: bigint;
  /** End of the last whole line. */
  readonly end: number;
  /** Length of the last whole line, with its line end. */
  readonly lastBytes: number;
  readonly seq: number;
  readonly hash: string;
}

interface Tail extends Pick<FileState, "end" | "lastBytes"> {
  readonly first: ChainLink | string | undefined;
  readonly last: ChainLink | string | undefined;
}

/**
 * Opens the log of one pool, and creates the file if it is missing. Throws `failed-precondition` if it cannot be written
 * or its last line is damaged: a change that cannot be recorded must not be made.
 */
export function openAuditLog({ path, now }: AuditLogOptions): AuditWriter {
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
    // Starts with the line that was the last. If that line has changed, more happened than an append: read all again.
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
        "run connector audit verify, then move the file to a safe place: the next change starts a new one",
      { reason: "own-files" },
    );
  }

  function append(fd: number, record: AuditRecord): void {
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
      // Linux reports a failed page once, so the next fsync would succeed without this line (AUDIT-6).
      unusable = new GovernanceError(
        "failed-precondition",
        `the audit log ${path} has a line that could neither be synced nor removed; check the disk and restart the connector`,
        { cause, reason: "own-files" },
      );
    }
  }

  function withFile(work: (fd: number) => void): void {
    if (unusable !== undefined) throw unusable;
    try {
      const fd = openSync(path, APPEND, 0o600);
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
  requirePlainLog(found, path);
  return { file: `${found.dev}:${found.ino}`, size: Number(found.size), changedAtNs: found.mtimeNs };
}
