import type { Directory } from "../../../../pkg/core/directory.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { User } from "../../../../pkg/core/user.ts";
import { isUuid } from "../../../../pkg/core/uuid.ts";
import { groupsOfUser } from "../../../../pkg/provision/groups/listings.ts";
import type { UserRef } from "../../../../pkg/provision/provisioner.ts";
import type { OwnWrite } from "../../../../pkg/scim/records.ts";

export type Writes = readonly OwnWrite[];

export interface SubjectReaderOptions {
  readonly directory: Pick<Directory, "findUsers" | "getGroup" | "getUser" | "listGroupsOfUser">;
  /** What `by: "id"` of a user is. */
  readonly userIdKind: "sub" | "username";
  /** Of the program: what is read again is read for nobody who could end it. */
  readonly signal: AbortSignal;
}

export function memberWrites(
  kind: "member-added" | "member-removed",
  user: Pick<User, "sub"> | undefined,
  groups: readonly string[],
): Writes {
  return user === undefined ? [] : groups.map((group) => ({ kind, group, sub: user.sub }));
}

/** Reads what the pool has now of a user or group, as writes. */
export function subjectReader({ directory, userIdKind, signal }: SubjectReaderOptions) {
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

  async function memberships(users: readonly User[], groups: readonly string[]): Promise<Writes> {
    const writes: OwnWrite[] = [];
    for (const user of users) {
      writes.push({ kind: "user", user });
      if (groups.length === 0) continue;
      const isIn = await groupsOfUser(directory, user.username, signal);
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
    /** With the date of its last change; as it is given where it cannot be read. */
    async dated(user: User): Promise<User> {
      try {
        const now = await directory.getUser(user.username, signal);
        return now.sub === user.sub ? now : user;
      } catch {
        return user;
      }
    },
    async user(ref: UserRef): Promise<Writes> {
      const found = await find(ref);
      const isSub = ref.by === "id" ? userIdKind === "sub" : isUuid(ref.value);
      return found.length === 0 && isSub ? goneWrites(ref.value) : await memberships(found, []);
    },
    memberships: async (ref: UserRef, groups: readonly string[]): Promise<Writes> =>
      await memberships(await find(ref), groups),
    named: async (names: readonly (string | undefined)[]): Promise<Writes> =>
      await memberships(await named(names), []),
    /** With every group that the user is in. */
    async whole(sub: string): Promise<Writes> {
      const [user] = await directory.findUsers("sub", sub, signal);
      if (user === undefined) return goneWrites(sub);
      const groups = await groupsOfUser(directory, user.username, signal);
      return [{ kind: "user", user }, ...memberWrites("member-added", user, [...groups])];
    },
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
