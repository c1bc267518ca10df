import type { AuditLog, AuditRecord } from "../../pkg/core/audit-log.ts";
import type { ChangeStep, ChangeTarget, UndoRecord } from "../../pkg/core/change.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import {
  BUDGET_WINDOWS,
  type Budget,
  type Journal,
  type NewChange,
  type OpenChange,
  type RecoveryHints,
} from "../../pkg/core/journal.ts";

/** What outlives a process: open changes, spent budgets, and everything that was written, for tests to search. */
export interface MemoryDisk {
  /** A journal of one process. It closes a change with a line in the audit log. */
  open(audit: Pick<AuditLog, "append">): MemoryJournal;
  /** Open changes of every process. */
  readonly changes: readonly OpenChange[];
  /** Everything that was ever written, one JSON text each. */
  readonly written: readonly string[];
}

export interface MemoryJournal extends Journal {
  /** The process is killed: all its later writes fail, and every process may claim its changes. */
  die(): void;
}

interface Entry {
  readonly change: NewChange;
  target: ChangeTarget;
  hints: RecoveryHints;
  undo: UndoRecord | undefined;
  readonly steps: ChangeStep[];
  /** Undefined: of a dead process, or released. */
  owner: object | undefined;
}

interface Spent {
  readonly change: string;
  readonly budget: Budget;
  readonly atMs: number;
}

const asOpen = ({ change, target, hints, undo, steps }: Entry): OpenChange => ({
  ...change,
  target,
  hints,
  undo,
  steps: [...steps],
});

/** A journal in memory, with the locks of the real one and its handling of dead processes. */
export function createMemoryDisk(): MemoryDisk {
  const entries = new Map<string, Entry>();
  const written: string[] = [];
  let spent: Spent[] = [];
  let watchers: (() => void)[] = [];

  function wake(): void {
    const woken = watchers;
    watchers = [];
    for (const watcher of woken) watcher();
  }

  function changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(GovernanceError.from(signal.reason));
      signal.addEventListener("abort", aborted, { once: true });
      watchers.push(() => {
        signal.removeEventListener("abort", aborted);
        resolve();
      });
    });
  }

  function open(audit: Pick<AuditLog, "append">): MemoryJournal {
    const self = {};
    /** What each `begin` resolved with. */
    const leftovers = new Map<string, readonly Entry[]>();
    let dead = false;

    function write(what: unknown): void {
      if (dead) throw new Error("a killed process writes no more");
      written.push(JSON.stringify(what));
    }

    function entryOf(id: string): Entry {
      const entry = entries.get(id);
      if (entry === undefined) throw new Error(`change ${id} is not open`);
      return entry;
    }

    /** A change of this process: no other process may write to it. */
    function owned(id: string): Entry {
      const entry = entryOf(id);
      if (entry.owner !== self) throw new Error(`change ${id} is not open in this process`);
      return entry;
    }

    function release(owner: object): void {
      for (const entry of entries.values()) if (entry.owner === owner) entry.owner = undefined;
      wake();
    }

    return {
      async begin(change, signal) {
        write(change);
        for (;;) {
          signal.throwIfAborted();
          const same = [...entries.values()].filter((entry) => entry.change.lock === change.lock);
          if (same.every(({ owner }) => owner === undefined)) {
            for (const entry of same) entry.owner = self;
            leftovers.set(change.id, same);
            entries.set(change.id, {
              change,
              target: change.target,
              hints: {},
              undo: undefined,
              steps: [],
              owner: self,
            });
            return same.map(asOpen);
          }
          await changed(signal);
        }
      },
      async note(id, { hints, target, undo }) {
        write({ id, hints, target, undo });
        const entry = owned(id);
        entry.hints = hints ?? entry.hints;
        entry.target = target ?? entry.target;
        entry.undo = undo ?? entry.undo;
      },
      async stepBegun(id, operation, undo) {
        write({ id, operation, undo });
        const { steps } = owned(id);
        steps.push({
          operation,
          undo,
          state: "begun",
          requestId: undefined,
          code: undefined,
          reason: undefined,
        });
        return steps.length - 1;
      },
      async stepEnded(id, index, how) {
        write({ id, index, ...how });
        const { steps } = owned(id);
        const step = steps[index];
        if (step === undefined) throw new Error(`change ${id} has no step ${index}`);
        steps[index] = { ...step, ...how };
      },
      steps: async (id) => [...entryOf(id).steps],
      async spend(id, limits, nowMs) {
        for (const { budget, limit } of limits) {
          const within = spent.filter(
            (one) => one.budget === budget && one.atMs > nowMs - BUDGET_WINDOWS[budget].ms,
          );
          if (within.length < limit) continue;
          const first = within[within.length - limit];
          return {
            refused: budget,
            freeAtMs: first === undefined ? Number.POSITIVE_INFINITY : first.atMs + BUDGET_WINDOWS[budget].ms,
          };
        }
        write({ id, limits });
        for (const { budget } of limits) spent.push({ change: id, budget, atMs: nowMs });
        return undefined;
      },
      async giveBack(id) {
        write({ id, giveBack: true });
        spent = spent.filter(({ change }) => change !== id);
      },
      spent: async (budget, nowMs) =>
        spent.filter((one) => one.budget === budget && one.atMs > nowMs - BUDGET_WINDOWS[budget].ms).length,
      async close(id, line) {
        write({ id, close: true });
        const entry = entryOf(id);
        try {
          await audit.append(line);
        } catch (error) {
          entry.owner = undefined;
          wake();
          throw error;
        }
        entries.delete(id);
        for (const other of leftovers.get(id) ?? []) if (other.owner === self) other.owner = undefined;
        wake();
      },
      async release(id) {
        // An ended change is removed.
        const lock = entries.get(id)?.change.lock;
        for (const entry of entries.values()) {
          if (entry.change.lock === lock && entry.owner === self) entry.owner = undefined;
        }
        wake();
      },
      async claimOrphans() {
        const all = [...entries.values()];
        const busy = new Set(all.filter(({ owner }) => owner !== undefined).map(({ change }) => change.lock));
        const left = all.filter(({ change }) => !busy.has(change.lock));
        for (const entry of left) entry.owner = self;
        return left.map(asOpen);
      },
      end: async () => release(self),
      die() {
        dead = true;
        release(self);
      },
    };
  }

  return {
    open,
    get changes() {
      return [...entries.values()].map(asOpen);
    },
    written,
  };
}

export interface MemoryAudit extends AuditLog {
  readonly records: readonly AuditRecord[];
}

/** The audit log as a list; one line for each change, as the real one keeps it. */
export function createMemoryAudit(): MemoryAudit {
  const records: AuditRecord[] = [];
  return {
    records,
    async append(record) {
      if (records.some(({ change }) => change === record.change)) return;
      records.push(structuredClone(record));
    },
    outcomeOf: async (id) => records.find(({ change }) => change === id)?.outcome,
  };
}
