import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { BatchEntry, BatchRecord } from "../../core/batch-record.ts";
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { isRecord } from "../../core/unknown.ts";
import { storeError } from "../../sqlite/errors.ts";
import { lockFile } from "../../sqlite/lock.ts";
import { syncFolder } from "../../sqlite/paths.ts";
import { journalPaths } from "../journal/state-directory.ts";

export interface BatchRecordOptions {
  /** The state directory. */
  readonly dir: string;
  readonly poolId: string;
  /** Hex SHA-256 of the file that is applied. */
  readonly fileHash: string;
  readonly now: EpochClock;
}

/** Beside the journal, so that both are of the same pool. */
function recordPath({ dir, poolId, fileHash }: Omit<BatchRecordOptions, "now">): string {
  return join(dir, `${poolId}.apply-${fileHash.slice(0, 16)}.jsonl`);
}

/**
 * What earlier runs of the file did; empty without a record. Creates nothing. With `restart` a damaged record counts as
 * empty.
 */
export function readBatchRecord(
  options: Omit<BatchRecordOptions, "now">,
  restart = false,
): ReadonlyMap<number, BatchEntry> {
  return knownOf(recordPath(options), options.fileHash, restart)?.entries ?? new Map();
}

function knownOf(path: string, fileHash: string, restart: boolean): ReadRecord | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return entriesOf(path, fileHash);
  } catch (error) {
    if (restart) return undefined;
    throw error;
  }
}

/**
 * Opens the record of a file, for one process at a time. It is one line for the beginning of each row and one for its end,
 * each on the disk before `write` returns. `restart` forgets what earlier runs did. Throws where that is no longer `found`,
 * on which the plan was made.
 */
export function openBatchRecord(
  options: BatchRecordOptions,
  restart: boolean,
  found?: ReadonlyMap<number, BatchEntry>,
): BatchRecord {
  const { fileHash, now } = options;
  // Creates the directory, for this user only.
  const { directory } = journalPaths(options.dir, options.poolId);
  const path = recordPath({ ...options, dir: directory });
  const lock = lockFile(`${path}.lock`);
  if (lock === undefined) {
    throw new GovernanceError(
      "aborted",
      "another process applies this file now; try again when it has ended",
    );
  }
  let handle: number | undefined;
  try {
    const earlier = knownOf(path, fileHash, restart);
    if (found !== undefined && !isDeepStrictEqual(earlier?.entries ?? new Map(), found)) throw moved();
    if (restart) rmSync(path, { force: true });
    const known = restart ? undefined : earlier;
    const isNew = known === undefined;
    const fd = openSync(path, "a", 0o600);
    handle = fd;
    // The rest of a write that was cut off.
    if (known !== undefined) ftruncateSync(fd, known.wholeBytes);
    const entries = new Map(known?.entries);
    const append = (value: object): void => {
      const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    };
    if ((known?.wholeBytes ?? 0) === 0) append({ file: fileHash });
    if (isNew) syncFolder(directory);
    return {
      entries,
      write(line, entry) {
        const whole: BatchEntry = { ...entry, atMs: now() };
        try {
          append({ line, ...whole });
        } catch (error) {
          throw storeError(error, `write ${path}`);
        }
        entries.set(line, whole);
      },
      close() {
        closeSync(fd);
        lock.release();
      },
    };
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    lock.release();
    throw error instanceof GovernanceError ? error : storeError(error, `write ${path}`);
  }
}

interface ReadRecord {
  readonly entries: ReadonlyMap<number, BatchEntry>;
  /** Up to the end of the last whole line. */
  readonly wholeBytes: number;
}

function entriesOf(path: string, fileHash: string): ReadRecord {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw storeError(error, `read ${path}`);
  }
  const wholeBytes = bytes.lastIndexOf("\n") + 1;
  const entries = new Map<number, BatchEntry>();
  const [head, ...lines] = bytes.toString("utf8", 0, wholeBytes).split("\n").slice(0, -1);
  if (head !== undefined && parsed(head)?.["file"] !== fileHash) throw damaged(path);
  for (const line of lines) {
    const entry = entryOf(parsed(line));
    if (entry === undefined) throw damaged(path);
    entries.set(entry[0], entry[1]);
  }
  return { entries, wholeBytes };
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function entryOf(value: Readonly<Record<string, unknown>> | undefined): [number, BatchEntry] | undefined {
  if (value === undefined) return undefined;
  const { line, digest, outcome, atMs, user } = value;
  if (typeof line !== "number" || typeof digest !== "string" || typeof atMs !== "number") return undefined;
  if (!isOutcome(outcome) || (user !== undefined && typeof user !== "string")) return undefined;
  return [line, { digest, outcome, atMs, user }];
}

const OUTCOMES: readonly unknown[] = ["begun", "done", "nothing-to-do", "failed"];

function isOutcome(value: unknown): value is BatchEntry["outcome"] {
  return OUTCOMES.includes(value);
}

function moved(): GovernanceError {
  return new GovernanceError(
    "aborted",
    "another process has applied this file meanwhile, so nothing was changed; run the same command again",
  );
}

function damaged(path: string): GovernanceError {
  return new GovernanceError(
    "failed-precondition",
    `${path} is not a record of this file; move it away, or begin again with --restart`,
  );
}
