import { createHash, randomInt } from "node:crypto";
import { afterEach, expect } from "vitest";

import type { CognitoDirectory } from "../../pkg/cognito/directory.ts";
import type { ProvisioningSettings } from "../../pkg/core/provisioning-settings.ts";
import { Secret } from "../../pkg/core/secret.ts";
import type { WriteContext } from "../../pkg/provision/context.ts";
import { createProvisioner } from "../../pkg/provision/create-provisioner.ts";
import type { AccountRequest, Credential, Provisioner } from "../../pkg/provision/provisioner.ts";
import { person } from "../cognito/definitions.ts";
import { createPool, type Pool, type PoolDefinition } from "../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../cognito/server.ts";
import type { StoredUser } from "../cognito/stored-user.ts";
import { adapterOver, type InstantClock, instantClock, never } from "./adapter.ts";
import {
  createMemoryAudit,
  createMemoryDisk,
  type MemoryAudit,
  type MemoryDisk,
  type MemoryJournal,
} from "./memory-journal.ts";

const POOL = "eu-west-1_Acc000001";

const open: ProvisioningSettings = {
  enabled: true,
  groupsAllow: [],
  groupsDeny: [],
  allowRoleGroups: false,
  allowFederatedWrites: false,
  deleteRequiresDisabled: false,
  maxDeletionsPerHour: 100,
  maxDisablesPerHour: 100,
  maxInvitationsPerHour: 100,
  maxGroupsPerUser: 100,
};

export const context: WriteContext = { requester: { via: "cli", name: "tester" }, dryRun: false };
export const dryRun: WriteContext = { ...context, dryRun: true };

export const none: Credential = { kind: "none" };
export const random: Credential = { kind: "random", temporary: false };
export const given = (text: string, temporary = false): Credential => ({
  kind: "given",
  password: new Secret(text),
  temporary,
});
export const GOOD = "Corr3ct-horse!";

/** A connector process: what it knows dies with it, the disk does not. */
export interface Process {
  readonly provisioner: Provisioner;
  readonly journal: MemoryJournal;
}

export interface Stage {
  readonly pool: Pool;
  readonly server: ScriptedCognito;
  readonly clock: InstantClock;
  readonly disk: MemoryDisk;
  readonly audit: MemoryAudit;
  readonly directory: CognitoDirectory;
  readonly process: (over?: { readonly directory?: CognitoDirectory; readonly disk?: MemoryDisk }) => Process;
}

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

export async function stage(
  definition: Omit<PoolDefinition, "id"> = {},
  guard: Partial<ProvisioningSettings> = {},
): Promise<Stage> {
  const clock = instantClock();
  const pool = createPool({ id: POOL, ...definition });
  const server = await startScriptedCognito({ pools: [pool], clock: () => clock.now() });
  const directory = adapterOver(server.url, { poolId: POOL, clock });
  closers.push(
    () => server.close(),
    () => directory.close(),
  );
  const disk = createMemoryDisk();
  const audit = createMemoryAudit();
  let ids = 0;
  return {
    pool,
    server,
    clock,
    disk,
    audit,
    directory,
    process: (over = {}) => {
      const journal = (over.disk ?? disk).open();
      const provisioner = createProvisioner({
        directory: over.directory ?? directory,
        poolId: POOL,
        userIdKind: "sub",
        guard: { ...open, ...guard },
        journal,
        audit,
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
    },
  };
}

export interface Wish {
  readonly login?: string;
  readonly email?: string;
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly credential?: Credential;
}

export const asked = ({ login, email, profile = {}, credential = none }: Wish): AccountRequest => ({
  login,
  emails: email === undefined ? [] : [email],
  profile: new Map(Object.entries(profile)),
  credential,
});

export const create = ({ provisioner }: Process, wish: Wish, how = context) =>
  provisioner.createAccount(asked(wish), how, never);

export const only = (pool: Pool): StoredUser => {
  const [user, ...others] = pool.allUsers();
  if (user === undefined || others.length > 0)
    throw new Error(`the pool has ${pool.allUsers().length} users`);
  return user;
};

export const writes = (server: ScriptedCognito): readonly string[] =>
  server.stats.calls
    .map(({ operation }) => operation)
    .filter((name) => !/^(AdminGetUser|AdminList|List|Describe|Get)/u.test(name));

export const created = (server: ScriptedCognito): Readonly<Record<string, unknown>> =>
  server.stats.calls.find(({ operation }) => operation === "AdminCreateUser")?.input ?? {};

export const ann = { login: "ann", email: "ann@example.com" };
export const invited = { ...ann, profile: { sendInviteEmail: true } };

export const ref = (sub: string) => ({ by: "id", value: sub }) as const;

export const remove = ({ provisioner }: Process, sub: string, how = context) =>
  provisioner.deleteUser(ref(sub), how, never);

export const rotate = ({ provisioner }: Process, sub: string, credential: Credential, how = context) =>
  provisioner.rotateCredential(ref(sub), credential, how, never);

export const eve = person(1, { username: "eve", groups: ["readers", "writers"] });
export const settled = { groups: ["readers", "writers"], users: [eve] };

export type When = "before" | "after";

/** A directory whose process is killed at its nth call that writes: before it is made, or before its answer is read. */
export function mortal(directory: CognitoDirectory, nth: number, when: When) {
  const death = Promise.withResolvers<void>();
  let calls = 0;
  async function gate<R>(call: () => Promise<R>): Promise<R> {
    calls += 1;
    if (calls < nth) return await call();
    if (calls === nth && when === "after") await call().catch(() => undefined);
    death.resolve();
    return await new Promise<R>(() => undefined);
  }
  const doomed: CognitoDirectory = {
    ...directory,
    createUser: (user, signal) => gate(() => directory.createUser(user, signal)),
    setPassword: (username, password, permanent, signal) =>
      gate(() => directory.setPassword(username, password, permanent, signal)),
    deleteUser: (username, signal) => gate(() => directory.deleteUser(username, signal)),
    disableUser: (username, signal) => gate(() => directory.disableUser(username, signal)),
    enableUser: (username, signal) => gate(() => directory.enableUser(username, signal)),
  };
  return { doomed, died: death.promise };
}

/** Runs `work` in a process that is killed there, and has the next process settle what it left. */
export async function killedAt(
  { directory, disk, clock, process }: Stage,
  nth: number,
  when: When,
  work: (doomed: Process) => Promise<unknown>,
  between: () => void = () => undefined,
) {
  const { doomed, died } = mortal(directory, nth, when);
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
  const { settled: all, failed } = await process().provisioner.recover(never);
  expect(failed).toEqual([]);
  expect(disk.changes).toEqual([]);
  const [one, ...others] = all;
  if (one === undefined || others.length > 0) throw new Error(`${all.length} changes were settled`);
  return one;
}
