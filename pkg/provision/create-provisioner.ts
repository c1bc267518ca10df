import type { AuditLog } from "../core/audit-log.ts";
import type { CallOrigins } from "../core/call-origin.ts";
import type { ChangeKind } from "../core/change.ts";
import type { ClientMetadata } from "../core/client-metadata.ts";
import type { Directory } from "../core/directory.ts";
import type { DirectoryWriter } from "../core/directory-writer.ts";
import type { Journal, NewChange } from "../core/journal.ts";
import type { ProvisioningSettings } from "../core/provisioning-settings.ts";
import { createAccountCreation } from "./accounts/create-account.ts";
import { createUserDeletion } from "./accounts/delete-user.ts";
import { createPasswordChanges } from "./accounts/password-changes.ts";
import type { Reconcile } from "./change-recovery.ts";
import { createChanges } from "./changes.ts";
import type { Deps, ProvisionTools } from "./deps.ts";
import { createUserFinder } from "./find-user.ts";
import { createGroupLookup } from "./group-lookup.ts";
import { createGroupDeletion } from "./groups/delete-group.ts";
import { createGroupChanges } from "./groups/groups.ts";
import { createMemberships } from "./groups/memberships.ts";
import type { KnownAccounts } from "./known-accounts.ts";
import { createOpenChanges } from "./open-changes.ts";
import { createUserChange } from "./parts/change-parts.ts";
import type { Provisioner } from "./provisioner.ts";
import { createProvisioningPolicy } from "./provisioning-policy.ts";
import { createRecentMembers } from "./recent-members.ts";
import { createRecentPool } from "./recent-pool.ts";
import { createAccess } from "./users/access.ts";
import { createAccountRecovery } from "./users/account-recovery.ts";
import { createAttributes } from "./users/attributes.ts";

interface ProvisionOptions extends ProvisionTools {
  readonly directory: Directory & DirectoryWriter;
  readonly poolId: string;
  /** What identifies an account towards callers (D1). */
  readonly userIdKind: "sub" | "username";
  readonly policy: ProvisioningSettings;
  /** Handed to the triggers of the pool with every change. */
  readonly clientMetadata?: ClientMetadata | undefined;
  readonly journal: Journal;
  /** On whose behalf the running code works; by default nobody's. */
  readonly origins?: CallOrigins | undefined;
  /** The accounts that are known already, by what has been listed; by default none. */
  readonly accounts?: KnownAccounts | undefined;
  /** Throws where the calls of a change would be refused for want of room. */
  readonly requireRoom?: (() => void) | undefined;
  /** How many changes of callers may be open at once, default 300; a caller has at most half of them. */
  readonly maxOpenChanges?: number | undefined;
  /** What became of changes before. The journal writes their lines. */
  readonly audit: Pick<AuditLog, "outcomeOf">;
  /** For the log: a change was made without a part that AWS denied. Must not throw. */
  readonly onWarning?: ((change: Pick<NewChange, "id" | "kind">, warning: string) => void) | undefined;
}

const MAX_OPEN_CHANGES = 300;

/** The changes of one pool. Opens nothing and calls nothing before the first change. */
export function createProvisioner(options: ProvisionOptions): Provisioner {
  const { directory, poolId, now, newId, randomBelow, sha256, sleep } = options;
  const policy = createProvisioningPolicy(options.policy, poolId);
  const changes = createChanges({
    journal: options.journal,
    audit: options.audit,
    poolId,
    now,
    newId,
    sleep,
    policy,
    onWarning: options.onWarning,
    origin: () => options.origins?.current(),
    requireRoom: options.requireRoom ?? (() => undefined),
    open: createOpenChanges(options.maxOpenChanges ?? MAX_OPEN_CHANGES, now),
    clientMetadata: options.clientMetadata,
    reconcile: (change, steps) => reconcile[change.kind](change, steps),
  });
  const users = createUserFinder(directory, options.userIdKind, now, options.accounts);
  const lookup = createGroupLookup(directory, now, options.origins?.forAll);
  const recentMembers = createRecentMembers(now);
  const deps: Deps = {
    directory,
    users,
    groups: lookup,
    recentMembers,
    pool: createRecentPool(directory, now, options.origins?.forAll),
    policy,
    changes,
    now,
    newId,
    randomBelow,
    sha256,
    sleep,
  };

  const memberships = createMemberships(deps);
  const creation = createAccountCreation(deps);
  const deletion = createUserDeletion(deps);
  const passwords = createPasswordChanges(deps);
  const access = createAccess(deps);
  const recovery = createAccountRecovery(deps);
  const attributes = createAttributes(deps);
  const parts = createUserChange(deps);
  const groups = createGroupChanges(deps);
  const groupDeletion = createGroupDeletion(deps);

  const reconcile: Readonly<Record<ChangeKind, Reconcile>> = {
    ...memberships.reconcile,
    ...creation.reconcile,
    ...deletion.reconcile,
    ...passwords.reconcile,
    ...access.reconcile,
    ...recovery.reconcile,
    ...attributes.reconcile,
    ...parts.reconcile,
    ...groups.reconcile,
    ...groupDeletion.reconcile,
  };

  return {
    ...memberships.methods,
    ...creation.methods,
    ...deletion.methods,
    ...passwords.methods,
    ...access.methods,
    ...recovery.methods,
    ...attributes.methods,
    ...parts.methods,
    ...groups.methods,
    ...groupDeletion.methods,
    recentMembers,
    recover: (signal) => changes.recover(signal),
    idle: () => changes.idle(),
  };
}
