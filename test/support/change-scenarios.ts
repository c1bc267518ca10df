import { Secret } from "../../pkg/core/secret.ts";
import type { Provisioner, UserRef, WriteContext } from "../../pkg/provision/provisioner.ts";
import { people, person } from "../cognito/definitions.ts";
import type { Pool, PoolDefinition } from "../cognito/pool.ts";
import { never } from "./adapter.ts";

// Every kind of change, and what must hold when its process is killed at some moment.

const ann: UserRef = { by: "text", value: "ann" };

export interface Scenario {
  readonly pool: Partial<PoolDefinition>;
  readonly change: (provisioner: Provisioner, context: WriteContext) => Promise<unknown>;
  /** The pool does not show whether it was done. */
  readonly hidden?: true;
  /** What is left cannot be done without the caller, so the recovery names what is done and what is not. */
  readonly parts?: true;
}

const account = (over: object = {}) => ({
  login: "carl",
  emails: ["carl@example.com"],
  profile: new Map<string, unknown>([["given_name", "Carl"]]),
  credential: { kind: "none" } as const,
  ...over,
});

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
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
  "create-account disabled, with a password and a group": {
    pool: { groups: ["team"] },
    change: (p, context) =>
      p.createAccount(
        account({ credential: { kind: "random", temporary: false }, groups: ["team"], enabled: false }),
        context,
        never,
      ),
  },
  "create-account with a group": {
    pool: { groups: ["team"] },
    change: (p, context) => p.createAccount(account({ groups: ["team"] }), context, never),
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
    hidden: true,
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
  "change-user that takes access away": {
    pool: { users: [person(1, { username: "ann", groups: ["a", "b", "c"] })], groups: ["a", "b", "c"] },
    change: (p, context) => p.changeUser(ann, { removeGroups: ["a", "b", "c"] }, context, never),
  },
  "change-user that disables": {
    pool: { users: [person(1, { username: "ann", groups: ["team"] })], groups: ["team"] },
    change: (p, context) =>
      p.changeUser(ann, { enabled: false, signOut: true, removeGroups: ["team"] }, context, never),
  },
  "change-user that gives access": {
    pool: { users: [person(1, { username: "ann", enabled: false })], groups: ["a", "b"] },
    change: (p, context) =>
      p.changeUser(
        ann,
        { set: new Map([["nickname", "Annie"]]), addGroups: ["a", "b"], enabled: true },
        context,
        never,
      ),
    parts: true,
  },
  "change-user with every part": {
    pool: { users: [person(1, { username: "ann", groups: ["old"] })], groups: ["old", "new"] },
    change: (p, context) =>
      p.changeUser(
        ann,
        {
          set: new Map([["nickname", "Annie"]]),
          remove: ["locale"],
          password: { secret: new Secret("Correct-horse-1"), permanent: true },
          enabled: false,
          signOut: true,
          addGroups: ["new"],
          removeGroups: ["old"],
        },
        context,
        never,
      ),
    parts: true,
  },
  "set-password": {
    pool: { users: [person(1, { username: "ann" })] },
    change: (p, context) =>
      p.setPassword(ann, new Secret("Correct-horse-1"), { permanent: true }, context, never),
    hidden: true,
  },
  "reset-password": {
    pool: { users: [person(1, { username: "ann" })] },
    change: (p, context) => p.resetPassword(ann, context, never),
  },
  "resend-invitation": {
    pool: { users: [person(1, { username: "ann", status: "FORCE_CHANGE_PASSWORD" })] },
    change: (p, context) => p.resendInvitation(ann, { deliverBy: undefined }, context, never),
    hidden: true,
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
    hidden: true,
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

/** Everything that a change can alter and a read can show, without the ids and dates of what is created again. */
export function stateOf(pool: Pool): unknown {
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

/** The state before and after a whole change, as JSON. */
export interface Ends {
  readonly before: string;
  readonly after: string;
}

/** The state after the process was killed, after the next one recovered, and after the change was requested again. */
export interface Aftermath {
  readonly survived: boolean;
  readonly moments: readonly string[];
  readonly outcomes: readonly string[];
  /** Changes that are open after the recovery. */
  readonly open: number;
  /** As JSON: after the recovery, and after the change was requested again. */
  readonly state: string;
  readonly final: string;
  /** The outcomes in the audit log after the recovery. */
  readonly lines: readonly string[];
}

/** The problems; empty if there are none. */
export function breachesIn(scenario: Scenario, { before, after }: Ends, found: Aftermath): string[] {
  const { survived, moments, outcomes, open, state, final, lines } = found;
  const [outcome] = outcomes;
  const isWhole = state === after;
  const isNone = state === before;
  // A change that had not begun has no line.
  const begun = moments.includes("after journal.begin");
  const wrong: readonly (readonly [boolean, string])[] = [
    [survived, "the process did not die"],
    [open > 0, "the change is still open"],
    [outcomes.length > 1, "one change was recovered twice"],
    [outcome === "done" && !isWhole, "the outcome is done, and the change is not whole"],
    [
      (outcome === "failed" || outcome === "undone") && !isNone,
      `the outcome is ${outcome}, and something is done`,
    ],
    [outcome === "unknown" && scenario.hidden !== true, "the outcome is unknown, and a read shows it"],
    [outcome === "partial" && (scenario.parts !== true || isNone || isWhole), "a part is done"],
    [outcome === undefined && !isWhole && !isNone, "a part is done, and nothing recovered it"],
    [lines.length !== (begun ? 1 : 0), `${lines.length} lines in the audit log`],
    [outcome !== undefined && lines[0] !== outcome, `the audit log has ${lines[0]}`],
    [final !== after, "asked for again it did not end whole"],
  ];
  const moment = `${moments.length} ${moments.at(-1)}, recovered as ${outcome}`;
  return wrong.filter(([is]) => is).map(([, what]) => `${moment}: ${what}`);
}
