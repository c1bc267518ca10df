import { createHash, randomInt, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../../../pkg/config/config.ts";
import type { EpochClock } from "../../../pkg/core/clock.ts";
import type { Directory } from "../../../pkg/core/directory.ts";
import type { DirectoryWriter } from "../../../pkg/core/directory-writer.ts";
import type { Budget, BudgetStatus, OpenChangesStatus } from "../../../pkg/core/journal.ts";
import { openAuditLog } from "../../../pkg/ops/audit/audit-log.ts";
import { createProvisioner } from "../../../pkg/provision/create-provisioner.ts";
import type { Provisioner } from "../../../pkg/provision/provisioner.ts";
import { openJournal } from "../../../pkg/store/journal/journal.ts";
import { lazyJournal } from "../../../pkg/store/journal/lazy-journal.ts";

export interface Provisioning {
  readonly provisioner: Provisioner;
  /** Opens journal and audit log now, for who would rather fail at the start than at the first change. */
  open(): void;
  /** The changes that are open now; undefined while the journal is not. */
  status(): OpenChangesStatus | undefined;
  /** What is spent of the ceilings of the hour; empty while the journal is not open. */
  budgets(): readonly BudgetStatus[];
  /** Lets the changes under way end, for so long; what is open then is settled by the next process. */
  close(graceMs: number): Promise<void>;
}

/** Everything that changes the pool, put together. Neither journal nor audit log is opened before the first change. */
export function createProvisioning(
  config: Config,
  directory: Directory & DirectoryWriter,
  now: EpochClock,
): Provisioning {
  const { poolId, stateDir, userIdKind, provisioning } = config;
  const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
    await sleep(ms, undefined, { signal });
  };
  const audit = lazy(() => openAuditLog({ path: auditPath(config), now }));
  const journal = lazy(() => openJournal({ dir: stateDir, poolId, now, sleep: pause }));
  // The journal makes the directory. Both are open before a change begins: one that could not be told of is not made.
  const open = (): void => {
    journal.get();
    audit.get();
  };
  const provisioner = createProvisioner({
    directory,
    poolId,
    userIdKind,
    policy: provisioning,
    journal: lazyJournal({
      open,
      journal: journal.get,
      isThere: () => existsSync(join(stateDir, `${poolId}.journal.db`)),
    }),
    audit: {
      append: (record) => audit.get().append(record),
      outcomeOf: (change) => audit.get().outcomeOf(change),
    },
    now,
    newId: randomUUID,
    randomBelow: (bound) => randomInt(bound),
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    sleep: pause,
  });
  return {
    provisioner,
    open,
    status: () => (journal.isOpen() ? journal.get().status() : undefined),
    budgets() {
      if (!journal.isOpen()) return [];
      const limits: readonly (readonly [Budget, number])[] = [
        ["deletions", provisioning.maxDeletionsPerHour],
        ["disables", provisioning.maxDisablesPerHour],
        ["invitations", provisioning.maxInvitationsPerHour],
      ];
      return limits.map(([budget, limit]) => ({ budget, limit, spent: journal.get().spent(budget, now()) }));
    },
    async close(graceMs) {
      await within(provisioner.idle(), graceMs);
      if (journal.isOpen()) journal.get().end();
    },
  };
}

/** Where the pool's audit log stands. */
export function auditPath({ stateDir, poolId }: Pick<Config, "stateDir" | "poolId">): string {
  return join(stateDir, `${poolId}.audit.jsonl`);
}

interface Lazy<T> {
  readonly get: () => T;
  readonly isOpen: () => boolean;
}

function lazy<T>(open: () => T): Lazy<T> {
  let opened: T | undefined;
  return {
    get() {
      opened ??= open();
      return opened;
    },
    isOpen: () => opened !== undefined,
  };
}

/** Resolves with the work, or when the time is up. */
async function within(work: Promise<void>, graceMs: number): Promise<void> {
  const timer = new AbortController();
  const late = sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([work, late]);
  timer.abort();
}
