import type { EpochClock } from "../../../../pkg/core/clock.ts";
import { auditLogPath } from "../../../../pkg/ops/audit/audit-log.ts";
import type { AuditLine } from "../../../../pkg/ops/audit/parse-line.ts";
import { readAuditInterval } from "../../../../pkg/ops/audit/read-interval.ts";
import type { StoredScimRecords } from "../../../../pkg/scim-records/sqlite-records.ts";
import { journalDatabasePath } from "../../../../pkg/store/journal/state-directory.ts";
import { type SubjectReaderOptions, subjectReader, type Writes } from "./subject-reader.ts";

export interface LeftChangesOptions extends SubjectReaderOptions {
  readonly stateDir: string;
  readonly poolId: string;
  readonly records: Pick<StoredScimRecords, "lastWriteAt" | "wrote">;
  readonly now: EpochClock;
}

/** A change is noted a moment after its line is written. */
const MOMENT_MS = 10_000;
/** Without a note nobody knows how far back. What is older is in the first run. */
const NEVER_NOTED_MS = 3_600_000;
/** Each is a call to AWS. */
const SUBJECTS = 200;

/**
 * Notes the changes that the audit log has and the notes have not: a process that was killed between the two left them, and
 * commands of the same state directory note nothing. Each user and group is read again. Returns how many.
 */
export async function noteLeftChanges(options: LeftChangesOptions): Promise<number> {
  const { records, now, signal } = options;
  const newest = await records.lastWriteAt();
  const sinceMs = newest === undefined ? now() - NEVER_NOTED_MS : newest - MOMENT_MS;
  const reader = subjectReader(options);
  const reads = new Map<string, () => Promise<Writes>>();
  for (const { kind, target } of await linesSince(options, sinceMs)) {
    const { user, group } = target;
    if (group !== undefined) reads.set(`group ${group}`, () => reader.group(group));
    if (user === undefined) continue;
    const hasGroups = kind === "change-user" || kind === "create-account";
    const groups = group === undefined ? [] : [group];
    reads.set(`user ${user} ${hasGroups} ${group}`, () =>
      hasGroups ? reader.whole(user) : reader.sub(user, groups),
    );
  }
  const newestReads = [...reads.values()].slice(-SUBJECTS);
  for (const read of newestReads) {
    signal.throwIfAborted();
    const writes = await read();
    if (writes.length > 0) await records.wrote(writes);
  }
  return newestReads.length;
}

/** What took effect, or may have. What cannot be read of the log is left out: the next run of the inventory has it. */
async function linesSince(
  { stateDir, poolId, now, signal }: LeftChangesOptions,
  sinceMs: number,
): Promise<readonly AuditLine[]> {
  const place = { path: auditLogPath(stateDir, poolId), createdWith: journalDatabasePath(stateDir, poolId) };
  const lines: AuditLine[] = [];
  try {
    const interval = { sinceMs, untilMs: now(), wholeFromMs: sinceMs };
    for await (const line of readAuditInterval(place, interval, signal)) {
      if (line.pool === poolId && TOOK_EFFECT.has(line.outcome)) lines.push(line);
    }
  } catch (error) {
    if (signal.aborted) throw error;
  }
  return lines;
}

const TOOK_EFFECT: ReadonlySet<string> = new Set(["done", "partial", "unknown", "undone"]);
