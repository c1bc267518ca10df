import { createHash, randomInt, randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createCognitoDirectory } from "../../pkg/cognito/directory.ts";
import type { CredentialOptions } from "../../pkg/cognito/options.ts";
import type { AuditLog } from "../../pkg/core/audit-log.ts";
import type { Directory } from "../../pkg/core/directory.ts";
import type { DirectoryWriter } from "../../pkg/core/directory-writer.ts";
import type { Journal } from "../../pkg/core/journal.ts";
import { regionOfPool } from "../../pkg/core/pool.ts";
import type { ProvisioningSettings } from "../../pkg/core/provisioning-settings.ts";
import { openAuditLog } from "../../pkg/ops/audit/audit-log.ts";
import { createProvisioner } from "../../pkg/provision/create-provisioner.ts";
import type { Provisioner } from "../../pkg/provision/provisioner.ts";
import { openJournal } from "../../pkg/store/journal/journal.ts";
import { openThrottle } from "./adapter.ts";

export interface ProvisionRig {
  readonly provisioner: Provisioner;
  readonly journal: Journal;
  /** The audit log's file. */
  readonly auditPath: string;
  close(): Promise<void>;
}

export interface ProvisionRigOptions {
  readonly url: string;
  readonly poolId: string;
  /** The state directory. */
  readonly dir: string;
  readonly guard?: Partial<ProvisioningSettings>;
  readonly userIdKind?: "sub" | "username";
  /** Keys that any server takes, unless given. */
  readonly credentials?: (url: string) => CredentialOptions;
  /** Stands between the changes and what they work with. */
  readonly wrap?: {
    readonly directory?: (inner: Directory & DirectoryWriter) => Directory & DirectoryWriter;
    readonly journal?: (inner: Journal) => Journal;
    readonly audit?: (inner: AuditLog) => AuditLog;
  };
  readonly now?: () => number;
  /** The pauses while a fresh write shows; real ones unless given. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const NO_GUARD: ProvisioningSettings = {
  enabled: true,
  groupsAllow: [],
  groupsDeny: [],
  allowRoleGroups: false,
  allowFederatedWrites: false,
  deleteRequiresDisabled: false,
  maxDeletionsPerHour: 1000,
  maxDisablesPerHour: 1000,
  maxInvitationsPerHour: 1000,
  maxGroupsPerUser: 100,
};

/** The changes as the program puts them together, over whatever answers at the address. */
export function createProvisionRig(options: ProvisionRigOptions): ProvisionRig {
  const { url, poolId, dir, wrap = {}, now = Date.now } = options;
  const cognito = createCognitoDirectory({
    poolId,
    region: regionOfPool(poolId),
    throttle: openThrottle(),
    credentials: options.credentials?.(url) ?? {
      kind: "static",
      accessKeyId: "AKIDRIG",
      secretAccessKey: "rig-secret",
    },
    endpoint: url,
    random: () => 0,
  });
  const pause =
    options.sleep ??
    (async (ms: number, signal: AbortSignal): Promise<void> => {
      await sleep(ms, undefined, { signal });
    });
  const journal = openJournal({ dir, poolId, now, sleep: pause });
  const auditPath = join(dir, `${poolId}.audit.jsonl`);
  const audit = openAuditLog({ path: auditPath, now });
  const provisioner = createProvisioner({
    directory: wrap.directory?.(cognito) ?? cognito,
    poolId,
    userIdKind: options.userIdKind ?? "sub",
    guard: { ...NO_GUARD, ...options.guard },
    journal: wrap.journal?.(journal) ?? journal,
    audit: wrap.audit?.(audit) ?? audit,
    now,
    newId: randomUUID,
    randomBelow: (bound) => randomInt(bound),
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    sleep: pause,
  });
  return {
    provisioner,
    journal,
    auditPath,
    async close() {
      journal.end();
      cognito.close();
    },
  };
}
