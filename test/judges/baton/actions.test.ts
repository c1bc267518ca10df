import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { people } from "../../cognito/definitions.ts";
import type { Json, JsonObject, Performed } from "../official-client.ts";
import { DRY_RUN, INVOKE, invoke, STATUS } from "../requests.ts";
import { NOBODY, type Scene, setScene } from "./scene.ts";

describe("the official Go client, invoking actions", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await setScene({
      users: people(30, () => ({ status: "CONFIRMED" })),
      groups: [{ name: "team", description: "As it was", precedence: 5 }],
      schema: [{ name: "custom:department" }, { name: "custom:badge", mutable: false }],
    });
  });

  afterAll(() => scene.close());

  /** Invokes the action, checks that it succeeded, and returns its result. */
  async function complete(name: string, args: JsonObject): Promise<unknown> {
    const { code, message, reply } = await scene.call(INVOKE, invoke(name, args));
    expect({ code, message }).toEqual({ code: "OK", message: "" });
    expect(reply).toMatchObject({
      name,
      status: "BATON_ACTION_STATUS_COMPLETE",
      response: { success: true },
    });
    return reply["response"];
  }

  const failed = (error: string) => ({
    code: "OK",
    reply: {
      status: "BATON_ACTION_STATUS_FAILED",
      response: { success: false, error: expect.stringContaining(error) },
    },
  });

  test("the SDK lists every action, with the types by which a platform finds them", async () => {
    const { code, calls } = await scene.serving.client.task({ kind: "list-actions" });
    expect(code).toBe("OK");
    const schemas = list(calls[0]?.reply["schemas"]);
    const named = (name: string) => schemas.find((schema) => schema["name"] === name);
    expect(schemas.map((schema) => schema["name"])).toEqual(
      expect.arrayContaining([
        "enable_user",
        "disable_user",
        "update_user_attributes",
        "set_password",
        "reset_password",
        "resend_invitation",
        "sign_out_user",
        "confirm_sign_up",
        "reset_mfa",
        "update_group",
      ]),
    );
    expect(named("disable_user")?.["action_type"]).toEqual([
      "ACTION_TYPE_ACCOUNT",
      "ACTION_TYPE_ACCOUNT_DISABLE",
    ]);
    expect(named("enable_user")?.["action_type"]).toEqual([
      "ACTION_TYPE_ACCOUNT",
      "ACTION_TYPE_ACCOUNT_ENABLE",
    ]);
    expect(named("disable_user")).toMatchObject({
      arguments: expect.arrayContaining([
        expect.objectContaining({ name: "user_id", is_required: true, string_field: {} }),
      ]),
      return_types: expect.arrayContaining([expect.objectContaining({ name: "success" })]),
    });
  });

  test("the SDK's invoker disables with all sessions ended, and enables again", async () => {
    const user = scene.someone();
    const args = { user_id: user.sub };
    const disable = { kind: "invoke-action", action: "disable_user", args } as const;
    for (const writes of [["AdminDisableUser", "AdminUserGlobalSignOut"], ["AdminUserGlobalSignOut"]]) {
      const [{ code }, made] = await scene.writesOf(() => scene.serving.client.task(disable));
      expect([code, made]).toEqual(["OK", writes]);
      expect(user).toMatchObject({ enabled: false, status: "CONFIRMED" });
    }
    // Cognito's AdminDisableUser revokes the tokens too.
    expect(user.signOuts).toBe(3);
    const enable = { kind: "invoke-action", action: "enable_user", args } as const;
    for (const writes of [["AdminEnableUser"], []]) {
      const [{ code }, made] = await scene.writesOf(() => scene.serving.client.task(enable));
      expect([code, made]).toEqual(["OK", writes]);
      expect(user.enabled).toBe(true);
    }
  });

  test.for([
    ["user_id as a text", (sub: string) => ({ user_id: sub })],
    ["user_id as an object", (sub: string) => ({ user_id: { resource_type_id: "user", resource_id: sub } })],
    ["the object's other spelling", (sub: string) => ({ user_id: { resource_type: "user", resource: sub } })],
    ["resource_id", (sub: string) => ({ resource_id: sub })],
    ["userId", (sub: string) => ({ userId: sub })],
  ] as const)("the user arrives as the platform sends it: %s", async ([, argsOf]) => {
    const user = scene.someone();
    const [, writes] = await scene.writesOf(() =>
      complete("disable_user", { ...argsOf(user.sub), sign_out: false }),
    );
    expect([user.enabled, writes]).toEqual([false, ["AdminDisableUser"]]);
  });

  test("attributes are set and deleted, an address with its flag in the same call", async () => {
    const user = scene.someone();
    const before = Object.fromEntries(user.attributes);
    const [, writes] = await scene.writesOf(() =>
      complete("update_user_attributes", {
        user_id: user.sub,
        set: { "custom:department": "Ünïts 🗼", given_name: "Ada" },
        delete: ["family_name"],
        email: "ada@example.com",
        email_verified: true,
      }),
    );
    const { family_name: _, ...kept } = before;
    expect(Object.fromEntries(user.attributes)).toEqual({
      ...kept,
      "custom:department": "Ünïts 🗼",
      given_name: "Ada",
      email: "ada@example.com",
      email_verified: "true",
    });
    expect(writes.filter((operation) => operation === "AdminUpdateUserAttributes")).toHaveLength(1);
  });

  test("passwords are set, permanent or not", async () => {
    const user = scene.someone();
    await complete("set_password", { user_id: user.sub, password: "Set-by-judge-1" });
    expect(user).toMatchObject({ status: "FORCE_CHANGE_PASSWORD", passwords: ["Set-by-judge-1"] });
    await complete("set_password", { user_id: user.sub, password: "Set-by-judge-2", permanent: true });
    expect(user).toMatchObject({ status: "CONFIRMED", passwords: ["Set-by-judge-2", "Set-by-judge-1"] });
  });

  test("actions help a person who cannot sign in", async () => {
    const user = scene.someone();
    const args = { user_id: user.sub };
    user.mfaList = ["SMS_MFA", "SOFTWARE_TOKEN_MFA"];
    user.preferredMfa = "SMS_MFA";
    await complete("reset_mfa", args);
    expect(user).toMatchObject({ mfaList: [], preferredMfa: undefined });
    await complete("sign_out_user", args);
    expect(user.signOuts).toBe(1);
    await complete("reset_password", args);
    expect(user.status).toBe("RESET_REQUIRED");
    user.status = "FORCE_CHANGE_PASSWORD";
    await complete("resend_invitation", args);
    expect(user).toMatchObject({ status: "FORCE_CHANGE_PASSWORD", invitations: 1 });
    user.status = "UNCONFIRMED";
    await complete("confirm_sign_up", args);
    expect(user.status).toBe("CONFIRMED");
  });

  test("a group keeps its other fields, and a precedence of 0 is written", async () => {
    const returned = await complete("update_group", { group_id: "team", precedence: 0 });
    expect(scene.pool.findGroup("team")).toMatchObject({ description: "As it was", precedence: 0 });
    expect(returned).toMatchObject({
      group: { resourceId: { resourceTypeId: "group", resourceId: "team" } },
    });
    await complete("update_group", { group_id: "team", description: "As it is" });
    expect(scene.pool.findGroup("team")).toMatchObject({ description: "As it is", precedence: 0 });
  });

  test("an action that takes longer is RUNNING, and its status shows the end", async () => {
    const user = scene.someone();
    const hold = scene.cognito.hold({ operation: "AdminDisableUser" });
    const request = invoke("disable_user", { user_id: user.sub }, "0.05s");
    const { code, reply } = await scene.call(INVOKE, request);
    await hold.arrived();
    expect([code, reply["status"]]).toEqual(["OK", "BATON_ACTION_STATUS_RUNNING"]);
    const id = reply["id"] ?? "";
    const status = (): Promise<Performed> => scene.call(STATUS, { id });
    expect((await status()).reply).toMatchObject({ id, status: "BATON_ACTION_STATUS_RUNNING" });
    expect(user.enabled).toBe(true);
    hold.release();
    await expect
      .poll(async () => (await status()).reply, { timeout: 100_000, interval: 20 })
      .toMatchObject({ status: "BATON_ACTION_STATUS_COMPLETE", response: { success: true } });
    expect(user.enabled).toBe(false);
  });

  test.for([
    ["an unknown action", "dance", {}, "NotFound", "dance"],
    ["no user", "disable_user", {}, "InvalidArgument", "user_id"],
    ["an empty user", "disable_user", { user_id: "" }, "InvalidArgument", "user_id"],
    [
      "a group for a user",
      "enable_user",
      { user_id: { resource_type_id: "group", resource_id: "team" } },
      "InvalidArgument",
      "user_id",
    ],
    [
      "two different users",
      "enable_user",
      { user_id: "a", resource_id: "b" },
      "InvalidArgument",
      "resource_id",
    ],
    ["an argument that it has not", "enable_user", { user_id: "a", force: true }, "InvalidArgument", "force"],
    [
      "a flag that is a text",
      "disable_user",
      { user_id: "a", sign_out: "no" },
      "InvalidArgument",
      "sign_out",
    ],
    ["nothing to change", "update_user_attributes", { user_id: "a" }, "InvalidArgument", "set"],
    ["no password", "set_password", { user_id: "a" }, "InvalidArgument", "password"],
    [
      "a new name for a group",
      "update_group",
      { group_id: "team", new_name: "squad" },
      "InvalidArgument",
      "new_name",
    ],
    [
      "a precedence below 0",
      "update_group",
      { group_id: "team", precedence: -1 },
      "InvalidArgument",
      "precedence",
    ],
  ] as const)("%s is refused before anything begins", async ([, name, args, code, names]) => {
    const [answer, writes] = await scene.writesOf(() => scene.call(INVOKE, invoke(name, args)));
    expect([answer.code, writes]).toEqual([code, []]);
    expect(answer.message).toContain(names);
  });

  test.for([
    ["nobody", "disable_user", { user_id: NOBODY }, "NotFound", NOBODY],
    [
      "a group that is not there",
      "update_group",
      { group_id: "nothing", precedence: 1 },
      "NotFound",
      "nothing",
    ],
    [
      "an attribute that the pool lacks",
      "update_user_attributes",
      (user_id: string) => ({ user_id, set: { "custom:no": "x" } }),
      "InvalidArgument",
      "custom:no",
    ],
    [
      "an attribute that cannot change",
      "update_user_attributes",
      (user_id: string) => ({ user_id, set: { "custom:badge": "x" } }),
      "InvalidArgument",
      "custom:badge",
    ],
    [
      "a bad e-mail address",
      "update_user_attributes",
      (user_id: string) => ({ user_id, email: "no address" }),
      "InvalidArgument",
      "email",
    ],
    [
      "a weak password",
      "set_password",
      (user_id: string) => ({ user_id, password: "weak" }),
      "InvalidArgument",
      "password",
    ],
  ] as const)(
    "%s is refused by what the pool says, with nothing written",
    async ([, name, args, code, says]) => {
      const user = scene.someone();
      const asked = typeof args === "function" ? args(user.sub) : args;
      const [answer, writes] = await scene.writesOf(() => scene.call(INVOKE, invoke(name, asked)));
      expect(answer.code).toBe(code);
      expect(answer.message).toContain(says);
      expect(JSON.stringify(answer)).not.toMatch(/no address|weak/);
      expect(writes).toEqual([]);
    },
  );

  test("an invitation to a user who has signed in fails within the action, with nothing written", async () => {
    const user = scene.someone();
    const [answer, writes] = await scene.writesOf(() =>
      scene.call(INVOKE, invoke("resend_invitation", { user_id: user.sub })),
    );
    expect(answer).toMatchObject(failed("CONFIRMED"));
    expect(writes).toEqual([]);
  });

  test("a dry run changes nothing, and names the calls that it would make", async () => {
    const user = scene.someone();
    const [{ reply }, writes] = await scene.writesOf(() =>
      scene.call(INVOKE, invoke("disable_user", { user_id: user.sub }), DRY_RUN),
    );
    expect(reply).toMatchObject({
      status: "BATON_ACTION_STATUS_COMPLETE",
      response: { dry_run: true, would_call: ["AdminDisableUser", "AdminUserGlobalSignOut"] },
    });
    expect([user.enabled, writes]).toEqual([true, []]);
  });

  test("an unknown action has no status", async () => {
    expect((await scene.call(STATUS, { id: "never" })).code).toBe("NotFound");
  });
});

function list(value: Json | undefined): readonly JsonObject[] {
  if (!Array.isArray(value)) throw new Error("the reply has no list there");
  return value.filter((item): item is JsonObject => typeof item === "object" && item !== null);
}
