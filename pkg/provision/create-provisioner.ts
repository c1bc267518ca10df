import type { ChangeKind } from "../core/change.ts";
import { GovernanceError } from "../core/errors.ts";
import type { OpenChange } from "../core/journal.ts";
import { createAccounts } from "./accounts/accounts.ts";
import { createChanges, type Settlement } from "./changes.ts";
import type { Outcome, WriteContext } from "./context.ts";
import { type Account, createUserFinder } from "./find-user.ts";
import { createGroupDeletion } from "./groups/delete-group.ts";
import { createGroups } from "./groups/groups.ts";
import { createMemberships } from "./groups/memberships.ts";
import type { ProvisionOptions } from "./options.ts";
import type { Parts } from "./parts.ts";
import type { Provisioner, UserRef } from "./provisioner.ts";
import { createProvisioningPolicy } from "./provisioning-policy.ts";
import type { StepLog } from "./steps.ts";
import { createAccess } from "./users/access.ts";
import { createRecoveryOfAccess } from "./users/account-recovery.ts";
import { createAttributes } from "./users/attributes.ts";
import { setPassword } from "./users/set-password.ts";

/** The changes of one pool. Opens nothing and calls nothing before the first change. */
export function createProvisioner(options: ProvisionOptions): Provisioner {
  const { directory, poolId, userIdKind } = options;
  const users = createUserFinder(directory, userIdKind);
  const guard = createProvisioningPolicy(options.guard, poolId);
  const changes = createChanges(options, guard, settle);
  const parts: Parts = { directory, users, guard, changes, options };

  const memberships = createMemberships(parts);
  const accounts = createAccounts(parts);
  const access = createAccess(parts);
  const recoveryOfAccess = createRecoveryOfAccess(parts);
  const attributes = createAttributes(parts);
  const groups = createGroups(parts);
  const deletion = createGroupDeletion(parts);

  const settlers: Readonly<Record<ChangeKind, Settler>> = {
    grant: ({ change, steps }) => memberships.settle(change, steps.signal),
    revoke: ({ change, steps }) => memberships.settle(change, steps.signal),
    "create-account": ({ change, steps }) => accounts.settle(change, steps),
    "delete-user": ({ change, steps }) => accounts.settle(change, steps),
    "rotate-credential": ({ change, steps }) => accounts.settle(change, steps),
    "enable-user": ({ change, steps }) => access.settle(change, steps),
    "disable-user": ({ change, steps }) => access.settle(change, steps),
    "sign-out-user": ({ change, steps }) => access.settle(change, steps),
    "update-user-attributes": ({ change, steps }) => attributes.settle(change, steps),
    "set-password": ({ change }) => passwordUnknown(change),
    "reset-password": ({ change, steps }) => recoveryOfAccess.settle(change, steps),
    "resend-invitation": ({ change, steps }) => recoveryOfAccess.settle(change, steps),
    "confirm-sign-up": ({ change, steps }) => recoveryOfAccess.settle(change, steps),
    "reset-mfa": ({ change, steps }) => recoveryOfAccess.settle(change, steps),
    "create-group": ({ change, steps }) => groups.settle(change, steps.signal),
    "update-group": ({ change, steps }) => groups.settle(change, steps.signal),
    "delete-group": ({ change, steps }) => deletion.settle(change, steps),
  };

  function settle(change: OpenChange, steps: StepLog): Promise<Settlement> {
    return settlers[change.kind]({ change, steps });
  }

  function find({ by, value }: UserRef, signal: AbortSignal): Promise<Account> {
    return by === "id" ? users.byId(value, signal) : users.byText(value, signal);
  }

  /** For what wants the account gone, or out of a group: nobody there is nothing to do, and that is told too. */
  async function withUserOr<T>(
    ref: UserRef,
    missing: { readonly kind: ChangeKind; readonly group?: string; readonly result: T },
    work: (user: Account) => Promise<Outcome<T>>,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<T>> {
    let user: Account;
    try {
      guardEnabled(context);
      user = await find(ref, signal);
    } catch (error) {
      if (!(error instanceof GovernanceError) || error.reason !== "user-gone") throw error;
      const { kind, group, result } = missing;
      const target = {
        ...(isUuid(ref.value) ? { user: ref.value } : {}),
        ...(group === undefined ? {} : { group }),
      };
      const lock = `user:${options.sha256(ref.value)}`;
      const plan = async () => ({ kind: "nothing-to-do", result }) as const;
      return await changes.run({ kind, lock, target, plan }, context, signal);
    }
    return await work(user);
  }

  /** Reads cost turns too: whoever may not write is told first. */
  function guardEnabled({ dryRun }: WriteContext): void {
    if (!dryRun) guard.enabled();
  }

  async function withUser<T>(
    ref: UserRef,
    context: WriteContext,
    signal: AbortSignal,
    work: (user: Account) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    guardEnabled(context);
    return await work(await find(ref, signal));
  }

  return {
    grant: (ref, group, context, signal) =>
      withUser(ref, context, signal, (user) => memberships.grant(user, group, context, signal)),
    revoke: (ref, group, context, signal) =>
      withUserOr(
        ref,
        { kind: "revoke", group, result: { user: undefined, group } },
        (user) => memberships.revoke(user, group, context, signal),
        context,
        signal,
      ),
    async createAccount(request, context, signal) {
      guardEnabled(context);
      return await accounts.createAccount(request, context, signal);
    },
    deleteUser: (ref, context, signal) =>
      withUserOr(
        ref,
        { kind: "delete-user", result: { user: undefined, groups: [] } },
        (user) => accounts.deleteUser(user, context, signal),
        context,
        signal,
      ),
    rotateCredential: (ref, credential, context, signal) =>
      withUser(ref, context, signal, (user) => accounts.rotateCredential(user, credential, context, signal)),
    enableUser: (ref, context, signal) =>
      withUser(ref, context, signal, (user) => access.enable(user, context, signal)),
    disableUser: (ref, how, context, signal) =>
      withUser(ref, context, signal, (user) => access.disable(user, how, context, signal)),
    updateAttributes: (ref, change, context, signal) =>
      withUser(ref, context, signal, (user) => attributes.update(user, change, context, signal)),
    setPassword: (ref, password, how, context, signal) =>
      withUser(ref, context, signal, (user) => setPassword(parts, user, password, how, context, signal)),
    resetPassword: (ref, context, signal) =>
      withUser(ref, context, signal, (user) => recoveryOfAccess.resetPassword(user, context, signal)),
    resendInvitation: (ref, context, signal) =>
      withUser(ref, context, signal, (user) => recoveryOfAccess.resendInvitation(user, context, signal)),
    signOutUser: (ref, context, signal) =>
      withUser(ref, context, signal, (user) => access.signOut(user, context, signal)),
    confirmSignUp: (ref, context, signal) =>
      withUser(ref, context, signal, (user) => recoveryOfAccess.confirmSignUp(user, context, signal)),
    resetMfa: (ref, context, signal) =>
      withUser(ref, context, signal, (user) => recoveryOfAccess.resetMfa(user, context, signal)),
    async createGroup(name, fields, context, signal) {
      guardEnabled(context);
      return await groups.create(name, fields, context, signal);
    },
    async updateGroup(name, patch, context, signal) {
      guardEnabled(context);
      return await groups.update(name, patch, context, signal);
    },
    async deleteGroup(name, context, signal) {
      guardEnabled(context);
      return await deletion.delete(name, context, signal);
    },
    async recover(signal) {
      const { settled, failed } = await changes.recover(signal);
      return {
        settled: settled.map(({ change, settlement }) => ({ change, ...settlement })),
        failed,
      };
    },
    idle: () => changes.idle(),
  };
}

type Settler = (open: { readonly change: OpenChange; readonly steps: StepLog }) => Promise<Settlement>;

/** Nothing in the pool tells which password an account has. */
async function passwordUnknown({ target }: OpenChange): Promise<Settlement> {
  return {
    outcome: "unknown",
    says: `whether the password of user ${target.user ?? ""} was set cannot be told; set it again`,
  };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
