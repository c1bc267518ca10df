import { readdirSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { federatedPerson, people, person } from "../../cognito/definitions.ts";
import { type JsonObject, startOfficialClient } from "../official-client.ts";
import {
  CREATE_ACCOUNT,
  CREATE_RESOURCE,
  DELETE,
  DELETE_V2,
  DRY_RUN,
  GRANT,
  grantRequest,
  INVOKE,
  invoke,
  REVOKE,
  ROTATE,
  random,
  resource,
  resourceId,
  revokeRequest,
} from "../requests.ts";
import { type Scene, setScene } from "./scene.ts";

const ROLE = "arn:aws:iam::123456789012:role/admins";

describe("the operator's limits, tested by the official Go client", () => {
  let scene: Scene;

  afterEach(() => scene.close());

  const account = (login: string, more: JsonObject = {}): JsonObject => ({
    account_info: { profile: { login, email: `${login}@example.com`, ...more } },
    credential_options: { no_password: {} },
  });

  test("without --provisioning every write is refused, a dry run too, and nothing is opened", async () => {
    scene = await setScene(
      { users: people(1, () => ({ groups: ["all"] })), groups: ["all", "few"] },
      { provisioning: false },
    );
    const { sub } = scene.someone();
    const rotation = { ...resourceId("user", sub), credential_options: random() };
    for (const more of [{}, DRY_RUN]) {
      const [answers, writes] = await scene.writesOf(() =>
        Promise.all([
          scene.call(GRANT, grantRequest("few", sub), more),
          scene.call(REVOKE, revokeRequest("all", sub), more),
          scene.call(CREATE_ACCOUNT, account("ada"), more),
          scene.call(ROTATE, rotation, { ...more, keys: ["age"] }),
          scene.call(CREATE_RESOURCE, { resource: resource("group", "team") }, more),
          scene.call(DELETE, resourceId("user", sub), more),
          scene.call(DELETE_V2, resourceId("group", "all"), more),
          scene.call(INVOKE, invoke("disable_user", { user_id: sub }), more),
        ]),
      );
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(["FailedPrecondition"]));
      for (const { message } of answers) expect(message).toContain("--provisioning");
      expect(writes).toEqual([]);
    }
    // The lock of the service, and no journal or audit log.
    expect(readdirSync(scene.serving.dir).map((name) => name.replace(/^.*\./, ""))).toEqual(["serve-lock"]);
    const listed = await scene.serving.client.task({ kind: "list-actions" });
    expect(listed.code).toBe("OK");
  });

  test("deletions, disables and invitations in an hour end at the operator's limit, and the error names the setting", async () => {
    scene = await setScene(
      { users: people(6) },
      {
        args: ["--max-deletions-per-hour=1", "--max-disables-per-hour=1", "--max-invitations-per-day=1"],
      },
    );
    const [first, second, third] = [scene.someone(), scene.someone(), scene.someone()];
    expect((await scene.call(DELETE, resourceId("user", first.sub))).code).toBe("OK");
    // A deleted account does not count.
    expect((await scene.call(DELETE_V2, resourceId("user", first.sub))).code).toBe("OK");
    expect(await scene.call(DELETE_V2, resourceId("user", second.sub))).toMatchObject({
      code: "FailedPrecondition",
      message: expect.stringContaining("--max-deletions-per-hour"),
    });
    expect(scene.pool.stored(second.username)).toBeDefined();

    const disable = (sub: string) => scene.call(INVOKE, invoke("disable_user", { user_id: sub }));
    expect((await disable(second.sub)).reply["status"]).toBe("BATON_ACTION_STATUS_COMPLETE");
    expect((await disable(second.sub)).reply["status"]).toBe("BATON_ACTION_STATUS_COMPLETE");
    expect((await disable(third.sub)).reply).toMatchObject({
      status: "BATON_ACTION_STATUS_FAILED",
      response: { error: expect.stringContaining("--max-disables-per-hour") },
    });
    expect(third.enabled).toBe(true);

    const invited = { sendInviteEmail: true };
    expect((await scene.call(CREATE_ACCOUNT, account("one", invited))).code).toBe("OK");
    expect(await scene.call(CREATE_ACCOUNT, account("two", invited))).toMatchObject({
      code: "FailedPrecondition",
      message: expect.stringContaining("--max-invitations-per-day"),
    });
    expect(scene.pool.stored("two")).toBeUndefined();
    expect((await scene.call(CREATE_ACCOUNT, account("two"))).code).toBe("OK");
  });

  test("patterns limit every change of a group; a revoke is always allowed", async () => {
    scene = await setScene(
      {
        users: people(1, () => ({ groups: ["other"] })),
        groups: ["team-a", "team-secret", "other", { name: "team-role", roleArn: ROLE }],
      },
      { args: ["--groups-allow=team-*", "--groups-deny=*secret*", "--allow-role-groups"] },
    );
    const user = scene.someone();
    const codeOf = async (method: string, request: JsonObject) => (await scene.call(method, request)).code;
    const tried = await Promise.all([
      codeOf(GRANT, grantRequest("team-a", user.sub)),
      codeOf(GRANT, grantRequest("team-role", user.sub)),
      codeOf(GRANT, grantRequest("team-secret", user.sub)),
      codeOf(GRANT, grantRequest("other", user.sub)),
      codeOf(CREATE_RESOURCE, { resource: resource("group", "team-b") }),
      codeOf(CREATE_RESOURCE, { resource: resource("group", "top-secret") }),
      codeOf(DELETE, resourceId("group", "team-secret")),
      codeOf(DELETE, resourceId("group", "other")),
    ]);
    const no = "FailedPrecondition";
    expect(tried).toEqual(["OK", "OK", no, no, "OK", no, no, no]);
    expect(await codeOf(REVOKE, revokeRequest("other", user.sub))).toBe("OK");
    expect(scene.groupsOf(user).toSorted()).toEqual(["team-a", "team-role"]);
    expect(
      scene.pool
        .groups(-1, 100)
        .items.map(({ name }) => name)
        .toSorted(),
    ).toEqual(["other", "team-a", "team-b", "team-role", "team-secret"]);
  });

  test("profiles of an identity provider keep their attributes and get no password", async () => {
    scene = await setScene({ users: [federatedPerson(1)] });
    const user = scene.someone();
    const before = Object.fromEntries(user.attributes);
    const rotation = { ...resourceId("user", user.sub), credential_options: random() };
    const refused = await scene.call(ROTATE, rotation, { keys: ["age"] });
    expect(refused).toMatchObject({
      code: "FailedPrecondition",
      message: expect.stringContaining("--allow-federated-writes"),
    });
    const renamed = { user_id: user.sub, set: { given_name: "Mallory" } };
    const { reply } = await scene.call(INVOKE, invoke("update_user_attributes", renamed));
    expect(reply["status"]).toBe("BATON_ACTION_STATUS_FAILED");
    expect(Object.fromEntries(user.attributes)).toEqual(before);
    expect(user).toMatchObject({ passwords: [], status: "EXTERNAL_PROVIDER" });
  });

  test("only disabled accounts are deleted if the operator sets it", async () => {
    scene = await setScene({ users: people(1) }, { args: ["--delete-requires-disabled"] });
    const user = scene.someone();
    const remove = () => scene.call(DELETE, resourceId("user", user.sub));
    expect((await remove()).code).toBe("FailedPrecondition");
    await scene.call(INVOKE, invoke("disable_user", { user_id: user.sub }));
    expect((await remove()).code).toBe("OK");
    expect(scene.pool.stored(user.username)).toBeUndefined();
  });

  test("with usernames as ids, a username is an id and an alias is not", async () => {
    scene = await setScene(
      { users: [person(1, { username: "ada" })], groups: ["all"], aliasAttributes: ["email"] },
      { args: ["--user-id=username"] },
    );
    const user = scene.someone();
    const email = user.attributes.get("email") ?? "";
    expect((await scene.call(GRANT, grantRequest("all", "ada"))).code).toBe("OK");
    expect(scene.groupsOf(user)).toEqual(["all"]);
    expect((await scene.call(GRANT, grantRequest("all", email))).code).toBe("NotFound");
    // Answering OK would say that the account is gone, and it is there under another id.
    expect((await scene.call(DELETE, resourceId("user", email))).code).toBe("NotFound");
    expect(scene.pool.stored("ada")).toBeDefined();
  });

  test("through the SDK's own process wrapper, which asks for the rate limit around every call", async () => {
    scene = await setScene({ users: people(1), groups: ["all"] });
    const user = scene.someone();
    const wrapped = startOfficialClient(scene.serving.address, "--as-wrapper");
    expect((await wrapped.call(GRANT, grantRequest("all", user.sub))).code).toBe("OK");
    await wrapped.close();
    expect(scene.groupsOf(user)).toEqual(["all"]);
  });
});

describe("lost answers, seen by the official Go client", () => {
  let scene: Scene;

  afterEach(() => scene.close());

  test("an account whose creation gets no answer is found, with its password set", async () => {
    scene = await setScene({ users: [] });
    const lost = scene.cognito.script({ operation: "AdminCreateUser", cut: "after", times: 1 });
    const request = { account_info: { login: "ada" }, credential_options: random() };
    const { code, reply, opened } = await scene.call(CREATE_ACCOUNT, request, { keys: ["age"] });
    expect(lost.fired).toBe(1);
    expect(code).toBe("OK");
    expect(scene.pool.allUsers().map(({ username }) => username)).toEqual(["ada"]);
    const made = scene.pool.stored("ada");
    expect(reply).toMatchObject({ success: { resource: resource("user", made?.sub ?? "") } });
    expect(made).toMatchObject({ status: "CONFIRMED" });
    expect(made?.passwords[0]).toBe(opened[0]?.text);
  });

  test("an account whose password is refused is deleted again", async () => {
    scene = await setScene({ users: [] });
    const error = { name: "InvalidPasswordException", message: "Password does not conform to policy" };
    const refused = scene.cognito.script({ operation: "AdminSetUserPassword", error });
    const request = { account_info: { login: "ada" }, credential_options: random() };
    const answer = await scene.call(CREATE_ACCOUNT, request, { keys: ["age"] });
    expect(refused.fired).toBeGreaterThan(0);
    expect(answer.code).not.toBe("OK");
    expect(scene.pool.allUsers()).toEqual([]);
  });

  test("a throttled change waits and is made once", async () => {
    scene = await setScene({ users: people(1), groups: ["all"] });
    const user = scene.someone();
    const rule = scene.cognito.script({ operation: "AdminAddUserToGroup", throttle: true, times: 2 });
    const granted = await scene.call(GRANT, grantRequest("all", user.sub));
    expect([rule.fired, granted.code, granted.annotations]).toEqual([2, "OK", []]);
    expect(scene.groupsOf(user)).toEqual(["all"]);
  });

  test("a pool that refuses the keys gives an error, and nothing is changed", async () => {
    scene = await setScene({ users: people(1), groups: ["all"] });
    const user = scene.someone();
    const error = { name: "AccessDeniedException", message: "not authorized to perform" };
    const rule = scene.cognito.script({ operation: "AdminAddUserToGroup", error });
    const { code, message } = await scene.call(GRANT, grantRequest("all", user.sub));
    expect([rule.fired > 0, code]).toEqual([true, "PermissionDenied"]);
    expect(message).toContain("AdminAddUserToGroup");
    expect(scene.groupsOf(user)).toEqual([]);
  });
});
