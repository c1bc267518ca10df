import { createHash, randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../../../pkg/config/config.ts";
import type { AuditLog } from "../../../pkg/core/audit-log.ts";
import type { CallOrigins } from "../../../pkg/core/call-origin.ts";
import type { Requester } from "../../../pkg/core/change.ts";
import type { EpochClock, Sleep } from "../../../pkg/core/clock.ts";
import type { Directory } from "../../../pkg/core/directory.ts";
import type { DirectoryWriter } from "../../../pkg/core/directory-writer.ts";
import {
  BUDGETS,
  type BudgetStatus,
  type NewChange,
  type OpenChangesStatus,
} from "../../../pkg/core/journal.ts";
import type { ProvisioningSettings } from "../../../pkg/core/provisioning-settings.ts";
import { auditLogPath, openAuditLog } from "../../../pkg/ops/audit/audit-log.ts";
import { createRefusedCalls } from "../../../pkg/ops/audit/refused-calls.ts";
import { createProvisioner } from "../../../pkg/provision/create-provisioner.ts";
import type { Provisioner } from "../../../pkg/provision/provisioner.ts";
import { createProvisioningPolicy } from "../../../pkg/provision/provisioning-policy.ts";
import { createLazyJournal } from "../../../pkg/store/journal/lazy-journal.ts";
import { machineBootClock } from "../process/boot-clock.ts";

/** What a batch is planned with. It changes nothing. */
export interface Planning {
  readonly directory: Directory & DirectoryWriter;
  /** A provisioner over another directory, for dry runs. */
  readonly provisionerOver: (directory: Directory & DirectoryWriter) => Provisioner;
  /** How much of each limit is spent. Opens the journal only where there is one. */
  readonly ceilings: () => readonly BudgetStatus[];
}

/** What changes the pool, and what it has recorded. */
export interface Provisioning {
  readonly provisioner: Provisioner;
  readonly planning: Planning;
  /** Opens journal and audit log now: a service fails at its start rather than at its first change. */
  open(): void;
  /** The changes that are open now. Undefined until the journal is open. */
  status(): OpenChangesStatus | undefined;
  /** How much of each limit is spent. Creates no journal: where there is none, nothing is spent. */
  budgets(): readonly BudgetStatus[];
  /** Records a write that its caller had no role for. Nothing without `--provisioning`: then nobody can change anything. */
  refused(caller: Requester, operation: string): void;
  /** Waits up to the grace for running changes. The next process recovers a change that is still open then. */
  close(graceMs: number): Promise<void>;
}

export interface ProvisioningTools {
  readonly now: EpochClock;
  readonly origins: CallOrigins;
  /** Throws where the calls of a change would be refused for want of room. */
  readonly requireRoom: () => void;
  /** A change was made without a part that AWS denied. */
  readonly onWarning: (change: Pick<NewChange, "id" | "kind">, warning: string) => void;
  /** A refused call could not be written to the audit log. */
  readonly onUnrecorded: (error: unknown) => void;
}

/** As many as the turns of most changes serve while a caller may wait. */
function openChangesIn({ rates, service }: Config): number {
  return Math.max(LEAST_OPEN_CHANGES, Math.floor(rates.UserUpdate * service.maxQueueSeconds));
}

const LEAST_OPEN_CHANGES = 50;
const REFUSALS_EVERY_MS = 60_000;

/** Builds the provisioner over its journal and audit log. Both are opened before the first change, not here. */
export function createProvisioning(
  config: Config,
  directory: Directory & DirectoryWriter,
  { now, origins, requireRoom, onWarning, onUnrecorded }: ProvisioningTools,
): Provisioning {
  const { poolId, stateDir, userIdKind, provisioning } = config;
  const pause: Sleep = (ms, signal) => sleep(ms, undefined, { signal });
  let openedAudit: AuditLog | undefined;
  const audit = (): AuditLog => {
    openedAudit ??= openAuditLog({ path: auditLogPath(stateDir, poolId), now });
    return openedAudit;
  };
  // Both are opened before a change begins: a change that cannot be recorded is not made.
  const journal = createLazyJournal({
    dir: stateDir,
    poolId,
    now,
    bootClock: machineBootClock(),
    sleep: pause,
    openOthers: () => void audit(),
  });
  const refusals = createRefusedCalls({
    audit: { append: (record) => audit().append(record) },
    poolId,
    now,
    newId: randomUUID,
  });
  function recordRefusal(write: () => void): void {
    try {
      write();
    } catch (error) {
      onUnrecorded(error);
    }
  }
  const refusalTimer = setInterval(() => recordRefusal(() => refusals.flush()), REFUSALS_EVERY_MS);
  refusalTimer.unref();
  const provisionerOver = (over: Directory & DirectoryWriter, policy: ProvisioningSettings): Provisioner =>
    createProvisioner({
      directory: over,
      poolId,
      userIdKind,
      policy,
      clientMetadata: config.clientMetadata,
      journal,
      audit: {
        append: (record) => audit().append(record),
        outcomeOf: (change) => audit().outcomeOf(change),
      },
      onWarning,
      origins,
      requireRoom,
      maxOpenChanges: openChangesIn(config),
      now,
      newId: randomUUID,
      randomBelow: (bound) => randomInt(bound),
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      sleep: pause,
    });
  const provisioner = provisionerOver(directory, provisioning);
  const budgets = (): readonly BudgetStatus[] =>
    createProvisioningPolicy(provisioning, poolId)
      .limits(BUDGETS)
      .map((each) => ({ ...each, spent: stateDir === "" ? 0 : journal.spent(each.budget, now()) }));
  return {
    provisioner,
    planning: {
      directory,
      // Only for dry runs, which need no permission.
      provisionerOver: (over) => provisionerOver(over, { ...provisioning, enabled: false }),
      ceilings: budgets,
    },
    open: () => journal.open(),
    status: () => journal.opened()?.status(),
    budgets,
    refused(caller, operation) {
      if (provisioning.enabled) recordRefusal(() => refusals.refused(caller, operation));
    },
    async close(graceMs) {
      clearInterval(refusalTimer);
      recordRefusal(() => refusals.flush());
      await endOrTimeout(provisioner.idle(), graceMs);
      journal.end();
    },
  };
}

async function endOrTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  const timer = new AbortController();
  const timeout = sleep(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([work, timeout]);
  timer.abort();
}
