import { describe, expect, test } from "vitest";
import { people } from "../../test/cognito/definitions.ts";
import { never, refusal } from "../../test/support/adapter.ts";
import { asked, createStage } from "../../test/support/provision-stage.ts";
import { byId } from "../../test/support/user-changes.ts";
import { createKnownAccounts, rememberListed } from "./known-accounts.ts";

const account = (number: number) => ({ sub: `sub-${number}`, username: `user-${number}` });

/** A service that has listed its pool. */
async function listed(list: "users" | "members") {
  const stage = createStage({ groups: ["ops"], users: people(3, () => ({ groups: ["ops"] }), 5) });
  const accounts = createKnownAccounts();
  const directory = { ...stage.directory, ...rememberListed(stage.directory, accounts) };
  if (list === "users") await directory.listUsers({}, never);
  else await directory.listMembers("ops", {}, never);
  const { provisioner } = stage.process({ directory, accounts });
  const [user] = stage.pool.allUsers();
  if (user === undefined) throw new Error("no user");
  const callsOf = async (change: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = stage.cognito.stats.calls.length;
    await change();
    return stage.cognito.stats.calls.slice(before).map(({ operation }) => operation);
  };
  return { stage, provisioner, user, callsOf };
}

describe("PROVISION-12: an account that was listed is not searched for", () => {
  test.for(["users", "members"] as const)("after a page of %s", async (list) => {
    const { provisioner, user, callsOf } = await listed(list);
    const calls = await callsOf(() => provisioner.grant(byId(user.sub), "ops", asked, never));
    expect(calls).not.toContain("ListUsers");
    expect(calls).toContain("AdminGetUser");
  });

  test("and a change of one that is gone since then finds that out", async () => {
    const { stage, provisioner, user } = await listed("users");
    stage.pool.deleteUser(user.username);
    const refused = await refusal(provisioner.enableUser(byId(user.sub), asked, never));
    expect(refused).toMatchObject({ code: "not-found", reason: "user-gone" });
  });

  test("nor is one changed that has its username now", async () => {
    const { stage, provisioner, user } = await listed("users");
    stage.pool.deleteUser(user.username);
    stage.pool.addUser({ ...people(1, () => ({}), 9)[0], username: user.username });
    await refusal(provisioner.disableUser(byId(user.sub), { signOut: true }, asked, never));
    expect(stage.pool.stored(user.username)?.enabled).toBe(true);
    expect(stage.writes()).toEqual([]);
  });
});

describe("what is known of accounts", () => {
  test("is bounded: the oldest gives way, and listings displace no account of a change", () => {
    const known = createKnownAccounts();
    known.remember(account(0));
    for (let number = 1; number <= 10_001; number += 1) known.listed(account(number));
    expect([0, 1, 2, 10_001].map((number) => known.usernameOf(`sub-${number}`))).toEqual([
      "user-0",
      undefined,
      "user-2",
      "user-10001",
    ]);
  });

  test("is forgotten with the account", () => {
    const known = createKnownAccounts();
    known.remember(account(1));
    known.listed(account(1));
    known.forget("sub-1");
    expect(known.usernameOf("sub-1")).toBeUndefined();
  });
});
