import { describe, expect, test } from "vitest";
import type { DirectoryWriter, Receipt } from "../core/directory-writer.ts";
import type { Group } from "../core/group.ts";
import { Secret } from "../core/secret.ts";
import type { User } from "../core/user.ts";
import { outdatingWriter } from "./outdating-writer.ts";

const never = new AbortController().signal;
const FIELDS = { description: undefined, roleArn: undefined, precedence: undefined };
const NEW_USER = { username: "ada", attributes: new Map(), temporaryPassword: undefined, inviteBy: [] };

const BORN = new Date("2024-02-03T04:05:06.789Z");
const USER: User = {
  sub: "6f1c0000-0000-4000-8000-000000000001",
  username: "ada",
  attributes: new Map(),
  enabled: true,
  status: "CONFIRMED",
  createdAt: BORN,
  modifiedAt: BORN,
  identities: [],
};
const GROUP: Group = { name: "team", ...FIELDS, createdAt: BORN, modifiedAt: BORN };

const USERS = ["users"];
const CHANGES: Readonly<
  Record<keyof DirectoryWriter, [(writer: DirectoryWriter) => Promise<unknown>, readonly string[]]>
> = {
  createUser: [(writer) => writer.createUser(NEW_USER, never), USERS],
  resendInvitation: [(writer) => writer.resendInvitation("ada", [], never), USERS],
  deleteUser: [(writer) => writer.deleteUser("ada", never), ["users", "all-members"]],
  enableUser: [(writer) => writer.enableUser("ada", never), USERS],
  disableUser: [(writer) => writer.disableUser("ada", never), USERS],
  signOutUser: [(writer) => writer.signOutUser("ada", never), []],
  clearMfa: [(writer) => writer.clearMfa("ada", ["SMS_MFA"], never), []],
  setAttributes: [(writer) => writer.setAttributes("ada", new Map(), never), USERS],
  deleteAttributes: [(writer) => writer.deleteAttributes("ada", [], never), USERS],
  setPassword: [(writer) => writer.setPassword("ada", new Secret("x"), true, never), USERS],
  resetPassword: [(writer) => writer.resetPassword("ada", never), USERS],
  confirmSignUp: [(writer) => writer.confirmSignUp("ada", never), USERS],
  addMember: [(writer) => writer.addMember("team", "ada", never), ["members team"]],
  removeMember: [(writer) => writer.removeMember("team", "ada", never), ["members team"]],
  createGroup: [(writer) => writer.createGroup("team", FIELDS, never), ["groups", "members team"]],
  updateGroup: [(writer) => writer.updateGroup("team", FIELDS, never), ["groups"]],
  deleteGroup: [(writer) => writer.deleteGroup("team", never), ["groups", "members team"]],
};

/** A writer whose calls do nothing but say their name, and end as `end` does. */
function sayingWriter(
  say: (method: keyof DirectoryWriter) => void,
  end: () => Promise<Receipt>,
): DirectoryWriter {
  const call = (method: keyof DirectoryWriter) => () => {
    say(method);
    return end();
  };
  return {
    createUser: async () => ({ ...(await call("createUser")()), made: USER }),
    resendInvitation: call("resendInvitation"),
    deleteUser: call("deleteUser"),
    enableUser: call("enableUser"),
    disableUser: call("disableUser"),
    signOutUser: call("signOutUser"),
    clearMfa: call("clearMfa"),
    setAttributes: call("setAttributes"),
    deleteAttributes: call("deleteAttributes"),
    setPassword: call("setPassword"),
    resetPassword: call("resetPassword"),
    confirmSignUp: call("confirmSignUp"),
    addMember: call("addMember"),
    removeMember: call("removeMember"),
    createGroup: async () => ({ ...(await call("createGroup")()), made: GROUP }),
    updateGroup: async () => ({ ...(await call("updateGroup")()), made: GROUP }),
    deleteGroup: call("deleteGroup"),
  };
}

const ENDS = {
  "that is made": () => Promise.resolve({ requestId: "r" }),
  "that fails": () => Promise.reject(new Error("not done")),
};

describe.for(Object.entries(ENDS))("a change %s", ([, end]) => {
  test.for(Object.entries(CHANGES))(
    "%s says before and after what it makes old",
    async ([name, [change, old]]) => {
      const said: string[] = [];
      const writer = outdatingWriter(
        sayingWriter((method) => said.push(method), end),
        (what) => said.push("groupName" in what ? `${what.kind} ${what.groupName}` : what.kind),
      );
      const [made] = await Promise.allSettled([change(writer)]);
      const [expected] = await Promise.allSettled([end()]);
      expect(made.status).toBe(expected.status);
      expect(said).toEqual([...old, name, ...old]);
    },
  );
});
