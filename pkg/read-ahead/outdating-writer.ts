import type { DirectoryWriter } from "../core/directory-writer.ts";
import type { Outdated } from "../core/read-ahead.ts";

const USERS: readonly Outdated[] = [{ kind: "users" }];
const DELETED_USER: readonly Outdated[] = [{ kind: "users" }, { kind: "all-members" }];

/**
 * Says what each change makes old, before it is sent and again when it has ended: a page that was read meanwhile may be of
 * before. A change that failed may have been made all the same.
 */
export function outdatingWriter(
  writer: DirectoryWriter,
  outdated: (what: Outdated) => void,
): DirectoryWriter {
  async function around<T>(what: readonly Outdated[], change: () => Promise<T>): Promise<T> {
    for (const each of what) outdated(each);
    try {
      return await change();
    } finally {
      for (const each of what) outdated(each);
    }
  }
  const members = (groupName: string): Outdated => ({ kind: "members", groupName });

  return {
    createUser: (...args) => around(USERS, () => writer.createUser(...args)),
    resendInvitation: (...args) => around(USERS, () => writer.resendInvitation(...args)),
    deleteUser: (...args) => around(DELETED_USER, () => writer.deleteUser(...args)),
    enableUser: (...args) => around(USERS, () => writer.enableUser(...args)),
    disableUser: (...args) => around(USERS, () => writer.disableUser(...args)),
    // No listing shows the sessions of a user or its second factors.
    signOutUser: (...args) => writer.signOutUser(...args),
    clearMfa: (...args) => writer.clearMfa(...args),
    setAttributes: (...args) => around(USERS, () => writer.setAttributes(...args)),
    deleteAttributes: (...args) => around(USERS, () => writer.deleteAttributes(...args)),
    setPassword: (...args) => around(USERS, () => writer.setPassword(...args)),
    resetPassword: (...args) => around(USERS, () => writer.resetPassword(...args)),
    confirmSignUp: (...args) => around(USERS, () => writer.confirmSignUp(...args)),
    addMember: (name, ...args) => around([members(name)], () => writer.addMember(name, ...args)),
    removeMember: (name, ...args) => around([members(name)], () => writer.removeMember(name, ...args)),
    createGroup: (name, ...args) =>
      around([{ kind: "groups" }, members(name)], () => writer.createGroup(name, ...args)),
    updateGroup: (...args) => around([{ kind: "groups" }], () => writer.updateGroup(...args)),
    deleteGroup: (name, ...args) =>
      around([{ kind: "groups" }, members(name)], () => writer.deleteGroup(name, ...args)),
  };
}
