import type { AuditRecord } from "../../core/audit-log.ts";
import type { Journal, OpenChangesStatus } from "../../core/journal.ts";

/** The methods of the port, each of which has done its work when it returns. */
type AtOnce<T> = {
  readonly [N in keyof T]: T[N] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : T[N];
};

/** A journal on disk, in the thread that writes it. */
export interface JournalFile extends Pick<Journal, "begin">, AtOnce<Omit<Journal, "begin" | "close">> {
  /** Path of its database. */
  readonly file: string;
  /** The changes of all processes that are open now. */
  status(): OpenChangesStatus;
  /** Everything that was written before is on disk when it returns. */
  sync(): void;
  /** Runs `last`, which writes the audit line and may only read the journal, and removes the change. See `Journal.close`. */
  close(id: string, last: () => void): void;
}

/** The port over a journal file of this thread, with what writes an audit line. */
export function recordingJournal(
  file: Omit<JournalFile, "file" | "status" | "sync">,
  append: (line: AuditRecord) => void,
): Journal {
  return {
    begin: (change, signal) => file.begin(change, signal),
    note: async (id, what) => file.note(id, what),
    stepBegun: async (id, operation, undo) => file.stepBegun(id, operation, undo),
    stepEnded: async (id, index, step) => file.stepEnded(id, index, step),
    steps: async (id) => file.steps(id),
    spend: async (id, limits, nowMs) => file.spend(id, limits, nowMs),
    giveBack: async (id) => file.giveBack(id),
    spent: async (budget, nowMs) => file.spent(budget, nowMs),
    close: async (id, line) => file.close(id, () => append(line)),
    release: async (id) => file.release(id),
    claimOrphans: async () => file.claimOrphans(),
    end: async () => file.end(),
  };
}
