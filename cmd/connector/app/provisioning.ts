import { createHash, randomInt, randomUUID } from "node:crypto";
import type { Config } from "../../../pkg/config/config.ts";
import type { CallOrigins } from "../../../pkg/core/call-origin.ts";
import type { Requester } from "../../../pkg/core/change.ts";
import type { EpochClock } from "../../../pkg/core/clock.ts";
import type { Directory } from "../../../pkg/core/directory.ts";
import type { DirectoryWriter } from "../../../pkg/core/directory-writer.ts";
import {
  BUDGETS,
  type Budget,
  type BudgetStatus,
  type NewChange,
  type OpenChangesStatus,
} from "../../../pkg/core/journal.ts";
import type { ProvisioningSettings } from "../../../pkg/core/provisioning-settings.ts";
import { createRefusedCalls } from "../../../pkg/ops/audit/refused-calls.ts";
import { createProvisioner } from "../../../pkg/provision/create-provisioner.ts";
import type { KnownAccounts } from "../../../pkg/provision/known-accounts.ts";
import type { Provisioner } from "../../../pkg/provision/provisioner.ts";
import { createProvisioningPolicy } from "../../../pkg/provision/provisioning-policy.ts";
import { pause } from "../process/pause.ts";
import type { Records } from "./records/records.ts";

/** What a batch is planned with. It changes nothing. */
export interface Planning {
  readonly directory: Directory & DirectoryWriter;
  /** A provisioner over another directory, for dry runs. */
  readonly provisionerOver: (directory: Directory & DirectoryWriter) => Provisioner;
  /** How much of each limit is spent. Opens the journal only where there is one. */
  readonly ceilings: () => Promise<readonly BudgetStatus[]>;
}

/** What changes the pool, and what it has recorded. */
export interface Provisioning {
  readonly provisioner: Provisioner;
  readonly planning: Planning;
  /** Opens journal and audit log now: a service fails at its start rather than at its first change. */
  open(): Promise<void>;
  /** The changes that are open now. Undefined until the journal is open. */
  status(): Promise<OpenChangesStatus | undefined>;
  /** How much of each limit is spent. Creates no journal: where there is none, nothing is spent. */
  budgets(): Promise<readonly BudgetStatus[]>;
  /** Records a write that its caller had no role for. Nothing without `--provisioning`: then nobody can change anything. */
  refused(caller: Requester, operation: string): void;
  /** Waits up to the grace for running changes. The next process recovers a change that is still open then. */
  close(graceMs: number): Promise<void>;
}

export interface ProvisioningTools {
  readonly records: Records;
  readonly now: EpochClock;
  readonly origins: CallOrigins;
  readonly accounts: KnownAccounts;
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

/** Builds the provisioner over its journal and audit log. */
export function createProvisioning(
  config: Config,
  directory: Directory & DirectoryWriter,
  { records, now, origins, accounts, requireRoom, onWarning, onUnrecorded }: ProvisioningTools,
): Provisioning {
  const { poolId, stateDir, userIdKind, provisioning } = config;
  const refusals = createRefusedCalls({
    audit: records,
    poolId,
    now,
    newId: randomUUID,
  });
  async function recordRefusal(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      onUnrecorded(error);
    }
  }
  const refusalTimer = setInterval(() => void recordRefusal(() => refusals.flush()), REFUSALS_EVERY_MS);
  refusalTimer.unref();
  const provisionerOver = (
    over: Directory & DirectoryWriter,
    policy: ProvisioningSettings,
    known?: KnownAccounts,
  ): Provisioner =>
    createProvisioner({
      directory: over,
      poolId,
      userIdKind,
      policy,
      clientMetadata: config.clientMetadata,
      journal: records,
      audit: records,
      onWarning,
      origins,
      accounts: known,
      requireRoom,
      maxOpenChanges: openChangesIn(config),
      now,
      newId: randomUUID,
      randomBelow: (bound) => randomInt(bound),
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      sleep: pause,
    });
  const provisioner = provisionerOver(directory, provisioning, accounts);
  const budgets = async (): Promise<readonly BudgetStatus[]> => {
    const limits = createProvisioningPolicy(provisioning, poolId).limits(BUDGETS);
    const spent = (budget: Budget) => (stateDir === "" ? 0 : records.spent(budget, now()));
    return await Promise.all(limits.map(async (each) => ({ ...each, spent: await spent(each.budget) })));
  };
  return {
    provisioner,
    planning: {
      directory,
      // Only for dry runs, which need no permission.
      provisionerOver: (over) => provisionerOver(over, { ...provisioning, enabled: false }),
      ceilings: budgets,
    },
    open: () => records.open(),
    status: () => records.status(),
    budgets,
    refused(caller, operation) {
      if (provisioning.enabled) void recordRefusal(() => refusals.refused(caller, operation));
    },
    async close(graceMs) {
      clearInterval(refusalTimer);
      const flushed = recordRefusal(() => refusals.flush());
      await endOrTimeout(Promise.all([flushed, provisioner.idle()]), graceMs);
      await records.end();
    },
  };
}

async function endOrTimeout(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  const timer = new AbortController();
  const timeout = pause(timeoutMs, timer.signal).catch(() => undefined);
  await Promise.race([work, timeout]);
  timer.abort();
}
