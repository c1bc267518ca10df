import { createHash, randomInt } from "node:crypto";
import { expect } from "vitest";
import type { AuditLog } from "../../pkg/core/audit-log.ts";
import type { CallOrigins } from "../../pkg/core/call-origin.ts";
import type { Directory } from "../../pkg/core/directory.ts";
import type { DirectoryWriter } from "../../pkg/core/directory-writer.ts";
import type { Journal, NewChange } from "../../pkg/core/journal.ts";
import type { ProvisioningSettings } from "../../pkg/core/provisioning-settings.ts";
import { createProvisioner } from "../../pkg/provision/create-provisioner.ts";
import type { KnownAccounts } from "../../pkg/provision/known-accounts.ts";
import type { Provisioner, WriteContext } from "../../pkg/provision/provisioner.ts";
import { createPool, type Pool, type PoolDefinition } from "../cognito/pool.ts";
import type { Stats } from "../cognito/record.ts";
import { type InstantClock, instantClock, never } from "./adapter.ts";
import { createMemoryCognito, type MemoryCognito } from "./memory-directory.ts";
import {
  createMemoryAudit,
  createMemoryDisk,
  type MemoryAudit,
  type MemoryDisk,
  type MemoryJournal,
} from "./memory-journal.ts";

// Everything that the changes of a pool work with, in memory and under a clock that sleeps move. `whole-stage.ts` is
// the same over sockets and files.

export const STAGE_POOL = "us-east-1_Ab129faBb";

/** Everything is allowed. */
export const POLICY: ProvisioningSettings = {
  enabled: true,
  groupsAllow: [],
  groupsDeny: [],
  allowRoleGroups: false,
  allowFederatedWrites: false,
  deleteRequiresDisabled: false,
  endSessions: false,
  maxDeletionsPerHour: 1000,
  maxDisablesPerHour: 1000,
  maxInvitationsPerDay: 1000,
  maxGroupsPerUser: 100,
};

export const asked: WriteContext = { requester: { via: "cli", name: "test" }, dryRun: false };
export const dryRun: WriteContext = { ...asked, dryRun: true };

/** A connector process: its memory ends with it, its files stay. */
export interface Process {
  readonly provisioner: Provisioner;
  readonly journal: MemoryJournal;
}

export interface StageOptions {
  readonly policy?: Partial<ProvisioningSettings>;
  readonly userIdKind?: "sub" | "username";
  readonly audit?: (inner: AuditLog) => AuditLog;
  readonly onWarning?: (change: Pick<NewChange, "id" | "kind">, warning: string) => void;
  readonly origins?: CallOrigins;
}

export interface ProcessOptions extends StageOptions {
  readonly directory?: Directory & DirectoryWriter;
  /** What has been listed. */
  readonly accounts?: KnownAccounts;
  /** Wraps the journal. */
  readonly journal?: (inner: Journal) => Journal;
  /** Another state directory. */
  readonly disk?: MemoryDisk;
}

export interface Stage extends Process {
  readonly pool: Pool;
  readonly cognito: MemoryCognito;
  readonly directory: Directory & DirectoryWriter;
  readonly clock: InstantClock;
  readonly disk: MemoryDisk;
  readonly audit: MemoryAudit;
  /** The requested writes, in order. */
  writes(): readonly string[];
  /** Another process, on the same disk unless given another one. */
  readonly process: (over?: ProcessOptions) => Process;
}

const WRITES = /^(Admin(?!Get|List)|CreateGroup|UpdateGroup|DeleteGroup)/;

export function writesIn({ calls }: Stats): readonly string[] {
  return calls.map(({ operation }) => operation).filter((name) => WRITES.test(name));
}

export function createStage(definition: Partial<PoolDefinition> = {}, options: StageOptions = {}): Stage {
  const clock = instantClock();
  const pool = createPool({ id: STAGE_POOL, ...definition });
  const cognito = createMemoryCognito(pool, () => clock.now());
  const disk = createMemoryDisk();
  const audit = createMemoryAudit();
  let ids = 0;
  function process(over: ProcessOptions = {}): Process {
    const { policy, userIdKind = "sub", audit: wrap, onWarning, origins } = { ...options, ...over };
    const written = wrap?.(audit) ?? audit;
    const journal = (over.disk ?? disk).open(written);
    const provisioner = createProvisioner({
      directory: over.directory ?? cognito.directory,
      poolId: STAGE_POOL,
      userIdKind,
      policy: { ...POLICY, ...policy },
      journal: over.journal?.(journal) ?? journal,
      audit: written,
      onWarning,
      origins,
      accounts: over.accounts,
      now: () => clock.now(),
      newId() {
        ids += 1;
        return `0000c0de-0000-4000-8000-${String(ids).padStart(12, "0")}`;
      },
      randomBelow: (bound) => randomInt(bound),
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    });
    return { provisioner, journal };
  }
  return {
    ...process(),
    pool,
    cognito,
    directory: cognito.directory,
    clock,
    disk,
    audit,
    writes: () => writesIn(cognito.stats),
    process,
  };
}

export type When = "before" | "after";

/** A directory whose process is killed at its nth write: before the call is made, or before its answer is read. */
export function killedDirectory(directory: Directory & DirectoryWriter, nth: number, when: When) {
  const death = Promise.withResolvers<void>();
  let calls = 0;
  async function gate<R>(call: () => Promise<R>): Promise<R> {
    calls += 1;
    if (calls < nth) return await call();
    if (calls === nth && when === "after") await call().catch(() => undefined);
    death.resolve();
    return await new Promise<R>(() => undefined);
  }
  const doomed: Directory & DirectoryWriter = {
    ...directory,
    createUser: (user, signal) => gate(() => directory.createUser(user, signal)),
    setPassword: (username, password, permanent, signal) =>
      gate(() => directory.setPassword(username, password, permanent, signal)),
    deleteUser: (username, signal) => gate(() => directory.deleteUser(username, signal)),
    disableUser: (username, signal) => gate(() => directory.disableUser(username, signal)),
    enableUser: (username, signal) => gate(() => directory.enableUser(username, signal)),
    signOutUser: (username, signal) => gate(() => directory.signOutUser(username, signal)),
    setAttributes: (username, attributes, signal) =>
      gate(() => directory.setAttributes(username, attributes, signal)),
    deleteAttributes: (username, names, signal) =>
      gate(() => directory.deleteAttributes(username, names, signal)),
    addMember: (group, username, signal) => gate(() => directory.addMember(group, username, signal)),
    removeMember: (group, username, signal) => gate(() => directory.removeMember(group, username, signal)),
  };
  return { doomed, died: death.promise };
}

/** Runs `work` in a process that is killed there, and has the next process recover what it left. */
export async function killedAt(
  { directory, disk, clock, process }: Stage,
  nth: number,
  when: When,
  work: (doomed: Process) => Promise<unknown>,
  between: () => void = () => undefined,
) {
  const { doomed, died } = killedDirectory(directory, nth, when);
  const victim = process({ directory: doomed });
  const ended = work(victim).then(
    () => "ended",
    () => "ended",
  );
  expect(await Promise.race([died.then(() => "killed"), ended])).toBe("killed");
  victim.journal.die();
  expect(disk.changes).toHaveLength(1);
  clock.advance(2 * 60_000);
  between();
  const { recovered: all, failed } = await process().provisioner.recover(never);
  expect(failed).toEqual([]);
  expect(disk.changes).toEqual([]);
  const [one, ...others] = all;
  if (one === undefined || others.length > 0) throw new Error(`${all.length} changes were recovered`);
  return one;
}
