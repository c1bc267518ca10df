import { beforeEach, describe, expect, test } from "vitest";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { Secret } from "../../../../pkg/core/secret.ts";
import type { Provisioner, UserRef, WriteContext } from "../../../../pkg/provision/provisioner.ts";
import type { OwnWrite } from "../../../../pkg/scim/records.ts";
import { fakeDirectory, someGroup, someUser } from "../../../../test/support/fake-directory.ts";
import {
  changed,
  failing,
  fakeProvisioner,
  fakeUser,
  nothingToDo,
} from "../../../../test/support/fake-provisioner.ts";
import { noteChanges } from "./noted-provisioner.ts";

const never = new AbortController().signal;
const context: WriteContext = { requester: { via: "grpc", name: "platform" }, dryRun: false };
const SUB = "00000000-0000-4000-8000-000000000007";
const ada: UserRef = { by: "id", value: SUB };

let writes: OwnWrite[];
let unnoted: unknown[];

beforeEach(() => {
  writes = [];
  unnoted = [];
});

/** A provisioner whose changes are noted, over a pool that is read again after a failure. */
function noted(
  different: Partial<Provisioner> = {},
  pool: Parameters<typeof fakeDirectory>[0] = {},
  failsToNote = false,
) {
  return noteChanges({
    provisioner: fakeProvisioner(different).provisioner,
    directory: fakeDirectory(pool).directory,
    records: {
      async wrote(all) {
        if (failsToNote) throw new Error("the disk is full");
        writes.push(...all);
      },
    },
    userIdKind: "sub",
    onUnnoted: (error) => unnoted.push(error),
    signal: never,
  });
}

const user = { kind: "user", user: fakeUser(ada) } as const;
const member = (kind: "member-added" | "member-removed", group: string): OwnWrite => ({
  kind,
  group,
  sub: SUB,
});

describe("a change that was made is noted:", () => {
  test.for<[string, (made: Provisioner) => Promise<unknown>, readonly OwnWrite[]]>([
    ["grant", (made) => made.grant(ada, "ops", context, never), [member("member-added", "ops")]],
    ["revoke", (made) => made.revoke(ada, "ops", context, never), [member("member-removed", "ops")]],
    [
      "deletion of a user",
      (made) => made.deleteUser(ada, context, never),
      [{ kind: "user-deleted", sub: SUB }],
    ],
    ["enabling", (made) => made.enableUser(ada, context, never), [user]],
    ["disabling", (made) => made.disableUser(ada, { signOut: true }, context, never), [user]],
    [
      "password",
      (made) => made.setPassword(ada, new Secret("x"), { permanent: true }, context, never),
      [user],
    ],
    ["sign-out", (made) => made.signOutUser(ada, context, never), [user]],
    ["confirmation", (made) => made.confirmSignUp(ada, context, never), [user]],
    [
      "deletion of a group",
      (made) => made.deleteGroup("ops", context, never),
      [{ kind: "group-deleted", name: "ops" }],
    ],
  ])("%s", async ([, change, expected]) => {
    await change(noted());
    expect(writes).toEqual(expected);
    expect(unnoted).toEqual([]);
  });

  test("a disabled user with the date that the pool has, which the change does not read", async () => {
    const inPool = someUser({ sub: SUB, username: fakeUser(ada).username, modifiedAt: new Date(7_000) });
    await noted({}, { users: [inPool] }).disableUser(ada, { signOut: true }, context, never);
    await noted(
      { enableUser: async () => nothingToDo({ user: fakeUser(ada) }) },
      { users: [inPool] },
    ).enableUser(ada, context, never);
    expect(writes).toMatchObject([{ user: { sub: SUB, modifiedAt: inPool.modifiedAt } }, user]);
  });

  test("creation of an account with its groups", async () => {
    const request = {
      login: "ada",
      emails: [],
      profile: new Map(),
      credential: { kind: "none" },
      groups: ["a", "b"],
    } as const;
    await noted().createAccount(request, context, never);
    const made = fakeUser({ by: "id", value: "sub-new" });
    expect(writes).toEqual([
      { kind: "user", user: made },
      { kind: "member-added", group: "a", sub: "sub-new" },
      { kind: "member-added", group: "b", sub: "sub-new" },
    ]);
  });

  test("several parts of a user", async () => {
    const made = noted({
      changeUser: async (_user, _change, given) =>
        changed(
          { user: fakeUser(ada), set: [], removed: [], pending: [], addedGroups: ["a"], removedGroups: [] },
          given,
        ),
    });
    await made.changeUser(ada, { addGroups: ["a"], removeGroups: ["b"] }, context, never);
    expect(writes).toEqual([user, member("member-added", "a"), member("member-removed", "b")]);
  });

  test("a change that was not needed, since lists may not know it", async () => {
    const made = noted({ grant: async () => nothingToDo({ user: fakeUser(ada), group: "ops" }) });
    await made.grant(ada, "ops", context, never);
    expect(writes).toEqual([member("member-added", "ops")]);
  });

  test("before the caller has its answer", async () => {
    const made = noted();
    const seen = await made.grant(ada, "ops", context, never).then(() => writes.length);
    expect(seen).toBe(1);
  });
});

test("a dry run is not noted, and neither is a change that was refused before its first call", async () => {
  const refused = new GovernanceError("refused-by-guard", "no");
  const made = noted({ grant: failing(refused) });
  await noted().disableUser(ada, { signOut: false }, { ...context, dryRun: true }, never);
  await expect(made.grant(ada, "ops", context, never)).rejects.toBe(refused);
  await made.idle();
  expect(writes).toEqual([]);
});

test("a change that was refused by a bound asks AWS for nothing", async () => {
  const refused = new GovernanceError("unavailable", "the change was not begun", { retryAt: new Date(1) });
  const { calls, directory } = fakeDirectory({});
  const made = noteChanges({
    provisioner: fakeProvisioner({ grant: failing(refused) }).provisioner,
    directory,
    records: { wrote: async () => {} },
    userIdKind: "sub",
    onUnnoted: (error) => unnoted.push(error),
    signal: never,
  });
  await expect(made.grant(ada, "ops", context, never)).rejects.toBe(refused);
  await made.idle();
  expect(calls).toEqual([]);
});

describe("a change that may have been made is read again:", () => {
  const lost = new GovernanceError("unavailable", "no answer", { reason: "outcome-unknown" });
  const inPool = someUser({ sub: SUB, username: "ada", attributes: { email: "ada@corp.test" } });

  test("the user as the pool has it, and the membership", async () => {
    const pool = { users: [inPool], groups: [someGroup("ops")], members: new Map([["ops", [inPool]]]) };
    const made = noted({ revoke: failing(lost), disableUser: failing(lost) }, pool);
    await expect(made.revoke(ada, "ops", context, never)).rejects.toBe(lost);
    await made.idle();
    expect(writes).toEqual([{ kind: "user", user: inPool }, member("member-added", "ops")]);
    writes = [];
    await expect(made.disableUser(ada, { signOut: false }, context, never)).rejects.toBe(lost);
    await made.idle();
    expect(writes).toEqual([{ kind: "user", user: inPool }]);
  });

  test("a user who is gone", async () => {
    const made = noted({ deleteUser: failing(lost) });
    await expect(made.deleteUser(ada, context, never)).rejects.toBe(lost);
    await made.idle();
    expect(writes).toEqual([{ kind: "user-deleted", sub: SUB }]);
  });

  test("an account by its name or its address", async () => {
    const made = noted({ createAccount: failing(lost) }, { users: [inPool] });
    const request = { profile: new Map(), credential: { kind: "none" } } as const;
    await expect(
      made.createAccount({ ...request, login: undefined, emails: ["ada@corp.test"] }, context, never),
    ).rejects.toBe(lost);
    await made.idle();
    expect(writes).toEqual([{ kind: "user", user: inPool }]);
  });

  test("a group, there or not", async () => {
    const ops = someGroup("ops");
    const made = noted({ updateGroup: failing(lost), deleteGroup: failing(lost) }, { groups: [ops] });
    await expect(made.updateGroup("ops", {}, context, never)).rejects.toBe(lost);
    await expect(made.deleteGroup("gone", context, never)).rejects.toBe(lost);
    await made.idle();
    expect(writes).toEqual([
      { kind: "group", group: ops },
      { kind: "group-deleted", name: "gone" },
    ]);
  });

  test("what was done before it stopped half way", async () => {
    const partial = new GovernanceError("permission-denied", "stopped", { appliedEffects: ["disabled"] });
    const made = noted({ deleteUser: failing(partial) }, { users: [inPool] });
    await expect(made.deleteUser(ada, context, never)).rejects.toBe(partial);
    await made.idle();
    expect(writes).toEqual([{ kind: "user", user: inPool }]);
  });

  test("what a killed process left", async () => {
    const change = {
      id: "c-1",
      kind: "grant",
      lock: "x",
      beganAtMs: 1,
      requester: context.requester,
      target: { user: SUB, group: "ops" },
      undo: undefined,
      hints: {},
      steps: [],
    } as const;
    const recovered = [{ change, outcome: "done", says: "" }] as const;
    const made = noted(
      { recover: async () => ({ recovered, failed: [] }) },
      { users: [inPool], groups: [someGroup("ops")], members: new Map([["ops", [inPool]]]) },
    );
    await made.recover(never);
    await made.idle();
    expect(writes).toEqual(
      expect.arrayContaining([{ kind: "user", user: inPool }, member("member-added", "ops")]),
    );
  });
});

test("a change whose note fails is made all the same, and it is said that lists lack it", async () => {
  const made = noted({}, {}, true);
  expect(await made.enableUser(ada, context, never)).toMatchObject({ outcome: "done" });
  expect(unnoted).toEqual([new Error("the disk is full")]);
});
