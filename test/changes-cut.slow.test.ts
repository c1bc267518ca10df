import { afterEach, expect, test } from "vitest";
import { Secret } from "../pkg/core/secret.ts";
import { verifyAuditFile } from "../pkg/ops/audit/verify-audit-file.ts";
import type { Provisioner, UserRef, WriteContext } from "../pkg/provision/provisioner.ts";
import { people, person } from "./cognito/definitions.ts";
import type { Pool, PoolDefinition } from "./cognito/pool.ts";
import { never } from "./support/adapter.ts";
import { mortal } from "./support/mortal.ts";
import { asked } from "./support/provision-stage.ts";
import { createWholeStage, strike } from "./support/whole-stage.ts";

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
    attributes: Object.fromEntries([...user.attributes].toSorted(([a], [b]) => (a < b ? -1 : 1))),
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

/** What is wrong after a life that ended at the moment; nothing, if all is well. */
async function breaches(scenario: Scenario, at: number, before: unknown, after: unknown): Promise<string[]> {
  const stage = await createWholeStage(scenario.pool);
  await stage.close();
  const dying = mortal(at);
  const first = stage.process({ wrap: dying.wrap });
  const survived = await scenario.change(first.provisioner, asked).then(
    () => true,
    () => false,
  );
  await first.close();

  const second = stage.process({ sleep: async () => {} });
  const { recovered, failed } = await second.provisioner.recover(never);
  const outcome = recovered[0]?.outcome;
  const state = JSON.stringify(stateOf(stage.pool));
  const isWhole = state === JSON.stringify(after);
  const isNone = state === JSON.stringify(before);
  // A change that had not even begun has no line.
  const begun = dying.moments.includes("after journal.begin");
  const lines = stage.audit();
  const verdict = await verifyAuditFile(stage.auditPath, {}, never);
  const stillOpen = second.journal.claimOrphans().length;
  // Whoever asked asks again.
  await scenario.change(second.provisioner, asked);
  const final = JSON.stringify(stateOf(stage.pool));
  await stage.cognito.close();

  const wrong: readonly (readonly [boolean, string])[] = [
    [survived, "the process did not die"],
    [failed.length > 0 || stillOpen > 0, "the change is still open"],
    [recovered.length > 1, "one change was recovered twice"],
    [outcome === "done" && !isWhole, "done was said of what is not whole"],
    [(outcome === "failed" || outcome === "undone") && !isNone, `${outcome} was said, and something stands`],
    [outcome === "unknown" && scenario.untold !== true, "unknown was said of what can be told"],
    [outcome === "partial", "a part stands"],
    [outcome === undefined && !isWhole && !isNone, "a part stands, and nobody recovered it"],
    [lines.length !== (begun ? 1 : 0), `${lines.length} lines in the audit log`],
    [outcome !== undefined && lines[0]?.outcome !== outcome, `the audit log says ${lines[0]?.outcome}`],
    [verdict.problems.length > 0, "the audit log is broken"],
    [final !== JSON.stringify(after), "asked for again it did not end whole"],
  ];
  const moment = `${at} ${dying.moments.at(-1)}, recovered as ${outcome}`;
  return wrong.filter(([is]) => is).map(([, what]) => `${moment}: ${what}`);
}

test.for(Object.entries(SCENARIOS))(
  "%s, cut off at every moment, ends whole or not at all, or says what stands, and is told once",
  { timeout: 120_000 },
  async ([, scenario]) => {
    const stage = await createWholeStage(scenario.pool);
    const before = stateOf(stage.pool);
    const life = mortal(0);
    await scenario.change(stage.process({ wrap: life.wrap }).provisioner, asked);
    const after = stateOf(stage.pool);
    expect(life.moments.length).toBeGreaterThan(8);

    const wrong: string[] = [];
    for (let at = 1; at <= life.moments.length; at += 1) {
      wrong.push(...(await breaches(scenario, at, before, after)));
    }
    expect(wrong).toEqual([]);
  },
);
