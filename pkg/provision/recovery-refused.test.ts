// A recovery whose own call is refused by AWS ends the change all the same: every later change of the target waits for it.
import { expect, test } from "vitest";
import { linkedPerson, person } from "../../test/cognito/definitions.ts";
import { never, refusal } from "../../test/support/adapter.ts";
import {
  asked,
  createStage,
  killedAt,
  killedDirectory,
  type When,
} from "../../test/support/provision-stage.ts";
import type { Operation } from "../core/operations.ts";
import type { Provisioner } from "./provisioner.ts";

const ann = { by: "text", value: "ann" } as const;
const pool = { users: [person(1, { username: "ann", groups: ["team", "old"] })], groups: ["team", "old"] };
const ending = { ...asked, endSessions: true };

interface Refused {
  readonly change: (provisioner: Provisioner) => Promise<unknown>;
  readonly killed: When;
  readonly call: Operation;
  readonly error: string;
  readonly outcome: string;
  readonly says: RegExp;
}

const CASES: Readonly<Record<string, Refused>> = {
  "a sign-out that may have been made": {
    change: (p) => p.signOutUser(ann, asked, never),
    killed: "before",
    call: "AdminUserGlobalSignOut",
    error: "AccessDeniedException",
    outcome: "unknown",
    says: /is enabled; the sessions of the user were not ended: .*; an earlier call may have ended them$/,
  },
  "the sign-out after a revoke": {
    change: (p) => p.revoke(ann, "team", ending, never),
    killed: "after",
    call: "AdminUserGlobalSignOut",
    error: "NotAuthorizedException",
    outcome: "partial",
    says: /is not in group team; the sessions of user \S+ were not ended: /,
  },
  "the sign-outs after the deletion of a group": {
    change: (p) => p.deleteGroup("team", ending, never),
    killed: "after",
    call: "AdminUserGlobalSignOut",
    error: "InvalidParameterException",
    outcome: "partial",
    says: /^group team is deleted; the sessions of user \S+ were not ended: /,
  },
  "the second half of a change of attributes": {
    change: (p) =>
      p.updateAttributes(ann, { set: new Map([["nickname", "Annie"]]), remove: ["locale"] }, asked, never),
    killed: "after",
    call: "AdminDeleteUserAttributes",
    error: "InvalidParameterException",
    outcome: "partial",
    says: /only the new values were set; locale could not be removed: /,
  },
  "a removal of attributes among several parts": {
    change: (p) =>
      p.changeUser(ann, { set: new Map([["nickname", "Annie"]]), remove: ["locale"] }, asked, never),
    killed: "after",
    call: "AdminDeleteUserAttributes",
    error: "AccessDeniedException",
    outcome: "partial",
    says: /only this was done: set nickname; not done: remove locale; ask for it again; locale could not be removed: /,
  },
  "a removal from a group among several parts": {
    change: (p) => p.changeUser(ann, { enabled: false, removeGroups: ["old"] }, asked, never),
    killed: "after",
    call: "AdminRemoveUserFromGroup",
    error: "AccessDeniedException",
    outcome: "partial",
    says: /only this was done: disable; not done: take out of group old; ask for it again; the user could not be taken out of group old: /,
  },
};

test.for(Object.entries(CASES))(
  "%s, refused by AWS, ends the recovery, which says what was not done",
  async ([, { change, killed, call, error, outcome, says }]) => {
    const stage = createStage(pool);
    const recovered = await killedAt(
      stage,
      1,
      killed,
      ({ provisioner }) => change(provisioner),
      () => {
        stage.cognito.script({ operation: call, error: { name: error } });
      },
    );
    expect(recovered.outcome).toBe(outcome);
    expect(recovered.says).toMatch(says);
    const { provisioner } = stage.process();
    expect((await provisioner.enableUser(ann, asked, never)).outcome).toMatch(/^(done|nothing-to-do)$/);
  },
);

async function afterKilled(change: (provisioner: Provisioner) => Promise<unknown>) {
  const stage = createStage(pool);
  const { doomed, died } = killedDirectory(stage.directory, 1, "before");
  const victim = stage.process({ directory: doomed });
  void change(victim.provisioner).catch(() => undefined);
  await died;
  victim.journal.die();
  return { stage, provisioner: stage.process().provisioner };
}

test("a change that waits for a recovery that cannot look ends with its line, and leaves nothing open", async () => {
  const { stage, provisioner } = await afterKilled((p) => p.revoke(ann, "team", asked, never));
  stage.cognito.script({
    operation: "AdminListGroupsForUser",
    times: 3,
    error: { name: "InternalErrorException" },
  });
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const failure = await refusal(provisioner.revoke(ann, "team", asked, never));
    expect(failure.code).toBe("unavailable");
    expect(failure.message).toMatch(
      /^change \S+ of the same target was cut off, and must be recovered first: /,
    );
    expect(stage.disk.changes).toHaveLength(1);
    expect(stage.audit.records).toHaveLength(attempt);
  }
  expect(await provisioner.revoke(ann, "team", asked, never)).toMatchObject({ outcome: "done" });
  expect(stage.disk.changes).toEqual([]);
  expect(stage.audit.records.map(({ outcome }) => outcome)).toEqual([
    "failed",
    "failed",
    "failed",
    "failed",
    "done",
  ]);
});

test("a change that waits for a recovery whose own call is lost is not reported as perhaps made", async () => {
  const { stage, provisioner } = await afterKilled((p) => p.signOutUser(ann, asked, never));
  stage.cognito.script({ operation: "AdminUserGlobalSignOut", times: 1, cut: "after" });
  const failure = await refusal(provisioner.revoke(ann, "team", asked, never));
  expect(failure).toMatchObject({ code: "unavailable", reason: undefined, appliedEffects: [] });
  expect(stage.audit.records).toMatchObject([{ kind: "revoke", outcome: "failed", reason: undefined }]);
  expect(await provisioner.revoke(ann, "team", asked, never)).toMatchObject({ outcome: "done" });
});

test("where several accounts have the address of a creation, its recovery ends as unknown", async () => {
  const stage = createStage({ usernameAttributes: ["email", "phone_number"] });
  const email = "ann@example.com";
  const wish = {
    login: undefined,
    emails: [email],
    profile: new Map(),
    credential: { kind: "none" },
  } as const;
  const recovered = await killedAt(
    stage,
    1,
    "before",
    ({ provisioner }) => provisioner.createAccount(wish, asked, never),
    () => {
      for (const index of [1, 2]) {
        const attributes = { email, email_verified: "false", phone_number: `+1555000000${index}` };
        stage.pool.addUser(person(index, { attributes }));
      }
      // By an address that is not verified AWS finds no user.
      stage.cognito.script({ operation: "AdminGetUser", times: 1, error: { name: "UserNotFoundException" } });
    },
  );
  expect(recovered.outcome).toBe("unknown");
  expect(recovered.says).toMatch(/2 accounts have it already/);
});

test("where AWS answers another account for the one that was changed, the recovery ends as unknown", async () => {
  const [local, external] = linkedPerson(1);
  const stage = createStage({ users: [external], groups: ["team"] });
  const profile = { by: "text", value: external.username ?? "" } as const;
  const recovered = await killedAt(
    stage,
    1,
    "before",
    ({ provisioner }) => provisioner.grant(profile, "team", asked, never),
    () => {
      stage.pool.addUser(local);
    },
  );
  expect(recovered.outcome).toBe("unknown");
  expect(recovered.says).toMatch(/AWS answers another account/);
});
