import type { Directory } from "../../../../pkg/core/directory.ts";
import { type ErrorCode, GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Group } from "../../../../pkg/core/group.ts";
import type { User } from "../../../../pkg/core/user.ts";
import { isUuid } from "../../../../pkg/core/uuid.ts";
import type { Outcome, Provisioner, UserRef, WriteContext } from "../../../../pkg/provision/provisioner.ts";
import type { OwnWrite, ScimRecords } from "../../../../pkg/scim/records.ts";

export interface NotedProvisionerOptions {
  readonly provisioner: Provisioner;
  readonly directory: Pick<Directory, "findUsers" | "getGroup" | "listGroupsOfUser">;
  readonly records: Pick<ScimRecords, "wrote">;
  /** What `by: "id"` of a user is. */
  readonly userIdKind: "sub" | "username";
  /** A change was made, and lists show it after the next reading of the pool only. Must not throw. */
  readonly onUnnoted: (error: unknown) => void;
  /** Of the program: what is read again is read for nobody who could end it. */
  readonly signal: AbortSignal;
}

type Writes = readonly OwnWrite[];

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
    writesOf: (result: T) => Writes,
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
    await note(() => writesOf(outcome.result));
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
    enableUser: (user, context, stop) => ofUser(user, context, inner.enableUser(user, context, stop)),
    disableUser: (user, how, context, stop) =>
      ofUser(user, context, inner.disableUser(user, how, context, stop)),
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
  const { code, appliedEffects, reason } = GovernanceError.from(error);
  return appliedEffects.length > 0 || reason === "outcome-unknown" || !NOTHING_MADE.has(code);
}

function memberWrites(
  kind: "member-added" | "member-removed",
  user: Pick<User, "sub"> | undefined,
  groups: readonly string[],
): Writes {
  return user === undefined ? [] : groups.map((group) => ({ kind, group, sub: user.sub }));
}

/** Reads what the pool has now of a user or group, as writes. */
function subjectReader({ directory, userIdKind, signal }: NotedProvisionerOptions) {
  async function find({ by, value }: UserRef): Promise<readonly User[]> {
    if (by === "id") return await directory.findUsers(userIdKind, value, signal);
    return isUuid(value) ? await directory.findUsers("sub", value, signal) : await named([value]);
  }

  async function named(names: readonly (string | undefined)[]): Promise<readonly User[]> {
    const found: User[] = [];
    for (const name of names) {
      if (name === undefined) continue;
      const attribute = name.includes("@") ? "email" : "username";
      found.push(...(await directory.findUsers(attribute, name, signal)));
    }
    return found;
  }

  async function groupsOf(username: string): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    let marker: string | undefined;
    do {
      const page = await directory.listGroupsOfUser(username, { marker }, signal);
      for (const { name } of page.items) names.add(name);
      marker = page.next;
    } while (marker !== undefined);
    return names;
  }

  async function memberships(users: readonly User[], groups: readonly string[]): Promise<Writes> {
    const writes: OwnWrite[] = [];
    for (const user of users) {
      writes.push({ kind: "user", user });
      if (groups.length === 0) continue;
      const isIn = await groupsOf(user.username);
      writes.push(
        ...memberWrites(
          "member-added",
          user,
          groups.filter((name) => isIn.has(name)),
        ),
      );
      writes.push(
        ...memberWrites(
          "member-removed",
          user,
          groups.filter((name) => !isIn.has(name)),
        ),
      );
    }
    return writes;
  }

  const goneWrites = (sub: string): Writes => [{ kind: "user-deleted", sub }];

  return {
    async user(ref: UserRef): Promise<Writes> {
      const found = await find(ref);
      const isSub = ref.by === "id" ? userIdKind === "sub" : isUuid(ref.value);
      return found.length === 0 && isSub ? goneWrites(ref.value) : await memberships(found, []);
    },
    memberships: async (ref: UserRef, groups: readonly string[]): Promise<Writes> =>
      await memberships(await find(ref), groups),
    named: async (names: readonly (string | undefined)[]): Promise<Writes> =>
      await memberships(await named(names), []),
    async sub(sub: string, groups: readonly string[]): Promise<Writes> {
      const found = await directory.findUsers("sub", sub, signal);
      return found.length === 0 ? goneWrites(sub) : await memberships(found, groups);
    },
    async group(name: string): Promise<Writes> {
      try {
        return [{ kind: "group", group: await directory.getGroup(name, signal) }];
      } catch (error) {
        if (GovernanceError.from(error).code !== "not-found") throw error;
        return [{ kind: "group-deleted", name }];
      }
    },
  };
}
