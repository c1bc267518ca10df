import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CognitoLocal, startCognitoLocal } from "../../support/cognito-local.ts";
import { livelyPool } from "../../support/local-pool.ts";
import type { JsonObject, Performed } from "../official-client.ts";
import { type PoolReading, readPool } from "../pool-reading.ts";
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
import { type Serving, startServing } from "../serving.ts";

const POOL = "eu-west-1_Local0001";
const NOBODY = "00000000-0000-4000-8000-ffffffffffff";

describe("cognito-local, changed by the official Go client through our server", () => {
  const pool = livelyPool({ id: POOL, name: "judge", users: 60 });
  let folder: string;
  let server: CognitoLocal;
  let client: CognitoIdentityProviderClient;
  let serving: Serving;
  let reading: PoolReading;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-cognito-local-"));
    server = await startCognitoLocal(pool, folder);
    client = clientOf(server.url);
    const { UserPoolClient } = await client.send(
      new CreateUserPoolClientCommand({ UserPoolId: POOL, ClientName: "judge" }),
    );
    reading = readPool(client, POOL, UserPoolClient?.ClientId ?? "");
    serving = await startServing({ url: server.url, poolId: POOL });
  });

  afterAll(async () => {
    await serving.stop();
    client.destroy();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = (method: string, request: JsonObject, more = {}): Promise<Performed> =>
    serving.client.call(method, request, more);

  const untouched = Object.values(pool.Users).filter(
    ({ Enabled, UserStatus, Attributes }) =>
      Enabled &&
      UserStatus === "CONFIRMED" &&
      Attributes.some(({ Name, Value }) => Name === "email_verified" && Value === "true"),
  );
  /** A user that no other test changes. */
  function someone(): { readonly username: string; readonly sub: string } {
    const user = untouched.pop();
    if (user === undefined) throw new Error("the pool has too few people");
    const sub = user.Attributes.find(({ Name }) => Name === "sub")?.Value ?? "";
    return { username: user.Username, sub };
  }

  async function complete(name: string, args: JsonObject): Promise<void> {
    const { code, reply } = await call(INVOKE, invoke(name, args));
    expect({ code, ...reply }).toMatchObject({ code: "OK", status: "BATON_ACTION_STATUS_COMPLETE" });
  }

  test("memberships are added and removed, and the second time is reported as such", async () => {
    const { username, sub } = someone();
    const before = await reading.groupsOf(username);
    expect(await call(GRANT, grantRequest("alumni", sub))).toMatchObject({ code: "OK", annotations: [] });
    expect(await reading.groupsOf(username)).toEqual([...before, "alumni"].toSorted());
    const again = await call(GRANT, grantRequest("alumni", sub));
    expect(again).toMatchObject({ code: "OK", annotations: ["GrantAlreadyExists"] });
    expect(await call(REVOKE, revokeRequest("everyone", sub))).toMatchObject({ code: "OK", annotations: [] });
    expect(await reading.groupsOf(username)).not.toContain("everyone");
    const revoked = await call(REVOKE, revokeRequest("everyone", sub));
    expect(revoked).toMatchObject({ code: "OK", annotations: ["GrantAlreadyRevoked"] });
    expect((await call(GRANT, grantRequest("nothing", sub))).code).toBe("NotFound");
    expect((await call(GRANT, grantRequest("alumni", NOBODY))).code).toBe("NotFound");
    expect((await call(GRANT, grantRequest("pool-admins", sub))).code).toBe("FailedPrecondition");
  });

  test("an account has the requested values, and its password signs in", async () => {
    const info = {
      login: "ada",
      profile: { email: "ada@example.com", given_name: "Ada", "custom:employee_number": "E-1" },
    };
    const request = { account_info: info, credential_options: random() };
    const { code, reply, opened } = await call(CREATE_ACCOUNT, request, { keys: ["p384"] });
    expect(code).toBe("OK");
    const made = await reading.user("ada");
    expect(made).toMatchObject({ enabled: true, status: "CONFIRMED" });
    expect(made?.attributes).toEqual({
      email: "ada@example.com",
      given_name: "Ada",
      "custom:employee_number": "E-1",
    });
    expect(reply).toMatchObject({ success: { resource: resource("user", made?.sub ?? "") } });
    // The policy of the pool asks for 12 characters, a digit and a capital; cognito-local does not check it.
    expect(opened[0]?.text).toMatch(/^(?=.*\d)(?=.*[A-Z])\S{20}$/);
    expect(await reading.signIn("ada", opened[0]?.text ?? "")).toBe("tokens");

    const again = await call(CREATE_ACCOUNT, request, { keys: ["p384"] });
    expect(again.reply).toMatchObject({ already_exists: { resource: resource("user", made?.sub ?? "") } });
    expect(again.opened).toEqual([]);
  });

  test("an account without what the pool requires is refused before anything is written", async () => {
    const request = { account_info: { login: "nomail" }, credential_options: random() };
    const answer = await call(CREATE_ACCOUNT, request, { keys: ["age"] });
    expect(answer).toMatchObject({ code: "InvalidArgument", message: expect.stringContaining("email") });
    expect(await reading.user("nomail")).toBeUndefined();
  });

  test("a rotated password replaces the old one", async () => {
    const { username, sub } = someone();
    const request = { ...resourceId("user", sub), credential_options: random() };
    expect(await reading.signIn(username, "not-a-secret-1A")).toBe("tokens");
    const { opened } = await call(ROTATE, request, { keys: ["ed25519"] });
    expect(await reading.signIn(username, opened[0]?.text ?? "")).toBe("tokens");
    expect(await reading.signIn(username, "not-a-secret-1A")).toBe("InvalidPasswordException");
  });

  test("accounts are disabled and enabled, and passwords set", async () => {
    const { username, sub } = someone();
    for (const _ of ["once", "twice"]) {
      await complete("disable_user", { user_id: sub, sign_out: false });
      expect((await reading.user(username))?.enabled).toBe(false);
    }
    await complete("enable_user", { user_id: sub });
    expect((await reading.user(username))?.enabled).toBe(true);
    await complete("set_password", { user_id: sub, password: "Judged-by-local-1" });
    expect((await reading.user(username))?.status).toBe("FORCE_CHANGE_PASSWORD");
    await complete("set_password", { user_id: sub, password: "Judged-by-local-2", permanent: true });
    expect(await reading.signIn(username, "Judged-by-local-2")).toBe("tokens");
  });

  test("attributes are set and deleted", async () => {
    const { username, sub } = someone();
    const before = (await reading.user(username))?.attributes ?? {};
    await complete("update_user_attributes", {
      user_id: sub,
      set: { "custom:department": "Ünïts 🗼" },
      delete: ["locale"],
      email: "new@example.com",
      email_verified: true,
    });
    const { locale: _, ...kept } = before;
    expect((await reading.user(username))?.attributes).toEqual({
      ...kept,
      "custom:department": "Ünïts 🗼",
      email: "new@example.com",
      email_verified: "true",
    });
    const fixed = { user_id: sub, set: { "custom:employee_number": "E-2" } };
    const { code } = await call(INVOKE, invoke("update_user_attributes", fixed));
    expect(code).toBe("InvalidArgument");
  });

  test("groups are made, changed and deleted, precedence 0 included", async () => {
    const made = {
      ...resource("group", "team"),
      description: "Made by the judge",
      profile: { precedence: 0 },
    };
    expect((await call(CREATE_RESOURCE, { resource: made })).code).toBe("OK");
    expect(await reading.group("team")).toEqual({ description: "Made by the judge", precedence: 0 });
    await complete("update_group", { group_id: "team", description: "Changed" });
    expect(await reading.group("team")).toEqual({ description: "Changed", precedence: 0 });
    // cognito-local's CreateGroup overwrites a group of the name and forgets its members; our server refuses first.
    const { username, sub } = someone();
    await call(GRANT, grantRequest("team", sub));
    expect((await call(CREATE_RESOURCE, { resource: resource("group", "team") })).code).toBe("AlreadyExists");
    expect(await reading.groupsOf(username)).toContain("team");
    for (const method of [DELETE, DELETE_V2]) {
      expect((await call(method, resourceId("group", "team"))).code).toBe("OK");
      expect(await reading.group("team")).toBeUndefined();
    }
  });

  test("an account is deleted once, and a dry run deletes no account", async () => {
    const { username, sub } = someone();
    expect((await call(DELETE, resourceId("user", sub), DRY_RUN)).code).toBe("OK");
    expect(await reading.user(username)).toBeDefined();
    for (const method of [DELETE, DELETE_V2]) {
      expect((await call(method, resourceId("user", sub))).code).toBe("OK");
      expect(await reading.user(username)).toBeUndefined();
    }
  });

  test("where people sign in by e-mail the username is generated, and the second request finds the account", async () => {
    const Options = { ...pool.Options, UsernameAttributes: ["email"] };
    const mails = mkdtempSync(join(tmpdir(), "connector-cognito-local-"));
    const other = await startCognitoLocal({ Users: {}, Groups: {}, Options }, mails);
    const judged = await startServing({ url: other.url, poolId: POOL });
    const aws = clientOf(other.url);
    try {
      const info = { emails: [{ address: "by@example.com", is_primary: true }] };
      const request = { account_info: info, credential_options: random() };
      const first = await judged.client.call(CREATE_ACCOUNT, request, { keys: ["ed25519"] });
      const made = await readPool(aws, POOL, "").user("by@example.com");
      expect(made).toMatchObject({
        enabled: true,
        status: "CONFIRMED",
        attributes: { email: "by@example.com" },
      });
      expect(first.reply).toMatchObject({ success: { resource: resource("user", made?.sub ?? "") } });
      const again = await judged.client.call(CREATE_ACCOUNT, request, { keys: ["ed25519"] });
      expect(again.reply).toMatchObject({ already_exists: { resource: resource("user", made?.sub ?? "") } });
      expect((await judged.client.call(DELETE, resourceId("user", made?.sub ?? ""))).code).toBe("OK");
      expect(await readPool(aws, POOL, "").user("by@example.com")).toBeUndefined();
    } finally {
      aws.destroy();
      await judged.stop();
      await other.stop();
      rmSync(mails, { recursive: true, force: true });
    }
  });

  const lacks = (operation: string): unknown =>
    expect.stringContaining(`${operation}: ${server.url} does not support the operation`);

  // cognito-local answers 500 `CognitoLocal#Unsupported` to these, where Cognito has them.
  test.for([
    ["sign_out_user", "AdminUserGlobalSignOut"],
    ["reset_password", "AdminResetUserPassword"],
  ] as const)("%s fails naming %s, which cognito-local lacks", async ([name, operation]) => {
    const { username, sub } = someone();
    const before = await reading.user(username);
    const { code, reply } = await call(INVOKE, invoke(name, { user_id: sub }));
    expect(code).toBe("OK");
    expect(reply).toMatchObject({
      status: "BATON_ACTION_STATUS_FAILED",
      response: { success: false, error: lacks(operation) },
    });
    expect(await reading.user(username)).toEqual(before);
  });

  test("reset_mfa has nothing to do for a user without a second factor", async () => {
    const { username, sub } = someone();
    const before = await reading.user(username);
    const { reply } = await call(INVOKE, invoke("reset_mfa", { user_id: sub }));
    expect(reply).toMatchObject({ status: "BATON_ACTION_STATUS_COMPLETE", response: { success: true } });
    expect(await reading.user(username)).toEqual(before);
  });

  test("resend_invitation fails: cognito-local has AdminCreateUser, but not with RESEND", async () => {
    const profile = { login: "invited", email: "invited@example.com" };
    const credential_options = { ...random(), force_change_at_next_login: true };
    await call(CREATE_ACCOUNT, { account_info: { profile }, credential_options }, { keys: ["age"] });
    const before = await reading.user("invited");
    const { reply } = await call(INVOKE, invoke("resend_invitation", { user_id: before?.sub ?? "" }));
    expect(reply).toMatchObject({
      status: "BATON_ACTION_STATUS_FAILED",
      response: { success: false, error: lacks("AdminCreateUser") },
    });
    expect(await reading.user("invited")).toEqual(before);
  });

  test("disable_user, whose sign-out cognito-local lacks, is done and says that the sessions were not ended", async () => {
    const { username, sub } = someone();
    const { reply } = await call(INVOKE, invoke("disable_user", { user_id: sub }));
    expect(reply).toMatchObject({
      status: "BATON_ACTION_STATUS_COMPLETE",
      response: {
        success: true,
        warning: expect.stringContaining("the sessions of the user were not ended"),
      },
    });
    expect((await reading.user(username))?.enabled).toBe(false);
  });
});

function clientOf(endpoint: string): CognitoIdentityProviderClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new CognitoIdentityProviderClient({ region: "eu-west-1", endpoint, credentials });
}
