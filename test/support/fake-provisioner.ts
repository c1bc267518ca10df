import type { GovernanceError } from "../../pkg/core/errors.ts";
import type { WriteOperation } from "../../pkg/core/operations.ts";
import { Secret } from "../../pkg/core/secret.ts";
import type { Outcome, Provisioner, UserRef, WriteContext } from "../../pkg/provision/provisioner.ts";
import { createRecentMembers } from "../../pkg/provision/recent-members.ts";
import { someGroup, someUser } from "./fake-directory.ts";

/** One call of the provisioner. */
export interface ProvisionerCall {
  readonly verb: string;
  /** Everything but the signal; the write context is the last. */
  readonly args: readonly unknown[];
}

export interface FakeProvisioner {
  readonly provisioner: Provisioner;
  readonly calls: readonly ProvisionerCall[];
}

/** A change that succeeded, or would succeed in a dry run. */
export function changed<T>(result: T, { dryRun }: WriteContext, ...planned: WriteOperation[]): Outcome<T> {
  if (dryRun) return { result, outcome: "planned", change: "", steps: [], planned, warnings: [] };
  return { result, outcome: "done", change: "change-1", steps: [], planned, warnings: [] };
}

/** A change that was not needed. */
export function nothingToDo<T>(result: T): Outcome<T> {
  return { result, outcome: "nothing-to-do", change: "change-1", steps: [], planned: [], warnings: [] };
}

/** A verb that fails. */
export function failing(error: GovernanceError): () => Promise<never> {
  return async () => {
    throw error;
  };
}

/** A user whose `sub` is the text of the reference. */
export function fakeUser({ value }: UserRef) {
  return someUser({ sub: value, username: `name-of-${value}` });
}

/** A provisioner whose every verb succeeds without a pool; a test replaces the verbs that it needs. */
export function fakeProvisioner(different: Partial<Provisioner> = {}): FakeProvisioner {
  const calls: ProvisionerCall[] = [];

  const changedUser =
    (...planned: WriteOperation[]) =>
    async (user: UserRef, context: WriteContext) =>
      changed({ user: fakeUser(user) }, context, ...planned);

  const all: Provisioner = {
    recentMembers: createRecentMembers(() => 0),
    grant: async (user, group, context) =>
      changed({ user: fakeUser(user), group }, context, "AdminAddUserToGroup"),
    revoke: async (user, group, context) =>
      changed({ user: fakeUser(user), group }, context, "AdminRemoveUserFromGroup"),
    createAccount: async ({ credential }, context) =>
      changed(
        {
          state: "created",
          user: context.dryRun ? undefined : fakeUser({ by: "id", value: "sub-new" }),
          password:
            credential.kind === "random" && !context.dryRun ? new Secret("generated-Password-1") : undefined,
          actionRequired: undefined,
          nextStep: undefined,
          invitationExpiresAt: undefined,
        },
        context,
        "AdminCreateUser",
        "AdminSetUserPassword",
      ),
    deleteUser: async (user, context) =>
      changed({ user: fakeUser(user), groups: ["admins"] }, context, "AdminDeleteUser"),
    rotateCredential: async (user, credential, context) =>
      changed(
        {
          user: fakeUser(user),
          password:
            credential.kind === "random" && !context.dryRun ? new Secret("generated-Password-2") : undefined,
        },
        context,
        "AdminSetUserPassword",
      ),
    enableUser: changedUser("AdminEnableUser"),
    disableUser: async (user, { signOut }, context) =>
      changed(
        { user: fakeUser(user) },
        context,
        "AdminDisableUser",
        ...(signOut ? (["AdminUserGlobalSignOut"] as const) : []),
      ),
    updateAttributes: async (user, { set, remove }, context) =>
      changed(
        { user: fakeUser(user), set: [...set.keys()], removed: remove, pending: [] },
        context,
        "AdminUpdateUserAttributes",
      ),
    changeUser: async (user, change, context) =>
      changed(
        {
          user: fakeUser(user),
          set: [...(change.set?.keys() ?? [])],
          removed: change.remove ?? [],
          pending: [],
          addedGroups: change.addGroups ?? [],
          removedGroups: change.removeGroups ?? [],
        },
        context,
        "AdminUpdateUserAttributes",
      ),
    setPassword: async (user, _password, _how, context) =>
      changed({ user: fakeUser(user) }, context, "AdminSetUserPassword"),
    resetPassword: changedUser("AdminResetUserPassword"),
    resendInvitation: async (user, _how, context) =>
      changed({ user: fakeUser(user) }, context, "AdminCreateUser"),
    signOutUser: changedUser("AdminUserGlobalSignOut"),
    confirmSignUp: changedUser("AdminConfirmSignUp"),
    resetMfa: changedUser("AdminSetUserMFAPreference"),
    createGroup: async (name, fields, context) => changed(someGroup(name, fields), context, "CreateGroup"),
    updateGroup: async (name, patch, context) =>
      changed(someGroup(name, { description: patch.description }), context, "UpdateGroup"),
    deleteGroup: async (name, context) => changed({ name, members: 2, signedOut: 0 }, context, "DeleteGroup"),
    recover: async () => ({ recovered: [], failed: [] }),
    idle: async () => {},
    ...different,
  };

  const provisioner = new Proxy(all, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== "function" || typeof property !== "string") return member;
      return (...args: readonly unknown[]): unknown => {
        calls.push({ verb: property, args: args.filter((arg) => !(arg instanceof AbortSignal)) });
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { provisioner, calls };
}

/** The verbs that were called, in order. */
export function verbsOf({ calls }: FakeProvisioner): string[] {
  return calls.map(({ verb }) => verb);
}
