import { type ErrorCode, GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Group } from "../../../../pkg/core/group.ts";
import type { User } from "../../../../pkg/core/user.ts";
import type {
  ChangedUser,
  Outcome,
  Provisioner,
  UserRef,
  WriteContext,
} from "../../../../pkg/provision/provisioner.ts";
import type { ScimRecords } from "../../../../pkg/scim/records.ts";
import { memberWrites, type SubjectReaderOptions, subjectReader, type Writes } from "./subject-reader.ts";

export interface NotedProvisionerOptions extends SubjectReaderOptions {
  readonly provisioner: Provisioner;
  readonly records: Pick<ScimRecords, "wrote">;
  /** A change was made, and lists show it after the next reading of the pool only. Must not throw. */
  readonly onUnnoted: (error: unknown) => void;
}

/**
 * Notes what each change has made of the pool, whichever front asked for it, so that lists show it. After a change that may
 * have been made in part, its user or group is read again, which nobody waits for.
 */
export function noteChanges(options: NotedProvisionerOptions): Provisioner {
  const { provisioner: inner, records, onUnnoted, signal } = options;
  const reader = subjectReader(options);
  const reading = new Set<Promise<void>>();

  async function note(read: () => Writes | Promise<Writes>): Promise<void> {
    try {
      const writes = await read();
      if (writes.length > 0) await records.wrote(writes);
    } catch (error) {
      if (!signal.aborted) onUnnoted(error);
    }
  }

  function noteLater(read: () => Promise<Writes>): void {
    const work = note(read).finally(() => reading.delete(work));
    reading.add(work);
  }

  async function noted<T>(
    { dryRun }: WriteContext,
    change: Promise<Outcome<T>>,
    writesOf: (result: T, outcome: Outcome<T>) => Writes | Promise<Writes>,
    again: () => Promise<Writes>,
  ): Promise<Outcome<T>> {
    if (dryRun) return await change;
    let outcome: Outcome<T>;
    try {
      outcome = await change;
    } catch (error) {
      if (mayHaveChanged(error)) noteLater(again);
      throw error;
    }
    await note(() => writesOf(outcome.result, outcome));
    return outcome;
  }

  const ofUser = <T extends { readonly user: User }>(
    user: UserRef,
    context: WriteContext,
    change: Promise<Outcome<T>>,
  ): Promise<Outcome<T>> =>
    noted(
      context,
      change,
      (result) => [{ kind: "user", user: result.user }],
      () => reader.user(user),
    );

  /** The change does not read its user again. The lists have the date of the last change, so it is read here. */
  const ofAccess = (
    user: UserRef,
    context: WriteContext,
    change: Promise<Outcome<ChangedUser>>,
  ): Promise<Outcome<ChangedUser>> =>
    noted(
      context,
      change,
      async ({ user: made }, { outcome }) => [
        { kind: "user", user: outcome === "done" ? await reader.dated(made) : made },
      ],
      () => reader.user(user),
    );

  const ofGroup = (
    name: string,
    context: WriteContext,
    change: Promise<Outcome<Group>>,
  ): Promise<Outcome<Group>> =>
    noted(
      context,
      change,
      (group) => [{ kind: "group", group }],
      () => reader.group(name),
    );

  return {
    recentMembers: inner.recentMembers,
    grant: (user, group, context, stop) =>
      noted(
        context,
        inner.grant(user, group, context, stop),
        (membership) => memberWrites("member-added", membership.user, [group]),
        () => reader.memberships(user, [group]),
      ),
    revoke: (user, group, context, stop) =>
      noted(
        context,
        inner.revoke(user, group, context, stop),
        (membership) => memberWrites("member-removed", membership.user, [group]),
        () => reader.memberships(user, [group]),
      ),
    createAccount: (request, context, stop) =>
      noted(
        context,
        inner.createAccount(request, context, stop),
        ({ user, state }) =>
          user === undefined
            ? []
            : [
                { kind: "user", user },
                ...(state === "created" ? memberWrites("member-added", user, request.groups ?? []) : []),
              ],
        () => reader.named([request.login, ...request.emails]),
      ),
    deleteUser: (user, context, stop) =>
      noted(
        context,
        inner.deleteUser(user, context, stop),
        (deleted) => (deleted.user === undefined ? [] : [{ kind: "user-deleted", sub: deleted.user.sub }]),
        () => reader.user(user),
      ),
    changeUser: (user, change, context, stop) =>
      noted(
        context,
        inner.changeUser(user, change, context, stop),
        (changed) => [
          { kind: "user", user: changed.user },
          ...memberWrites("member-added", changed.user, change.addGroups ?? []),
          ...memberWrites("member-removed", changed.user, change.removeGroups ?? []),
        ],
        () => reader.memberships(user, [...(change.addGroups ?? []), ...(change.removeGroups ?? [])]),
      ),
    rotateCredential: (user, credential, context, stop) =>
      ofUser(user, context, inner.rotateCredential(user, credential, context, stop)),
    enableUser: (user, context, stop) => ofAccess(user, context, inner.enableUser(user, context, stop)),
    disableUser: (user, how, context, stop) =>
      ofAccess(user, context, inner.disableUser(user, how, context, stop)),
    updateAttributes: (user, change, context, stop) =>
      ofUser(user, context, inner.updateAttributes(user, change, context, stop)),
    setPassword: (user, password, how, context, stop) =>
      ofUser(user, context, inner.setPassword(user, password, how, context, stop)),
    resetPassword: (user, context, stop) => ofUser(user, context, inner.resetPassword(user, context, stop)),
    resendInvitation: (user, how, context, stop) =>
      ofUser(user, context, inner.resendInvitation(user, how, context, stop)),
    signOutUser: (user, context, stop) => ofUser(user, context, inner.signOutUser(user, context, stop)),
    confirmSignUp: (user, context, stop) => ofUser(user, context, inner.confirmSignUp(user, context, stop)),
    resetMfa: (user, context, stop) => ofUser(user, context, inner.resetMfa(user, context, stop)),
    createGroup: (name, fields, context, stop) =>
      ofGroup(name, context, inner.createGroup(name, fields, context, stop)),
    updateGroup: (name, patch, context, stop) =>
      ofGroup(name, context, inner.updateGroup(name, patch, context, stop)),
    deleteGroup: (name, context, stop) =>
      noted(
        context,
        inner.deleteGroup(name, context, stop),
        (deleted) => [{ kind: "group-deleted", name: deleted.name }],
        () => reader.group(name),
      ),
    async recover(stop) {
      const recovery = await inner.recover(stop);
      for (const { change } of [...recovery.recovered, ...recovery.failed]) {
        const { user, group } = change.target;
        if (group !== undefined) noteLater(() => reader.group(group));
        if (user !== undefined) noteLater(() => reader.sub(user, group === undefined ? [] : [group]));
      }
      return recovery;
    },
    async idle() {
      await inner.idle();
      await Promise.all(reading);
    },
  };
}

/** Refused before the first call. Everything else may have been made, or a part of it. */
const NOTHING_MADE: ReadonlySet<ErrorCode> = new Set([
  "invalid-argument",
  "unauthenticated",
  "permission-denied",
  "not-found",
  "failed-precondition",
  "throttled",
  "unimplemented",
  "resource-exhausted",
  "refused-by-guard",
]);

function mayHaveChanged(error: unknown): boolean {
  const { code, appliedEffects, reason, retryAt } = GovernanceError.from(error);
  if (appliedEffects.length > 0 || reason === "outcome-unknown") return true;
  // A bound refused it. To read again for each of these would ask AWS for as much as the bound keeps off.
  const isRefused = code === "unavailable" && reason === undefined && retryAt !== undefined;
  return !isRefused && !NOTHING_MADE.has(code);
}
