import type { JsonObject } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { someGroup } from "../../../test/support/fake-directory.ts";
import { failing, fakeProvisioner, nothingToDo } from "../../../test/support/fake-provisioner.ts";
import { DRY, fakeVerbs, REAL } from "../../../test/support/fake-verbs.ts";
import { GovernanceError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { createActions } from "./create-actions.ts";

const never = new AbortController().signal;
const user_id = "sub-1";
const user = { by: "id", value: "sub-1" };

describe("an action", () => {
  test.for<readonly [string, JsonObject, string, readonly unknown[]]>([
    ["enable_user", { user_id }, "enableUser", [user]],
    ["disable_user", { user_id }, "disableUser", [user, { signOut: true }]],
    ["disable_user", { user_id, sign_out: null }, "disableUser", [user, { signOut: true }]],
    ["disable_user", { user_id, sign_out: false }, "disableUser", [user, { signOut: false }]],
    ["sign_out_user", { user_id }, "signOutUser", [user]],
    ["confirm_sign_up", { user_id }, "confirmSignUp", [user]],
    ["resend_invitation", { user_id }, "resendInvitation", [user, { deliverBy: undefined }]],
    [
      "resend_invitation",
      { user_id, deliver_by: "both" },
      "resendInvitation",
      [user, { deliverBy: ["EMAIL", "SMS"] }],
    ],
    ["reset_mfa", { user_id }, "resetMfa", [user]],
    ["reset_password", { user_id }, "resetPassword", [user]],
    [
      "update_user_attributes",
      { user_id, set: { given_name: "Ada", "custom:n": 0 }, delete: ["nickname"], email_verified: false },
      "updateAttributes",
      [
        user,
        {
          set: new Map<string, unknown>([
            ["given_name", "Ada"],
            ["custom:n", 0],
            ["email_verified", false],
          ]),
          remove: ["nickname"],
        },
      ],
    ],
    [
      "update_user_attributes",
      { user_id, set: { email: "a@example.com" }, email: "a@example.com", phone_number: "+4915112345678" },
      "updateAttributes",
      [
        user,
        {
          set: new Map([
            ["email", "a@example.com"],
            ["phone_number", "+4915112345678"],
          ]),
          remove: [],
        },
      ],
    ],
    [
      "update_group",
      { group_id: "admins", description: "", precedence: 0 },
      "updateGroup",
      ["admins", { description: "", roleArn: undefined, precedence: 0 }],
    ],
    [
      "update_group",
      { group_id: "admins", role_arn: "arn:aws:iam::1:role/r" },
      "updateGroup",
      ["admins", { description: undefined, roleArn: "arn:aws:iam::1:role/r", precedence: undefined }],
    ],
  ])("%s of %o is %s", async ([name, args, verb, expected]) => {
    const { verbs, calls } = fakeVerbs();
    const invocation = await verbs.actions.invoke({ name, args }, REAL, never);
    expect(calls).toEqual([{ verb, args: [...expected, REAL] }]);
    expect(invocation).toMatchObject({
      id: "run-1",
      name,
      status: "complete",
      response: { success: true, outcome: "done", change: "change-1" },
      annotations: [],
    });
    expect(verbs.actions.status("run-1")).toEqual(invocation);
  });

  test.for([
    [{ user_id, password: "Hunter2-secret" }, false],
    [{ user_id, password: "Hunter2-secret", permanent: true }, true],
  ] as const)("set_password of %o hands on a secret", async ([args, permanent]) => {
    const { verbs, calls } = fakeVerbs();
    const invocation = await verbs.actions.invoke({ name: "set_password", args }, REAL, never);
    const [who, password, how] = calls[0]?.args ?? [];
    expect([who, how]).toEqual([user, { permanent }]);
    expect(password instanceof Secret && password.reveal()).toBe("Hunter2-secret");
    expect(JSON.stringify(invocation)).not.toContain("Hunter2");
  });

  test("tells what it changed", async () => {
    const { verbs } = fakeVerbs({
      updateAttributes: async () =>
        nothingToDo({ user: someone, set: ["a"], removed: ["b"], pending: ["c"] }),
      updateGroup: async () => nothingToDo(someGroup("admins", { description: "All" })),
    });
    const { actions } = verbs;
    const update = { name: "update_user_attributes", args: { user_id, set: { a: "1" } } };
    expect((await actions.invoke(update, REAL, never)).response).toEqual({
      success: true,
      outcome: "nothing-to-do",
      change: "change-1",
      set: ["a"],
      removed: ["b"],
      pending: ["c"],
    });
    const group = { name: "update_group", args: { group_id: "admins", precedence: 1 } };
    expect((await actions.invoke(group, REAL, never)).response["group"]).toEqual({
      resourceId: { resourceTypeId: "group", resourceId: "admins" },
      displayName: "admins",
      description: "All",
    });
  });

  test("in a dry run tells what it would call, and changes nothing", async () => {
    const { verbs, calls } = fakeVerbs();
    const { response, annotations } = await verbs.actions.invoke(
      { name: "disable_user", args: { user_id } },
      DRY,
      never,
    );
    expect(calls[0]?.args[2]).toEqual(DRY);
    expect(response).toEqual({
      success: true,
      outcome: "planned",
      dry_run: true,
      would_call: ["AdminDisableUser", "AdminUserGlobalSignOut"],
    });
    expect(annotations).toHaveLength(1);
  });

  test.for([
    new GovernanceError("refused-by-guard", "user sub-1 belongs to an identity provider"),
    new GovernanceError("failed-precondition", "user sub-1: is disabled"),
    new GovernanceError("invalid-argument", "AWS refuses a parameter", {
      appliedEffects: ["a call is done"],
    }),
    new GovernanceError("throttled", "Cognito is asked too fast"),
  ])("that fails ($code) is a failed invocation, not an error", async (failure) => {
    const { verbs } = fakeVerbs({ enableUser: failing(failure) });
    const invocation = await verbs.actions.invoke({ name: "enable_user", args: { user_id } }, REAL, never);
    expect(invocation).toMatchObject({
      status: "failed",
      response: { success: false, error: failure.message },
    });
    expect(verbs.actions.status(invocation.id)).toEqual(invocation);
  });

  test.for([
    new GovernanceError("not-found", "no user with sub sub-1"),
    new GovernanceError("invalid-argument", "profile.email: is no address"),
  ])("that was asked wrongly ($code) is an error of the call, with nothing done", async (mistake) => {
    const { verbs } = fakeVerbs({ enableUser: failing(mistake) });
    await expect(
      verbs.actions.invoke({ name: "enable_user", args: { user_id } }, REAL, never),
    ).rejects.toThrow(mistake);
  });

  test("that breaks in an unforeseen way does not say how", async () => {
    const { verbs } = fakeVerbs({
      enableUser: async () => {
        throw new Error("Hunter2-secret");
      },
    });
    const invocation = await verbs.actions.invoke({ name: "enable_user", args: { user_id } }, REAL, never);
    expect(invocation.response).toEqual({
      success: false,
      error: "internal error: see the log of the connector",
    });
  });

  test("with wrong arguments never begins", async () => {
    const { verbs, calls } = fakeVerbs();
    const asked = verbs.actions.invoke({ name: "enable_user", args: {} }, REAL, never);
    await expect(asked).rejects.toMatchObject({ code: "invalid-argument" });
    expect(calls).toEqual([]);
    expect(() => verbs.actions.status("run-1")).toThrow(/^id: there is no run "run-1"/);
  });

  test("of a caller who has gone already never begins", async () => {
    const { verbs, calls } = fakeVerbs();
    const gone = AbortSignal.abort(new GovernanceError("canceled", "the caller cancelled the call"));
    const asked = verbs.actions.invoke({ name: "enable_user", args: { user_id } }, REAL, gone);
    await expect(asked).rejects.toMatchObject({ code: "canceled" });
    expect(calls).toEqual([]);
  });
});

describe("without provisioning", () => {
  const actions = createActions({ provisioner: undefined, newId: () => "x" });

  test("the actions are listed", () => {
    expect(actions.schemas("").map(({ name }) => name)).toContain("enable_user");
    expect(actions.schema("enable_user").displayName).toBe("Enable User");
  });

  test("a known one is refused, an unknown one not found", async () => {
    await expect(actions.invoke({ name: "enable_user", args: {} }, REAL, never)).rejects.toMatchObject({
      code: "failed-precondition",
    });
    await expect(actions.invoke({ name: "make_tea", args: {} }, REAL, never)).rejects.toMatchObject({
      code: "not-found",
    });
  });
});

const someone = await fakeProvisioner()
  .provisioner.enableUser({ by: "id", value: "sub-1" }, REAL, never)
  .then(({ result }) => result.user);
