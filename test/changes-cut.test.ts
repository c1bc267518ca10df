import { afterEach, describe, expect, test } from "vitest";
import { Secret } from "../pkg/core/secret.ts";
import { verifyAuditFile } from "../pkg/ops/audit/verify-audit-file.ts";
import type { WriteContext } from "../pkg/provision/context.ts";
import type { Provisioner, UserRef } from "../pkg/provision/provisioner.ts";
import { people, person } from "./cognito/definitions.ts";
import type { Pool, PoolDefinition } from "./cognito/pool.ts";
import { never } from "./support/adapter.ts";
import { mortal } from "./support/mortal.ts";
import { asked, setStage, strike } from "./support/provision-stage.ts";

afterEach(strike);

const ann: UserRef = { by: "text", value: "ann" };

interface Scenario {
  readonly pool: Partial<PoolDefinition>;
  readonly change: (provisioner: Provisioner, context: WriteContext) => Promise<unknown>;
  /** Nothing in the pool can tell whether it was done. */
  readonly untold?: true;
}

const account = (over: object = {}) => ({
  login: "carl",
  emails: ["carl@example.com"],
  profile: new Map<string, unknown>([["given_name", "Carl"]]),
  credential: { kind: "none" } as const,
  ...over,
});

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  grant: {
    pool: { users: [person(1, { username: "ann" })], groups: ["team"] },
    change: (p, context) => p.grant(ann, "team", context, never),
  },
  revoke: {
    pool: { users: [person(1, { username: "ann", groups: ["team"] })], groups: ["team"] },
    change: (p, context) => p.revoke(ann, "team", context, never),
  },
  "create-account without a password": {
    pool: {},
    change: (p, context) => p.createAccount(account(), context, never),
  },
  "create-account with an invitation": {
    pool: {},
    change: (p, context) =>
      p.createAccount(account({ profile: new Map([["sendInviteEmail", true]]) }), context, never),
  },
  "create-account with a random password": {
    pool: {},
    change: (p, context) =>
      p.createAccount(account({ credential: { kind: "random", temporary: false } }), context, never),
  },
  "create-account in a pool of e-mail addresses": {
    pool: { usernameAttributes: ["email"] },
    change: (p, context) =>
      p.createAccount(
        account({ login: undefined, credential: { kind: "random", temporary: false } }),
        context,
        never,
      ),
  },
  "delete-user": {
    pool: { users: [person(1, { username: "ann", groups: ["team"] })], groups: ["team"] },
    change: (p, context) => p.deleteUser(ann, context, never),
  },
  "rotate-credential": {
    pool: { users: [person(1, { username: "ann" })] },
    change: (p, context) => p.rotateCredential(ann, { kind: "random", temporary: false }, context, never),
    untold: true,
  },
  "enable-user": {
    pool: { users: [person(1, { username: "ann", enabled: false })] },
    change: (p, context) => p.enableUser(ann, context, never),
  },
  "disable-user": {
    pool: { users: [person(1, { username: "ann" })] },
    change: (p, context) => p.disableUser(ann, { signOut: true }, context, never),
  },
  "update-user-attributes": {
    pool: { users: [person(1, { username: "ann" })] },
    change: (p, context) =>
      p.updateAttributes(
        ann,
        { set: new Map([["nickname", "Annie"]]), remove: ["locale", "zoneinfo"] },
        context,
        never,
      ),
  },
  "set-password": {
    pool: { users: [person(1, { username: "ann" })] },
    change: (p, context) =>
      p.setPassword(ann, new Secret("Correct-horse-1"), { permanent: true }, context, never),
    untold: true,
  },
  "reset-password": {
    pool: { users: [person(1, { username: "ann" })] },
    change: (p, context) => p.resetPassword(ann, context, never),
  },
  "resend-invitation": {
    pool: { users: [person(1, { username: "ann", status: "FORCE_CHANGE_PASSWORD" })] },
    change: (p, context) => p.resendInvitation(ann, context, never),
    untold: true,
  },
  "sign-out-user": {
    pool: { users: [person(1, { username: "ann" })] },
    change: (p, context) => p.signOutUser(ann, context, never),
  },
  "confirm-sign-up": {
    pool: { users: [person(1, { username: "ann", status: "UNCONFIRMED" })] },
    change: (p, context) => p.confirmSignUp(ann, context, never),
  },
  "reset-mfa": {
    pool: { users: [person(1, { username: "ann", mfa: ["SMS_MFA"] })] },
    change: (p, context) => p.resetMfa(ann, context, never),
    untold: true,
  },
  "create-group": {
    pool: {},
    change: (p, context) =>
      p.createGroup("team", { description: "Team", roleArn: undefined, precedence: 0 }, context, never),
  },
  "update-group": {
    pool: { groups: [{ name: "team", description: "Team" }] },
    change: (p, context) => p.updateGroup("team", { precedence: 3 }, context, never),
  },
  "delete-group": {
    pool: { users: people(2, () => ({ groups: ["team"] })), groups: ["team"] },
    change: (p, context) => p.deleteGroup("team", context, never),
  },
  "delete-group that must be emptied first": {
    pool: {
      users: people(3, () => ({ groups: ["team"] })),
      groups: ["team"],
      behaviour: { deleteGroup: "only-empty" },
    },
    change: (p, context) => p.deleteGroup("team", context, never),
  },
};

/** All that a change can alter and a read can tell; ids and dates of what is made anew are left out. */
function stateOf(pool: Pool): unknown {
  const users = pool.allUsers().map((user) => ({
    username: user.username === user.sub ? "generated" : user.username,
    attributes: Object.fromEntries([...user.attributes].sort()),
    enabled: user.enabled,
    status: user.status,
    mfa: user.mfaList,
    groups: pool.groupsOf(user.username, 0, 100).items.map(({ name }) => name),
  }));
  const groups = pool.groups(0, 100).items.map(({ name, description, precedence }) => ({
    name,
    description,
    precedence,
  }));
  return { users, groups };
}

describe.for(Object.entries(SCENARIOS))("%s, cut off at every moment", ([name, scenario]) => {
  test("ends in the whole change or none, or says what stands, and is told once", async () => {
    const whole = await setStage(scenario.pool);
    const before = stateOf(whole.pool);
    const life = mortal(0);
    await scenario.change(whole.another({ wrap: life.wrap }).provisioner, asked);
    const after = stateOf(whole.pool);
    expect(life.moments.length).toBeGreaterThan(8);

    const seen = new Map<string, string>();
    for (let at = 1; at <= life.moments.length; at += 1) {
      const stage = await setStage(scenario.pool);
      await stage.close();
      const dying = mortal(at);
      const first = stage.another({ wrap: dying.wrap });
      await expect(scenario.change(first.provisioner, asked)).rejects.toThrow();
      await first.close();
      const moment = `${at} ${dying.moments.at(-1)}`;

      const second = stage.another();
      const { settled, failed } = await second.provisioner.recover(never);
      expect(failed, moment).toEqual([]);
      expect(settled.length, moment).toBeLessThanOrEqual(1);
      const outcome = settled[0]?.outcome;
      const state = stateOf(stage.pool);
      const isWhole = JSON.stringify(state) === JSON.stringify(after);
      const isNone = JSON.stringify(state) === JSON.stringify(before);
      seen.set(moment, `${outcome ?? "closed"} ${isWhole ? "whole" : isNone ? "none" : "part"}`);

      // What recovery says is what is so.
      if (outcome === "done") expect(isWhole, moment).toBe(true);
      if (outcome === "failed" || outcome === "undone") expect(isNone, moment).toBe(true);
      if (outcome === "unknown") expect(scenario.untold, moment).toBe(true);
      if (outcome === undefined) expect(isWhole || isNone, moment).toBe(true);
      expect(outcome, moment).not.toBe("partial");
      expect(second.journal.adopt(), moment).toEqual([]);

      // One line in the audit log for the change, unless it had not even begun.
      const begun = dying.moments.includes("after journal.begin");
      const lines = stage.audit();
      if (begun) expect(lines, moment).toHaveLength(1);
      if (outcome !== undefined) expect(lines[0], moment).toMatchObject({ outcome });
      if (lines.length > 0) expect((await verifyAuditFile(stage.auditPath, {}, never)).problems).toEqual([]);

      // Whoever asked asks again.
      await scenario.change(second.provisioner, asked);
      expect(stateOf(stage.pool), moment).toEqual(after);
      await strikeStage(stage);
    }
    expect(new Set([...seen.values()]).size, `${name}: ${JSON.stringify([...seen])}`).toBeGreaterThan(1);
  }, 120_000);
});

async function strikeStage(stage: Awaited<ReturnType<typeof setStage>>): Promise<void> {
  await stage.server.close();
}
