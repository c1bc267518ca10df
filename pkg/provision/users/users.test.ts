import { describe, expect, test } from "vitest";
import { federatedPerson, linkedPerson, person } from "../../../test/cognito/definitions.ts";
import type { StoredUser } from "../../../test/cognito/stored-user.ts";
import { never, refusal } from "../../../test/support/adapter.ts";
import { asked, createStage, dryRun, killedAt, type Stage } from "../../../test/support/provision-stage.ts";
import { GovernanceError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { UserRef } from "../provisioner.ts";

const ann: UserRef = { by: "text", value: "ann" };
const users = [person(1, { username: "ann", mfa: ["SMS_MFA"] })];

function stored(stage: Stage, username = "ann"): StoredUser {
  const user = stage.pool.stored(username);
  if (user === undefined) throw new Error(`no ${username}`);
  return user;
}

const set = (entries: Record<string, unknown>) => ({ set: new Map(Object.entries(entries)), remove: [] });

describe("disabling", () => {
  test("mark 47: disables and ends the sessions, in this order", async () => {
    const stage = createStage({ users });
    const outcome = await stage.provisioner.disableUser(ann, { signOut: true }, asked, never);
    expect(outcome).toMatchObject({ outcome: "done", result: { user: { enabled: false } } });
    expect(stage.writes()).toEqual(["AdminDisableUser", "AdminUserGlobalSignOut"]);
    // The server counts disabling as a sign-out too.
    expect(stored(stage)).toMatchObject({ enabled: false, signOuts: 2 });
  });

  test("again has the same end state, and the sessions are ended again", async () => {
    const stage = createStage({ users });
    await stage.provisioner.disableUser(ann, { signOut: true }, asked, never);
    const again = await stage.provisioner.disableUser(ann, { signOut: true }, asked, never);
    expect(again.planned).toEqual(["AdminUserGlobalSignOut"]);
    const without = await stage.provisioner.disableUser(ann, { signOut: false }, asked, never);
    expect(without.outcome).toBe("nothing-to-do");
    expect(stored(stage).enabled).toBe(false);
  });

  test("D22: is done when the sign-out is denied, and names the sessions and the missing action", async () => {
    const warned: string[] = [];
    const stage = createStage(
      { users },
      { onWarning: ({ kind }, warning) => warned.push(`${kind} ${warning}`) },
    );
    stage.cognito.script({
      operation: "AdminUserGlobalSignOut",
      error: { name: "AccessDeniedException" },
    });
    const outcome = await stage.provisioner.disableUser(ann, { signOut: true }, asked, never);
    expect(outcome).toMatchObject({ outcome: "done", result: { user: { enabled: false } } });
    expect(outcome.warnings).toEqual([
      expect.stringMatching(/^the sessions of the user were not ended: .*cognito-idp:AdminUserGlobalSignOut/),
    ]);
    expect(warned).toEqual([`disable-user ${outcome.warnings[0]}`]);
    expect(stage.audit.records).toMatchObject([
      {
        outcome: "partial",
        steps: [
          { operation: "AdminDisableUser", state: "done" },
          { operation: "AdminUserGlobalSignOut", state: "not-done", code: "permission-denied" },
        ],
      },
    ]);
    const again = await stage.provisioner.disableUser(ann, { signOut: true }, asked, never);
    expect(again).toMatchObject({ outcome: "nothing-to-do" });
    expect(again.warnings).toHaveLength(1);
  });

  test("D22: a sign-out that was asked for by itself fails when it is denied", async () => {
    const stage = createStage({ users });
    stage.cognito.script({ operation: "AdminUserGlobalSignOut", error: { name: "AccessDeniedException" } });
    const failed = await refusal(stage.provisioner.signOutUser(ann, asked, never));
    expect(failed).toMatchObject({ code: "permission-denied", appliedEffects: [] });
  });

  test("D22: killed before the sign-out, is recovered in part where the sign-out is denied", async () => {
    const stage = createStage({ users });
    stage.cognito.script({ operation: "AdminUserGlobalSignOut", error: { name: "AccessDeniedException" } });
    const recovered = await killedAt(stage, 1, "after", ({ provisioner }) =>
      provisioner.disableUser(ann, { signOut: true }, asked, never),
    );
    expect(recovered.outcome).toBe("partial");
    expect(recovered.says).toMatch(/is disabled; the sessions of the user were not ended: .*GlobalSignOut/);
  });

  test.for([
    ["UnknownOperationException", "unimplemented"],
    ["InvalidParameterException", "failed-precondition"],
    ["NotAuthorizedException", "permission-denied"],
    ["TooManyRequestsException", "throttled"],
    ["UserNotFoundException", "not-found"],
  ] as const)(
    "D22: is done when the sign-out ends with %s, and the warning says why the sessions were not ended",
    async ([name, code]) => {
      const stage = createStage({ users });
      stage.cognito.script({ operation: "AdminUserGlobalSignOut", error: { name } });
      const outcome = await stage.provisioner.disableUser(ann, { signOut: true }, asked, never);
      expect(outcome).toMatchObject({ outcome: "done", result: { user: { enabled: false } } });
      expect(outcome.warnings).toEqual([
        expect.stringMatching(/^the sessions of the user were not ended: AdminUserGlobalSignOut: /),
      ]);
      expect(stage.audit.records).toMatchObject([
        { outcome: "partial", steps: [{ state: "done" }, { state: "not-done", code }] },
      ]);
      const alone = await refusal(stage.provisioner.signOutUser(ann, asked, never));
      expect(alone).toMatchObject({ code, appliedEffects: [] });
    },
  );

  test("L-01: whose second call has no answer reports exactly what was done, and leaves the user disabled", async () => {
    const stage = createStage({ users });
    stage.cognito.script({ operation: "AdminUserGlobalSignOut", cut: "mid-answer" });
    const failed = await refusal(stage.provisioner.disableUser(ann, { signOut: true }, asked, never));
    expect(failed.appliedEffects).toEqual([`AdminDisableUser is done (user ${stored(stage).sub})`]);
    expect(failed.message).toContain("AdminDisableUser is done");
    expect(stored(stage).enabled).toBe(false);
    expect(stage.audit.records).toMatchObject([
      {
        outcome: "partial",
        steps: [
          { operation: "AdminDisableUser", state: "done" },
          { operation: "AdminUserGlobalSignOut", state: "unknown" },
        ],
      },
    ]);
  });

  test("mark 48, L-05: the status is another axis: a new person can be disabled and enabled", async () => {
    const stage = createStage({
      users: [person(1, { username: "ann", status: "FORCE_CHANGE_PASSWORD" })],
    });
    const off = await stage.provisioner.disableUser(ann, { signOut: true }, asked, never);
    expect(off.result.user).toMatchObject({ enabled: false, status: "FORCE_CHANGE_PASSWORD" });
    const on = await stage.provisioner.enableUser(ann, asked, never);
    expect(on.result.user).toMatchObject({ enabled: true, status: "FORCE_CHANGE_PASSWORD" });
    expect((await stage.provisioner.enableUser(ann, asked, never)).outcome).toBe("nothing-to-do");
  });

  test("makes no call but its own and the reading before it, once the account is known", async () => {
    const stage = createStage({ users });
    await stage.provisioner.disableUser(ann, { signOut: false }, asked, never);
    const known: UserRef = { by: "id", value: stored(stage).sub };
    const before = stage.cognito.stats.calls.length;
    await stage.provisioner.enableUser(known, asked, never);
    await stage.provisioner.disableUser(known, { signOut: true }, asked, never);
    expect(stage.cognito.stats.calls.slice(before).map(({ operation }) => operation)).toEqual([
      "AdminGetUser",
      "AdminEnableUser",
      "AdminGetUser",
      "AdminDisableUser",
      "AdminUserGlobalSignOut",
    ]);
  });

  test("has its own ceiling, which a repetition does not use up", async () => {
    const two = [person(1, { username: "ann" }), person(2, { username: "bob" })];
    const stage = createStage({ users: two }, { policy: { maxDisablesPerHour: 1 } });
    await stage.provisioner.disableUser(ann, { signOut: true }, asked, never);
    await stage.provisioner.disableUser(ann, { signOut: true }, asked, never);
    const bob: UserRef = { by: "text", value: "bob" };
    const refused = await refusal(stage.provisioner.disableUser(bob, { signOut: true }, asked, never));
    expect(refused.code).toBe("refused-by-guard");
    expect(refused.message).toContain("--max-disables-per-hour");
    expect(stored(stage, "bob").enabled).toBe(true);
  });

  test("says what its ceiling still allows, and is done also when that cannot be read", async () => {
    const stage = createStage({ users }, { policy: { maxDisablesPerHour: 5 } });
    const off = await stage.provisioner.disableUser(ann, { signOut: false }, asked, never);
    expect(off.limits).toEqual([{ budget: "disables", limit: 5, spent: 1 }]);
    await stage.provisioner.enableUser(ann, asked, never);
    const unreadable = stage.process({
      journal: (inner) => ({
        ...inner,
        spent() {
          throw new GovernanceError("failed-precondition", "cannot read the journal");
        },
      }),
    });
    const again = await unreadable.provisioner.disableUser(ann, { signOut: false }, asked, never);
    expect([again.outcome, again.limits]).toEqual(["done", undefined]);
  });

  test("that fails gives its place under the ceiling back", async () => {
    const stage = createStage({ users }, { policy: { maxDisablesPerHour: 1 } });
    const rule = stage.cognito.script({
      operation: "AdminDisableUser",
      times: 1,
      error: { name: "InvalidParameterException" },
    });
    await refusal(stage.provisioner.disableUser(ann, { signOut: false }, asked, never));
    expect(rule.fired).toBe(1);
    expect((await stage.provisioner.disableUser(ann, { signOut: false }, asked, never)).outcome).toBe("done");
  });
});

describe("attributes", () => {
  test("mark 44: booleans and numbers go as text, custom ones with their prefix", async () => {
    const stage = createStage({
      users,
      schema: [
        { name: "custom:level", type: "Number" },
        { name: "custom:active", type: "Boolean" },
      ],
    });
    const outcome = await stage.provisioner.updateAttributes(
      ann,
      set({ level: 7, "custom:active": true, nickname: "Annie" }),
      asked,
      never,
    );
    expect([...outcome.result.set].sort()).toEqual(["custom:active", "custom:level", "nickname"]);
    const { attributes } = stored(stage);
    expect(attributes.get("custom:level")).toBe("7");
    expect(attributes.get("custom:active")).toBe("true");
  });

  test.for([
    [{ shoe_size: "41" }, "profile.shoe_size"],
    [{ sub: "x" }, "profile.sub"],
    [{ "custom:badge": "2" }, "profile.custom:badge"],
    [{ email: "not an e-mail" }, "profile.email"],
    [{ phone_number: "0151 123" }, "profile.phone_number"],
    [{ nickname: "" }, "profile.nickname"],
    [{ "custom:level": "many" }, "profile.custom:level"],
  ] as const)("mark 44, mark 45: %j is refused before any write and names %s", async ([entries, field]) => {
    const stage = createStage({
      users,
      schema: [
        { name: "custom:badge", mutable: false },
        { name: "custom:level", type: "Number" },
      ],
    });
    const refused = await refusal(stage.provisioner.updateAttributes(ann, set(entries), asked, never));
    expect(refused.code).toBe("invalid-argument");
    expect(refused.message).toContain(`${field}:`);
    const said = Object.values(entries).filter(
      (value) => value.length > 3 && refused.message.includes(value),
    );
    expect(said).toEqual([]);
    expect(stage.writes()).toEqual([]);
  });

  test("mark 43: a new e-mail says whether it is verified: true only when the caller vouches", async () => {
    const stage = createStage({ users });
    await stage.provisioner.updateAttributes(ann, set({ email: "new@example.com" }), asked, never);
    expect(stored(stage).attributes.get("email_verified")).toBe("false");
    await stage.provisioner.updateAttributes(
      ann,
      set({ email: "newer@example.com", email_verified: true }),
      asked,
      never,
    );
    expect(stored(stage).attributes.get("email")).toBe("newer@example.com");
    expect(stored(stage).attributes.get("email_verified")).toBe("true");
  });

  test("mark 43: where the pool verifies it first, the old value stays, and the answer says so", async () => {
    const stage = createStage({ users, verifyBeforeUpdate: ["email"] });
    const before = stored(stage).attributes.get("email");
    const outcome = await stage.provisioner.updateAttributes(
      ann,
      set({ email: "new@example.com", nickname: "Annie" }),
      asked,
      never,
    );
    expect(outcome.result).toMatchObject({ set: ["nickname"], pending: ["email"] });
    expect(stored(stage).attributes.get("email")).toBe(before);
  });

  test("where the pool verifies it first, a lost answer is no proof that nothing was sent", async () => {
    const stage = createStage({ users, verifyBeforeUpdate: ["email"] });
    stage.cognito.script({ operation: "AdminUpdateUserAttributes", cut: "after" });
    const email = set({ email: "new@example.com" });
    const failed = await refusal(stage.provisioner.updateAttributes(ann, email, asked, never));
    expect(failed).toMatchObject({ code: "unavailable", reason: "outcome-unknown" });
    expect(failed.message).not.toContain("was not made");
    expect(failed.appliedEffects.join()).toContain("it is not known whether the change was made");
    expect(stage.audit.records).toMatchObject([{ outcome: "unknown" }]);
    const both = set({ email: "new@example.com", nickname: "Annie" });
    const outcome = await stage.provisioner.updateAttributes(ann, both, asked, never);
    expect(outcome).toMatchObject({ outcome: "done", result: { set: ["nickname"], pending: ["email"] } });
  });

  test.for([
    ["before", { email: "new@example.com" }, "unknown"],
    ["after", { email: "new@example.com" }, "unknown"],
    ["before", { email: "new@example.com", nickname: "Annie" }, "failed"],
    ["after", { email: "new@example.com", nickname: "Annie" }, "done"],
  ] as const)(
    "where the pool verifies it first, a process killed %s the call for %o leaves it %s",
    async ([when, values, outcome]) => {
      const stage = createStage({ users, verifyBeforeUpdate: ["email"] });
      const recovered = await killedAt(stage, 1, when, ({ provisioner }) =>
        provisioner.updateAttributes(ann, set(values), asked, never),
      );
      expect(recovered.outcome).toBe(outcome);
    },
  );

  test("the audit log names what was written, and no value", async () => {
    const stage = createStage({ users });
    const change = { set: new Map([["email", "new@example.com"]]), remove: ["locale", "nickname"] };
    await stage.provisioner.updateAttributes(ann, change, asked, never);
    expect(stage.audit.records[0]?.undo).toEqual({ fields: ["email", "email_verified", "locale"] });
    await stage.provisioner.updateAttributes(ann, set({ nickname: "Annie" }), asked, never);
    expect(stage.audit.records[1]?.undo).toEqual({ fields: ["nickname"] });
  });

  test("a verified flag without the address is refused", async () => {
    const stage = createStage({ users: [person(1, { username: "ann", attributes: { email: null } })] });
    const refused = await refusal(
      stage.provisioner.updateAttributes(ann, set({ email_verified: true }), asked, never),
    );
    expect(refused.message).toContain("profile.email_verified:");
  });

  test.for(["succeed", "refuse"] as const)(
    "removes what is there and passes over the rest (a server where that would %s)",
    async (deleteUnsetAttribute) => {
      const stage = createStage({ users, behaviour: { deleteUnsetAttribute } });
      const change = { set: new Map(), remove: ["locale", "nickname"] };
      const outcome = await stage.provisioner.updateAttributes(ann, change, asked, never);
      expect(outcome.result.removed).toEqual(["locale"]);
      expect(stored(stage).attributes.has("locale")).toBe(false);
      const again = await stage.provisioner.updateAttributes(ann, change, asked, never);
      expect(again.outcome).toBe("nothing-to-do");
    },
  );

  test.for([
    [["sub"], "remove[0]"],
    [["email", "custom:badge"], "remove[1]"],
    [["email"], "remove[0]"],
  ] as const)("mark 44: %j cannot be removed", async ([remove, field]) => {
    const schema = [
      { name: "custom:badge", mutable: false },
      ...(remove.length === 1 ? [{ name: "email", required: true }] : []),
    ];
    const stage = createStage({ users, schema });
    const refused = await refusal(
      stage.provisioner.updateAttributes(ann, { set: new Map(), remove }, asked, never),
    );
    expect(refused.code).toBe("invalid-argument");
    expect(refused.message).toContain(`${field}:`);
    expect(stage.writes()).toEqual([]);
  });

  test("of which one half fails reports which half was done", async () => {
    const stage = createStage({ users });
    stage.cognito.script({
      operation: "AdminDeleteUserAttributes",
      error: { name: "InvalidParameterException" },
    });
    const change = { set: new Map([["nickname", "Annie"]]), remove: ["locale"] };
    const failed = await refusal(stage.provisioner.updateAttributes(ann, change, asked, never));
    expect(failed.appliedEffects).toHaveLength(1);
    expect(failed.appliedEffects[0]).toContain("AdminUpdateUserAttributes is done");
    expect(stored(stage).attributes.get("nickname")).toBe("Annie");
  });

  test("to what they are already have nothing to do", async () => {
    const stage = createStage({ users });
    const email = stored(stage).attributes.get("email");
    const outcome = await stage.provisioner.updateAttributes(ann, set({ email }), asked, never);
    expect(outcome.outcome).toBe("nothing-to-do");
    expect(stage.writes()).toEqual([]);
  });
});

describe("mark 29: a profile of an identity provider", () => {
  test.for(["external", "linked"] as const)("(%s) keeps its password and attributes", async (which) => {
    const profile = which === "external" ? federatedPerson(1) : linkedPerson(1)[0];
    const stage = createStage({ users: [profile] });
    const who: UserRef = { by: "text", value: profile.username ?? "" };
    const secret = new Secret("Correct-horse-1");
    const attempts = [
      () => stage.provisioner.setPassword(who, secret, { permanent: true }, asked, never),
      () => stage.provisioner.updateAttributes(who, set({ nickname: "x" }), asked, never),
      () => stage.provisioner.resetPassword(who, asked, never),
    ];
    for (const attempt of attempts) {
      const refused = await refusal(attempt());
      expect(refused.code).toBe("refused-by-guard");
      expect(refused.message).toContain("--allow-federated-writes");
    }
    expect(stage.writes()).toEqual([]);
    const allowed = stage.process({ policy: { allowFederatedWrites: true } });
    const outcome = await allowed.provisioner.updateAttributes(who, set({ nickname: "x" }), asked, never);
    expect(outcome.outcome).toBe("done");
  });
});

describe("passwords", () => {
  test("L-17, mark 41: are checked against the pool's policy first, and set as permanent or temporary", async () => {
    const stage = createStage({ users, passwordPolicy: { minimumLength: 12 } });
    const weak = new Secret("Short-1");
    const refused = await refusal(
      stage.provisioner.setPassword(ann, weak, { permanent: true }, asked, never),
    );
    expect(refused).toMatchObject({ code: "invalid-argument", reason: "password-refused" });
    expect(refused.message).not.toContain("Short-1");
    expect(stage.writes()).toEqual([]);
    const strong = new Secret("Correct-horse-1");
    const once = await stage.provisioner.setPassword(ann, strong, { permanent: false }, asked, never);
    expect(once.result.user.status).toBe("FORCE_CHANGE_PASSWORD");
    const good = await stage.provisioner.setPassword(ann, strong, { permanent: true }, asked, never);
    expect(good.result.user.status).toBe("CONFIRMED");
    expect(stored(stage).passwords[0]).toBe("Correct-horse-1");
  });

  test("whose answer is lost are sent once more; that the pool knows them already is the proof", async () => {
    const stage = createStage({ users, passwordPolicy: { historySize: 3 } });
    const rule = stage.cognito.script({ operation: "AdminSetUserPassword", times: 1, cut: "after" });
    const secret = new Secret("Correct-horse-1");
    const outcome = await stage.provisioner.setPassword(ann, secret, { permanent: true }, asked, never);
    expect(rule.fired).toBe(1);
    expect(outcome.outcome).toBe("done");
    expect(stored(stage).passwords[0]).toBe("Correct-horse-1");
  });

  test("that never arrive and are refused as old ones when sent once more are not reported as set", async () => {
    const stage = createStage({ users, passwordPolicy: { historySize: 3 } });
    const setTo = (text: string) =>
      stage.provisioner.setPassword(ann, new Secret(text), { permanent: true }, asked, never);
    await setTo("Correct-horse-1");
    await setTo("Correct-horse-2");
    stage.cognito.script({ operation: "AdminSetUserPassword", times: 1, cut: "before" });
    const failure = await refusal(setTo("Correct-horse-1"));
    expect(stored(stage).passwords[0]).toBe("Correct-horse-2");
    expect(failure.reason).toBe("outcome-unknown");
    expect(stage.audit.records.at(-1)).toMatchObject({ outcome: "unknown" });
  });

  test("mark 49: a reset is checked first: disabled, never signed in, without a verified contact", async () => {
    const cases = [
      person(1, { username: "ann", enabled: false }),
      person(1, { username: "ann", status: "FORCE_CHANGE_PASSWORD" }),
      person(1, { username: "ann", attributes: { email_verified: "false", phone_number: null } }),
    ];
    for (const user of cases) {
      const stage = createStage({ users: [user] });
      const refused = await refusal(stage.provisioner.resetPassword(ann, asked, never));
      expect(refused).toMatchObject({ code: "failed-precondition", reason: "user-state" });
      expect(stage.writes()).toEqual([]);
    }
  });

  test("L-17: a reset leaves RESET_REQUIRED, also when its answer is lost", async () => {
    const stage = createStage({ users });
    stage.cognito.script({ operation: "AdminResetUserPassword", cut: "after" });
    const outcome = await stage.provisioner.resetPassword(ann, asked, never);
    expect(outcome.result.user.status).toBe("RESET_REQUIRED");
    expect(stage.writes()).toEqual(["AdminResetUserPassword"]);
  });

  test("a reset that AWS carries out after the connection is lost is not reported as not made", async () => {
    const stage = createStage({ users });
    stage.cognito.script({ operation: "AdminResetUserPassword", cut: "before" });
    stage.cognito.onCall("AdminGetUser", 4, () => {
      stored(stage).status = "RESET_REQUIRED";
    });
    const outcome = await stage.provisioner.resetPassword(ann, asked, never);
    expect(outcome).toMatchObject({ outcome: "done", result: { user: { status: "RESET_REQUIRED" } } });
    expect(stage.writes()).toEqual(["AdminResetUserPassword"]);
  });

  test("a reset that never arrives fails, and nothing is done", async () => {
    const stage = createStage({ users });
    stage.cognito.script({ operation: "AdminResetUserPassword", cut: "before" });
    const failed = await refusal(stage.provisioner.resetPassword(ann, asked, never));
    expect(failed).toMatchObject({ code: "unavailable", appliedEffects: [] });
    expect(stage.audit.records).toMatchObject([{ outcome: "failed", steps: [{ state: "not-done" }] }]);
  });
});

describe("the way back in", () => {
  test("an invitation is sent again to a user who waits for one, by an address the user has", async () => {
    const waiting = person(1, {
      username: "ann",
      status: "FORCE_CHANGE_PASSWORD",
      attributes: { email: null },
    });
    const stage = createStage({ users: [waiting] });
    await stage.provisioner.resendInvitation(ann, { deliverBy: undefined }, asked, never);
    expect(stored(stage).invitations).toBe(1);
    const [call] = stage.cognito.stats.calls.filter(({ operation }) => operation === "AdminCreateUser");
    expect(call?.input).toMatchObject({ MessageAction: "RESEND", DesiredDeliveryMediums: ["SMS"] });
  });

  test("and to no other user, nor beyond the limit of the day", async () => {
    const stage = createStage({ users });
    expect(
      (await refusal(stage.provisioner.resendInvitation(ann, { deliverBy: undefined }, asked, never))).reason,
    ).toBe("user-state");
    const waiting = [person(1, { username: "ann", status: "FORCE_CHANGE_PASSWORD" })];
    const poor = createStage({ users: waiting }, { policy: { maxInvitationsPerDay: 1 } });
    await poor.provisioner.resendInvitation(ann, { deliverBy: undefined }, asked, never);
    const refused = await refusal(
      poor.provisioner.resendInvitation(ann, { deliverBy: undefined }, asked, never),
    );
    expect(refused.message).toMatch(
      /the limit of 1 invitations a day is reached, none is left; the next is possible at .*; --max-invitations-per-day sets the limit/,
    );
    expect(stored(poor).invitations).toBe(1);
  });

  test("a sign-up is confirmed once; any other state says why not", async () => {
    const stage = createStage({ users: [person(1, { username: "ann", status: "UNCONFIRMED" })] });
    expect((await stage.provisioner.confirmSignUp(ann, asked, never)).result.user.status).toBe("CONFIRMED");
    expect((await stage.provisioner.confirmSignUp(ann, asked, never)).outcome).toBe("nothing-to-do");
    const other = createStage({ users: [person(1, { username: "ann", status: "RESET_REQUIRED" })] });
    expect((await refusal(other.provisioner.confirmSignUp(ann, asked, never))).message).toContain(
      "RESET_REQUIRED",
    );
  });

  test.for([
    [["SMS_MFA"], ["SMSMfaSettings"]],
    [["SOFTWARE_TOKEN_MFA"], ["SoftwareTokenMfaSettings"]],
    [
      ["EMAIL_OTP", "SOFTWARE_TOKEN_MFA"],
      ["EmailMfaSettings", "SoftwareTokenMfaSettings"],
    ],
  ])("of second factors only those of the user are touched: %j", async ([mfa = [], sent = []]) => {
    const stage = createStage({ users: [person(1, { username: "ann", mfa })] });
    expect((await stage.provisioner.resetMfa(ann, asked, never)).outcome).toBe("done");
    expect(stored(stage).mfaList).toEqual([]);
    const input = stage.cognito.stats.calls.find(
      ({ operation }) => operation === "AdminSetUserMFAPreference",
    )?.input;
    const settings = Object.keys(input ?? {}).filter((name) => name.endsWith("Settings"));
    expect(settings.toSorted()).toEqual(sent);
  });

  test("a user without second factors has none to turn off, and is not written to", async () => {
    const stage = createStage({ users: [person(1, { username: "ann" })] });
    expect((await stage.provisioner.resetMfa(ann, asked, never)).outcome).toBe("nothing-to-do");
    expect(stage.writes()).toEqual([]);
  });

  test("a second factor of a kind that we do not know is never reported as turned off", async () => {
    const stage = createStage({ users: [person(1, { username: "ann", mfa: ["SMS_MFA", "BRAINWAVE_MFA"] })] });
    const refused = await refusal(stage.provisioner.resetMfa(ann, asked, never));
    expect(refused).toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("BRAINWAVE_MFA"),
    });
    expect(stage.writes()).toEqual([]);
  });

  test("a lost answer about second factors is settled by reading them", async () => {
    const stage = createStage({ users });
    stage.cognito.script({ operation: "AdminSetUserMFAPreference", cut: "after" });
    expect((await stage.provisioner.resetMfa(ann, asked, never)).outcome).toBe("done");
    expect(stored(stage).mfaList).toEqual([]);
  });

  test("sessions are ended", async () => {
    const stage = createStage({ users });
    await stage.provisioner.signOutUser(ann, asked, never);
    expect(stored(stage).signOuts).toBe(1);
  });
});

test("every change of a user as a dry run writes nothing and says what it would call", async () => {
  const stage = createStage({ users });
  const planned = [
    await stage.provisioner.disableUser(ann, { signOut: true }, dryRun, never),
    await stage.provisioner.updateAttributes(
      ann,
      { set: new Map([["nickname", "x"]]), remove: ["locale"] },
      dryRun,
      never,
    ),
    await stage.provisioner.setPassword(
      ann,
      new Secret("Correct-horse-1"),
      { permanent: true },
      dryRun,
      never,
    ),
    await stage.provisioner.resetPassword(ann, dryRun, never),
    await stage.provisioner.resetMfa(ann, dryRun, never),
    await stage.provisioner.signOutUser(ann, dryRun, never),
  ].flatMap((outcome) => outcome.planned);
  expect(planned).toEqual([
    "AdminDisableUser",
    "AdminUserGlobalSignOut",
    "AdminUpdateUserAttributes",
    "AdminDeleteUserAttributes",
    "AdminSetUserPassword",
    "AdminResetUserPassword",
    "AdminSetUserMFAPreference",
    "AdminUserGlobalSignOut",
  ]);
  expect(stage.writes()).toEqual([]);
});

test("a user whom the caller has just read is not searched for, and is never another one of the same username", async () => {
  const stage = createStage({ users });
  const { sub } = stored(stage);
  const read: UserRef = { by: "id", value: sub, account: { sub, username: "ann" } };
  await stage.provisioner.disableUser(read, { signOut: false }, asked, never);
  expect(stage.cognito.stats.count("ListUsers")).toBe(0);
  stage.pool.deleteUser("ann");
  stage.pool.addUser({ username: "ann" });
  stage.clock.advance(60_000);
  const gone = await refusal(stage.provisioner.enableUser(read, asked, never));
  expect(gone).toMatchObject({ code: "not-found", reason: "user-gone" });
  expect(stage.writes()).toEqual(["AdminDisableUser"]);
});
