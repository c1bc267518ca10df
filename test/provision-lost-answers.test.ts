import { afterEach, expect, test } from "vitest";
import type { UserRef } from "../pkg/provision/provisioner.ts";
import { person } from "./cognito/definitions.ts";
import { ann, create, invited, only, random } from "./support/account-requests.ts";
import { never, refusal } from "./support/adapter.ts";
import { asked } from "./support/provision-stage.ts";
import { createWholeStage, strike } from "./support/whole-stage.ts";

// Connections that break, over real sockets. pkg/provision tests the same in memory; this covers the adapter.

afterEach(strike);

const byText: UserRef = { by: "text", value: "ann" };
const staff = { users: [person(1, { username: "ann" })], groups: ["new"] };

const kinds = [
  ["usernames", {}, ann],
  ["e-mail aliases", { aliasAttributes: ["email"] }, { email: "ann@example.com" }],
  ["e-mail usernames", { usernameAttributes: ["email"] }, { email: "Ann@example.com" }],
  ["phone usernames", { usernameAttributes: ["phone_number"] }, { login: "+15550001" }],
] as const;

test.for(kinds)(
  "mark 23: a create whose answer is lost is found by reading, in a pool of %s",
  async ([, settings, wish]) => {
    const stage = await createWholeStage(settings);
    const fault = stage.cognito.script({ operation: "AdminCreateUser", nth: 1, cut: "after" });
    const { result, outcome } = await create(stage, { ...wish, credential: random });
    expect(fault.fired).toBe(1);
    expect({ outcome, state: result.state }).toEqual({ outcome: "done", state: "created" });
    expect(only(stage.pool)).toMatchObject({ sub: result.user?.sub, status: "CONFIRMED" });
    expect(only(stage.pool).passwords[0]).toBe(result.password?.reveal());
    expect(stage.cognito.stats.count("AdminCreateUser")).toBe(1);
    expect(stage.audit()).toMatchObject([
      { outcome: "done", steps: [{ state: "done", reason: "outcome-unknown" }, { state: "done" }] },
    ]);
  },
);

test("mark 23: a create that never arrives is reported as not done", async () => {
  const stage = await createWholeStage();
  stage.cognito.script({ operation: "AdminCreateUser", nth: 1, cut: "before" });
  const failure = await refusal(create(stage, { ...ann, credential: random }));
  expect(failure).toMatchObject({ code: "unavailable", reason: "outcome-unknown", appliedEffects: [] });
  expect(stage.pool.allUsers()).toEqual([]);
});

test("half an answer counts as lost: the account exists, and the invitation is not confirmed", async () => {
  const stage = await createWholeStage();
  stage.cognito.script({ operation: "AdminCreateUser", nth: 1, cut: "mid-answer" });
  const { result } = await create(stage, invited);
  expect(result.user?.sub).toBe(only(stage.pool).sub);
  expect(result.actionRequired).toContain("it is not known whether the invitation was sent");
});

test.for([0, 5])(
  "a password whose answer is lost is sent once more, with a history of %i",
  async (historySize) => {
    const stage = await createWholeStage({ ...staff, passwordPolicy: { historySize } });
    stage.cognito.script({ operation: "AdminSetUserPassword", nth: 1, cut: "after" });
    const { result } = await stage.provisioner.rotateCredential(byText, random, asked, never);
    expect(only(stage.pool).passwords[0]).toBe(result.password?.reveal());
    expect(stage.cognito.stats.count("AdminSetUserPassword")).toBe(2);
  },
);

test("a grant whose answers are all lost is confirmed by reading, and one that never arrives fails", async () => {
  const stage = await createWholeStage(staff);
  const lost = stage.cognito.script({ operation: "AdminAddUserToGroup", cut: "after" });
  const granted = await stage.provisioner.grant(byText, "new", asked, never);
  expect(granted).toMatchObject({ outcome: "done", steps: [{ state: "done" }] });
  // The call may be repeated, so the adapter has tried it as often as it may.
  expect(lost.fired).toBeGreaterThan(1);
  stage.cognito.script({ operation: "AdminRemoveUserFromGroup", cut: "before" });
  const failed = await refusal(stage.provisioner.revoke(byText, "new", asked, never));
  expect(failed).toMatchObject({ code: "unavailable", appliedEffects: [] });
  expect(stage.audit()).toMatchObject([{ outcome: "done" }, { outcome: "failed" }]);
}, 180_000);

test("mark 34: a deletion whose answer is lost is no failure", async () => {
  const stage = await createWholeStage(staff);
  stage.cognito.script({ operation: "AdminDeleteUser", nth: 1, cut: "after" });
  expect(await stage.provisioner.deleteUser(byText, asked, never)).toMatchObject({ outcome: "done" });
  expect(stage.pool.allUsers()).toEqual([]);
});

test("mark 33: a missing group and a missing pool, for which the server has one name, are distinguished", async () => {
  const stage = await createWholeStage(staff);
  const noGroup = await refusal(stage.provisioner.grant(byText, "nope", asked, never));
  expect(noGroup).toMatchObject({ code: "not-found", reason: "group-gone" });
});

test("a reset and a new group whose answers are lost are confirmed by reading", async () => {
  const stage = await createWholeStage(staff);
  stage.cognito.script({ operation: ["AdminResetUserPassword", "CreateGroup"], cut: "after" });
  const reset = await stage.provisioner.resetPassword(byText, asked, never);
  expect(reset.result.user.status).toBe("RESET_REQUIRED");
  const fields = { description: "Team", roleArn: undefined, precedence: undefined };
  const made = await stage.provisioner.createGroup("team", fields, asked, never);
  expect(made).toMatchObject({ outcome: "done", result: { name: "team" } });
  expect(stage.writes()).toEqual(["AdminResetUserPassword", "CreateGroup"]);
});
