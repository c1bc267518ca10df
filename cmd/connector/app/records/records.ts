import type { AuditLog } from "../../../../pkg/core/audit-log.ts";
import type { EpochClock } from "../../../../pkg/core/clock.ts";
import type { Journal, OpenChangesStatus } from "../../../../pkg/core/journal.ts";
import { type AuditWriter, auditLogPath, openAuditLog } from "../../../../pkg/ops/audit/audit-log.ts";
import type { Commits } from "../../../../pkg/sqlite/wal-sync.ts";
import { createLazyJournal } from "../../../../pkg/store/journal/lazy-journal.ts";
import { recordingJournal } from "../../../../pkg/store/journal/recording-journal.ts";
import { machineBootClock } from "../../process/boot-clock.ts";
import { pause } from "../../process/pause.ts";

/** The journal and the audit log of one pool. One thread writes both, since the end of a change is one step in both. */
export interface Records extends Journal, AuditLog {
  /** Opens both files now. */
  open(): Promise<void>;
  /** The changes that are open now. Undefined until the journal is open. */
  status(): Promise<OpenChangesStatus | undefined>;
}

export interface RecordsPlace {
  readonly stateDir: string;
  readonly poolId: string;
}

/** With `on disk after sync` nothing may be said to be done before `sync` has returned. */
export interface SyncedRecords extends Records {
  sync(): void;
}

/** Records that this thread writes. Both files are opened before the first change, not here. */
export function openRecords(
  { stateDir, poolId }: RecordsPlace,
  now: EpochClock,
  commits: Commits = "on disk",
): SyncedRecords {
  let opened: AuditWriter | undefined;
  const audit = (): AuditWriter => {
    opened ??= openAuditLog({ path: auditLogPath(stateDir, poolId), now });
    return opened;
  };
  // Both are opened before a change begins: a change that cannot be recorded is not made.
  const journal = createLazyJournal({
    dir: stateDir,
    poolId,
    now,
    bootClock: machineBootClock(),
    sleep: pause,
    commits,
    openOthers: () => void audit(),
  });
  return {
    ...recordingJournal(journal, (line) => audit().append(line)),
    append: async (line) => audit().append(line),
    outcomeOf: async (change) => audit().outcomeOf(change),
    open: async () => journal.open(),
    status: async () => journal.opened()?.status(),
    sync: () => journal.sync(),
  };
}
