import type { ChangeStep, ChangeTarget, UndoRecord } from "../../core/change.ts";
import type { BootClock, EpochClock, EpochMs } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type {
  Budget,
  BudgetLimit,
  NewChange,
  OpenChange,
  OpenChangesStatus,
  RecoveryHints,
} from "../../core/journal.ts";
import type { WriteOperation } from "../../core/operations.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { numberIn, textIn } from "../../sqlite/rows.ts";
import { type Commits, WalSync } from "../../sqlite/wal-sync.ts";
import { momentOf, purge, type Refusal, spend, spent } from "./budgets.ts";
import {
  deleteChange,
  insertChange,
  insertStep,
  openChangeOf,
  readSteps,
  updateStep,
  updateTarget,
} from "./change-rows.ts";
import { onJournal } from "./errors.ts";
import { type HintsCipher, openHintsCipher } from "./hints-cipher.ts";
import { openJournalFile } from "./journal-file.ts";
import { LockTurns } from "./lock-turns.ts";
import { becomeOwner, type Owner, removeIfOwnerDead } from "./owners.ts";
import type { JournalFile } from "./recording-journal.ts";
import { type JournalPaths, journalPaths } from "./state-directory.ts";
import { inTransaction } from "./transaction.ts";

export interface JournalOptions {
  /** The state directory; created when it is missing. */
  readonly dir: string;
  readonly poolId: string;
  /** Milliseconds since the epoch. */
  readonly now: EpochClock;
  readonly bootClock: BootClock;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** `on disk` unless given. With `on disk after sync` nothing may be said to be done before `sync` has returned. */
  readonly commits?: Commits;
}

/** How often the journal looks at a change of another process. The pause grows by a fifth each time. */
const FIRST_POLL_MS = 50;
const LAST_POLL_MS = 250;

/**
 * Opens the journal of a pool, or creates it. `failed-precondition` when the state directory cannot be written, or when
 * the file is damaged, newer, or of another pool. Such a file is not changed.
 */
export function openJournal(options: JournalOptions): JournalFile {
  const paths = journalPaths(options.dir, options.poolId);
  return onJournal(paths.database, "open the journal", () => {
    const database = openJournalFile(paths.database, options.poolId, options.commits ?? "on disk");
    try {
      const cipher = openHintsCipher(paths.key);
      inTransaction(database, () => purge(database, momentOf(options.now(), options.bootClock)));
      const owner = inTransaction(database, () => becomeOwner(paths));
      return new SqliteJournal(database, paths, cipher, owner, options);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

class SqliteJournal implements JournalFile {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #paths: JournalPaths;
  readonly #cipher: HintsCipher;
  readonly #owner: Owner;
  readonly #sleep: JournalOptions["sleep"];
  readonly #bootClock: BootClock;
  readonly #turns = new LockTurns();
  /** What each `begin` returned with its change. */
  readonly #leftovers = new Map<string, readonly string[]>();
  /** Released here, but not yet in the file, for example because the disk was full. */
  readonly #unreleased = new Set<string>();
  readonly #wal: WalSync | undefined;
  #ended = false;

  constructor(
    database: DatabaseSync,
    paths: JournalPaths,
    cipher: HintsCipher,
    owner: Owner,
    { sleep, bootClock, commits }: JournalOptions,
  ) {
    this.file = paths.database;
    this.#database = database;
    this.#paths = paths;
    this.#cipher = cipher;
    this.#owner = owner;
    this.#sleep = sleep;
    this.#bootClock = bootClock;
    this.#wal = commits === "on disk after sync" ? new WalSync(paths.database) : undefined;
  }

  sync(): void {
    this.#wal?.sync();
  }

  async begin(change: NewChange, signal: AbortSignal): Promise<readonly OpenChange[]> {
    await this.#turns.take(change.lock, change.id, signal);
    try {
      for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.2, LAST_POLL_MS)) {
        if (signal.aborted) throw GovernanceError.from(signal.reason);
        const leftovers = this.#tryBegin(change);
        if (leftovers !== undefined) {
          this.#leftovers.set(
            change.id,
            leftovers.map(({ id }) => id),
          );
          return leftovers;
        }
        await this.#sleep(pollMs, signal);
      }
    } catch (error) {
      this.#turns.leave(change.id);
      throw GovernanceError.from(error);
    }
  }

  /** Undefined while a living owner has a change of that lock open (JOURNAL-3). */
  #tryBegin(change: NewChange): readonly OpenChange[] | undefined {
    return this.#write("begin a change in", () => {
      const owners = this.#database
        .prepare("SELECT DISTINCT owner FROM changes WHERE lock = ? AND owner IS NOT NULL")
        .all(change.lock);
      for (const row of owners) {
        const token = textIn(row, "owner");
        if (token === this.#owner.token || !removeIfOwnerDead(this.#database, this.#paths, token))
          return undefined;
      }
      const leftovers = this.#database
        .prepare("SELECT * FROM changes WHERE lock = ? ORDER BY seq")
        .all(change.lock)
        .map((row) => openChangeOf(this.#database, row, this.#cipher));
      if (this.#isOpen(change.id)) {
        throw new GovernanceError("internal", `change ${change.id} is open already`);
      }
      this.#database
        .prepare("UPDATE changes SET owner = ? WHERE lock = ?")
        .run(this.#owner.token, change.lock);
      insertChange(this.#database, change, this.#owner.token);
      return leftovers;
    });
  }

  note(
    id: string,
    what: { readonly hints?: RecoveryHints; readonly target?: ChangeTarget; readonly undo?: UndoRecord },
  ): void {
    const { hints, target, undo } = what;
    this.#write("add to a change in", () => {
      this.#mustOwn(id);
      const set = (column: string, value: string | Uint8Array): void => {
        this.#database.prepare(`UPDATE changes SET ${column} = ? WHERE id = ?`).run(value, id);
      };
      if (hints !== undefined) set("facts", this.#cipher.encrypt(id, hints));
      if (target !== undefined) updateTarget(this.#database, id, target);
      if (undo !== undefined) set("undo", JSON.stringify(undo));
    });
  }

  stepBegun(id: string, operation: WriteOperation, undo: boolean): number {
    return this.#write("begin a step in", () => {
      this.#mustOwn(id);
      const open = { state: "begun", requestId: undefined, code: undefined, reason: undefined } as const;
      return insertStep(this.#database, id, { operation, undo, ...open });
    });
  }

  stepEnded(id: string, index: number, step: Omit<ChangeStep, "operation" | "undo">): void {
    this.#write("end a step in", () => {
      this.#mustOwn(id);
      if (!updateStep(this.#database, id, index, step)) {
        throw new GovernanceError("internal", `change ${id} has no step ${index}`);
      }
    });
  }

  steps(id: string): readonly ChangeStep[] {
    return this.#read(() => readSteps(this.#database, id));
  }

  spend(id: string, limits: readonly BudgetLimit[], nowMs: EpochMs): Refusal | undefined {
    return this.#write("count a budget in", () =>
      spend(this.#database, id, limits, momentOf(nowMs, this.#bootClock)),
    );
  }

  giveBack(id: string): void {
    this.#write("count a budget in", () => {
      this.#database.prepare("DELETE FROM spent WHERE change = ?").run(id);
    });
  }

  spent(budget: Budget, nowMs: EpochMs): number {
    return this.#read(() => spent(this.#database, budget, momentOf(nowMs, this.#bootClock)));
  }

  status(): OpenChangesStatus {
    return this.#read(() => {
      const row = this.#database
        .prepare("SELECT count(*) AS n, min(began_at_ms) AS oldest FROM changes")
        .get();
      const open = numberIn(row, "n");
      return { open, oldestBeganAtMs: open === 0 ? undefined : numberIn(row, "oldest") };
    });
  }

  // The line first, then the commit (JOURNAL-2).
  close(id: string, last: () => void): void {
    let thrown: { readonly error: unknown } | undefined;
    try {
      this.#write("close a change in", () => {
        this.#mustOwn(id, "or-no-owner");
        try {
          last();
        } catch (error) {
          thrown = { error };
          throw error;
        }
        deleteChange(this.#database, id);
        this.#disown(this.#leftovers.get(id) ?? []);
      });
    } catch (error) {
      this.release(id);
      throw thrown === undefined ? error : thrown.error;
    }
    this.#leftovers.delete(id);
    this.#turns.leave(id);
  }

  release(id: string): void {
    for (const one of [id, ...(this.#leftovers.get(id) ?? [])]) this.#unreleased.add(one);
    this.#leftovers.delete(id);
    try {
      this.#write("release a change in", () => undefined);
    } catch {
      // The next write does it. This process must give up its turn now, and must not hide the error that led here.
    }
    this.#turns.leave(id);
  }

  claimOrphans(): readonly OpenChange[] {
    const claimed = this.#write("take over changes in", () => {
      const owners = this.#database
        .prepare("SELECT DISTINCT owner FROM changes WHERE owner IS NOT NULL AND owner <> ?")
        .all(this.#owner.token);
      for (const row of owners) removeIfOwnerDead(this.#database, this.#paths, textIn(row, "owner"));
      const orphans = this.#database.prepare(ORPHANS).all();
      const take = this.#database.prepare("UPDATE changes SET owner = ? WHERE id = ?");
      for (const row of orphans) take.run(this.#owner.token, textIn(row, "id"));
      return orphans.map((row) => openChangeOf(this.#database, row, this.#cipher));
    });
    for (const { id, lock } of claimed) this.#turns.join(lock, id);
    return claimed;
  }

  end(): void {
    if (this.#ended) return;
    this.#turns.end(ended());
    try {
      this.#write("leave", () => {
        this.#database.prepare("UPDATE changes SET owner = NULL WHERE owner = ?").run(this.#owner.token);
      });
    } catch {
      // The next process finds that the lock is gone, which means the same (JOURNAL-4).
    } finally {
      this.#ended = true;
      try {
        this.#wal?.sync();
      } finally {
        this.#owner.lock.release();
        this.#database.close();
      }
    }
  }

  #read<T>(work: () => T): T {
    if (this.#ended) throw ended();
    return onJournal(this.file, "read", work);
  }

  #write<T>(doing: string, work: () => T): T {
    if (this.#ended) throw ended();
    return onJournal(this.file, doing, () => {
      const unreleased = [...this.#unreleased];
      const result = inTransaction(this.#database, () => {
        this.#disown(unreleased);
        return work();
      });
      this.#wal?.written();
      for (const id of unreleased) this.#unreleased.delete(id);
      return result;
    });
  }

  #disown(ids: readonly string[]): void {
    for (const id of ids) {
      this.#database
        .prepare("UPDATE changes SET owner = NULL WHERE id = ? AND owner = ?")
        .run(id, this.#owner.token);
    }
  }

  /** Only the owner may write in a change (JOURNAL-5). */
  #mustOwn(id: string, or: "" | "or-no-owner" = ""): void {
    const row = this.#database.prepare("SELECT owner FROM changes WHERE id = ?").get(id);
    const owner = row?.["owner"];
    if (owner === this.#owner.token || (or === "or-no-owner" && owner === null)) return;
    throw new GovernanceError("internal", `change ${id} is not open in this process`);
  }

  #isOpen(id: string): boolean {
    const row = this.#database.prepare("SELECT count(*) AS n FROM changes WHERE id = ?").get(id);
    return numberIn(row, "n") === 1;
  }
}

const ORPHANS = `
  SELECT * FROM changes WHERE owner IS NULL
  AND lock NOT IN (SELECT lock FROM changes WHERE owner IS NOT NULL) ORDER BY seq`;

function ended(): GovernanceError {
  return new GovernanceError("canceled", "the journal is closed: the connector is stopping");
}
