// What the audit log holds of a part of the past, for a reader that has to know whether that is all: the lines of the
// current file and of the files that were rotated away beside it.
import { closeSync, readdirSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import { errnoOf } from "../../core/unknown.ts";
import { createChainCheck } from "./chain.ts";
import { readChainLink } from "./chain-link.ts";
import { diskError } from "./disk-errors.ts";
import { chunks, startOfLast } from "./file-lines.ts";
import { type AuditLine, parseLine } from "./parse-line.ts";
import { openPlainLog } from "./plain-log.ts";
import { createLineSplitter, type RawLine } from "./split-lines.ts";
import { streamLines } from "./stream-lines.ts";

export interface AuditInterval {
  /** Milliseconds since the epoch, inclusive. */
  readonly sinceMs: number;
  /** Inclusive. */
  readonly untilMs: number;
  /** The log has to reach back to this moment, which is not before `sinceMs`. */
  readonly wholeFromMs: number;
}

export interface AuditPlace {
  readonly path: string;
  /** A file that the first change creates together with the log, and that nobody rotates: the journal. */
  readonly createdWith: string;
}

/**
 * The lines of the interval, oldest file first. It yields every line that can be read. Then it throws where one may be
 * missing: `data-loss` for a damaged file, `failed-precondition` for a log that does not reach back far enough or cannot be
 * opened. A state directory that is older than the interval, and in which no change was ever made, has no log, and that is
 * whole.
 */
export async function* readAuditInterval(
  place: AuditPlace,
  { sinceMs, untilMs, wholeFromMs }: AuditInterval,
  signal: AbortSignal,
): AsyncGenerator<AuditLine, void> {
  const problems: GovernanceError[] = [];
  let reachesBack = false;
  for (const { file, changedMs, isEmpty } of filesOf(place.path)) {
    if (file !== place.path && changedMs < sinceMs) {
      reachesBack ||= !isEmpty;
      continue;
    }
    try {
      for await (const line of linesSince(file, sinceMs, signal)) {
        const atMs = Date.parse(line.time);
        reachesBack ||= atMs <= wholeFromMs;
        if (atMs >= sinceMs && atMs <= untilMs) yield line;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      problems.push(GovernanceError.from(error));
    }
  }
  if (problems[0] !== undefined) throw problems[0];
  if (reachesBack || isFirstLog(place, wholeFromMs)) return;
  throw new GovernanceError(
    "failed-precondition",
    `the audit log ${place.path} does not reach back to ${new Date(wholeFromMs).toISOString()}: an older part was moved away, or is in another state directory, or this state directory is younger`,
  );
}

interface LogFile {
  readonly file: string;
  readonly changedMs: number;
  readonly isEmpty: boolean;
}

/** The log and what was rotated away beside it, under a name that begins like that of the log; the newest last. */
function filesOf(path: string): readonly LogFile[] {
  const start = basename(path).replace(/\.jsonl$/, "");
  const names = unlessMissing(path, () => readdirSync(dirname(path))) ?? [];
  return names
    .filter((name) => /^[.\-_]/.test(name.slice(start.length)) && name.startsWith(start))
    .filter((name) => !name.includes(".torn-"))
    .flatMap((name) => {
      const file = join(dirname(path), name);
      const found = statOf(file);
      return found === undefined ? [] : [{ file, changedMs: found.mtimeMs, isEmpty: found.size === 0 }];
    })
    .toSorted((a, b) => a.changedMs - b.changedMs);
}

/** Begins at a line before the moment where the file has one, so that a large log is not read whole. */
async function* linesSince(
  file: string,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<AuditLine, void> {
  if (/\.(gz|xz|bz2|zst|lz4|zip)$/.test(file)) {
    throw new GovernanceError("failed-precondition", `${file} is compressed, so its lines are not read`);
  }
  const from = unlessMissing(file, () => startOfLinesSince(file, sinceMs));
  if (from === undefined) {
    throw new GovernanceError("failed-precondition", `${file} was moved away while the audit log was read`);
  }
  const check = createChainCheck(from === 0 ? "start" : "middle");
  let problem: string | undefined;
  for await (const batch of streamLines(file, signal, from)) {
    for (const raw of batch.lines) {
      const { link, problems } = check(raw);
      const line = link === undefined ? undefined : parseLine(link.value);
      problem ??= problems[0] ?? (line === undefined ? "does not have all members" : undefined);
      if (line !== undefined) yield line;
    }
    if (batch.restBytes > 0) problem ??= "has no line end: a write stopped";
  }
  if (problem === undefined) return;
  throw new GovernanceError(
    "data-loss",
    `the audit log ${file} is damaged: a line ${problem}; see connector audit verify`,
  );
}

const LINES_AT_FIRST = 64;

function startOfLinesSince(file: string, sinceMs: number): number {
  const fd = openPlainLog(file);
  try {
    const { size } = statSync(file);
    for (let lines = LINES_AT_FIRST; ; lines *= 4) {
      const start = startOfLast(fd, size, lines);
      if (start === 0 || timeOf(firstLine(fd, start, size)) < sinceMs) return start;
    }
  } finally {
    closeSync(fd);
  }
}

function firstLine(fd: number, from: number, to: number): RawLine {
  const splitter = createLineSplitter();
  for (const chunk of chunks(fd, from, to)) {
    const [line] = splitter.push(chunk);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** Not a number, and so before no moment, for a line that cannot be read. */
function timeOf(line: RawLine): number {
  const link = readChainLink(line);
  return typeof link === "string" ? Number.NaN : Date.parse(String(link.value["time"]));
}

/** The log of a state directory in which nothing was changed before, or the empty one that was there at that moment. */
function isFirstLog({ path, createdWith }: AuditPlace, wholeFromMs: number): boolean {
  const log = statOf(path);
  if (log !== undefined && log.birthtimeMs <= wholeFromMs) return true;
  // In a younger directory nothing tells whether an earlier one was lost. 0: the file system keeps no such time.
  const directoryMs = statOf(dirname(path))?.birthtimeMs ?? 0;
  if (directoryMs === 0 || directoryMs > wholeFromMs) return false;
  const first = statOf(createdWith);
  if (log === undefined) return first === undefined;
  return first !== undefined && Math.abs(log.birthtimeMs - first.birthtimeMs) < CREATED_TOGETHER_MS;
}

const CREATED_TOGETHER_MS = 60_000;

function statOf(path: string): Stats | undefined {
  return unlessMissing(path, () => statSync(path, { throwIfNoEntry: false }));
}

/** Undefined where there is no such file. */
function unlessMissing<T>(path: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw diskError(error, `read the audit log ${path}`);
  }
}
