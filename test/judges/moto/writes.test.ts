import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
import { type Moto, startMoto } from "./server.ts";

const NOBODY = "00000000-0000-4000-8000-ffffffffffff";

interface Judged {
  readonly UserPoolId: string;
  readonly ClientId: string;
  readonly serving: Serving;
  readonly reading: PoolReading;
}

describe("moto, changed by the official Go client through our server", () => {
  let moto: Moto;
  let client: CognitoIdentityProviderClient;
  let names: Judged;
  let mails: Judged;

  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: "moto", secretAccessKey: "moto" };
    client = new CognitoIdentityProviderClient({ region: "us-east-1", endpoint: moto.url, credentials });
    names = await judgedPool({});
    mails = await judgedPool({ UsernameAttributes: ["email"] });
    for (const GroupName of ["few", "many"]) {
      await client.send(new CreateGroupCommand({ UserPoolId: names.UserPoolId, GroupName, Precedence: 3 }));
    }
  });

  afterAll(async () => {
    await names.serving.stop();
    await mails.serving.stop();
    client.destroy();
    await moto.stop();
  });

  async function judgedPool(more: { readonly UsernameAttributes?: ["email"] }): Promise<Judged> {
    const Schema = [{ Name: "department", AttributeDataType: "String" as const, Mutable: true }];
    const made = await client.send(new CreateUserPoolCommand({ PoolName: "judge", Schema, ...more }));
    const UserPoolId = made.UserPool?.Id ?? "";
    const ExplicitAuthFlows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH" as const];
    const app = await client.send(
      new CreateUserPoolClientCommand({ UserPoolId, ClientName: "judge", ExplicitAuthFlows }),
    );
    const ClientId = app.UserPoolClient?.ClientId ?? "";
    const serving = await startServing({ url: moto.url, poolId: UserPoolId });
    return { UserPoolId, ClientId, serving, reading: readPool(client, UserPoolId, ClientId) };
  }

  const call = (method: string, request: JsonObject, more = {}): Promise<Performed> =>
    names.serving.client.call(method, request, more);

  /** Creates a user with AWS's own SDK; returns the sub. */
  async function someone(Username: string, ...groups: readonly string[]): Promise<string> {
    const { UserPoolId } = names;
    const UserAttributes = [
      { Name: "email", Value: `${Username}@example.com` },
      { Name: "email_verified", Value: "true" },
    ];
    const MessageAction = "SUPPRESS";
    const { User } = await client.send(
      new AdminCreateUserCommand({ UserPoolId, Username, UserAttributes, MessageAction }),
    );
    for (const GroupName of groups) {
      await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
    }
    return User?.Attributes?.find(({ Name }) => Name === "sub")?.Value ?? "";
  }

  async function complete(name: string, args: JsonObject): Promise<void> {
    const { code, reply } = await call(INVOKE, invoke(name, args));
    expect({ code, ...reply }).toMatchObject({ code: "OK", status: "BATON_ACTION_STATUS_COMPLETE" });
  }

  test("memberships are added and removed, and the second time is reported as such", async () => {
    const sub = await someone("member", "many");
    const { reading } = names;
    expect(await call(GRANT, grantRequest("few", sub))).toMatchObject({ code: "OK", annotations: [] });
    expect(await reading.groupsOf("member")).toEqual(["few", "many"]);
    const again = await call(GRANT, grantRequest("few", sub));
    expect(again).toMatchObject({ code: "OK", annotations: ["GrantAlreadyExists"] });
    expect(await call(REVOKE, revokeRequest("many", sub))).toMatchObject({ code: "OK", annotations: [] });
    expect(await reading.groupsOf("member")).toEqual(["few"]);
    const revoked = await call(REVOKE, revokeRequest("many", sub));
    expect(revoked).toMatchObject({ code: "OK", annotations: ["GrantAlreadyRevoked"] });
    expect((await call(GRANT, grantRequest("nothing", sub))).code).toBe("NotFound");
    expect((await call(GRANT, grantRequest("few", NOBODY))).code).toBe("NotFound");
  });

  test("an account has the requested values, and its password signs in", async () => {
    const info = {
      login: "ada",
      emails: [{ address: "ada@example.com", is_primary: true }],
      profile: { given_name: "Ada", "custom:department": "Ünïts 🗼" },
    };
    const request = { account_info: info, credential_options: random() };
    const { code, reply, opened } = await call(CREATE_ACCOUNT, request, { keys: ["ed25519"] });
    const made = await names.reading.user("ada");
    expect(made).toMatchObject({ enabled: true, status: "CONFIRMED" });
    expect(made?.attributes).toEqual({
      email: "ada@example.com",
      given_name: "Ada",
      "custom:department": "Ünïts 🗼",
    });
    expect(code).toBe("OK");
    expect(reply).toMatchObject({ success: { resource: resource("user", made?.sub ?? "") } });
    expect(await names.reading.signIn("ada", opened[0]?.text ?? "")).toBe("tokens");

    const again = await call(CREATE_ACCOUNT, request, { keys: ["ed25519"] });
    expect(again.reply).toMatchObject({ already_exists: { resource: resource("user", made?.sub ?? "") } });
    expect(again.opened).toEqual([]);
    expect(await names.reading.signIn("ada", opened[0]?.text ?? "")).toBe("tokens");
  });

  test("a temporary password must be changed at the first sign-in", async () => {
    const credential_options = { ...random(), force_change_at_next_login: true };
    const request = { account_info: { login: "first" }, credential_options };
    const { opened } = await call(CREATE_ACCOUNT, request, { keys: ["age"] });
    expect((await names.reading.user("first"))?.status).toBe("FORCE_CHANGE_PASSWORD");
    expect(await names.reading.signIn("first", opened[0]?.text ?? "")).toBe("NEW_PASSWORD_REQUIRED");
  });

  test("where people sign in by e-mail the username is generated, and the second request finds the account", async () => {
    const info = { emails: [{ address: "by@example.com", is_primary: true }] };
    const request = { account_info: info, credential_options: random() };
    const first = await mails.serving.client.call(CREATE_ACCOUNT, request, { keys: ["p256"] });
    const made = await mails.reading.user("by@example.com");
    expect(first.reply).toMatchObject({ success: { resource: resource("user", made?.sub ?? "") } });
    expect(made?.attributes).toMatchObject({ email: "by@example.com" });
    expect(await mails.reading.signIn("by@example.com", first.opened[0]?.text ?? "")).toBe("tokens");
    const again = await mails.serving.client.call(CREATE_ACCOUNT, request, { keys: ["p256"] });
    expect(again.reply).toMatchObject({ already_exists: { resource: resource("user", made?.sub ?? "") } });
  });

  test("a rotated password replaces the old one", async () => {
    const sub = await someone("rotated");
    const request = { ...resourceId("user", sub), credential_options: random() };
    const old = (await call(ROTATE, request, { keys: ["rsa"] })).opened[0]?.text ?? "";
    expect(await names.reading.signIn("rotated", old)).toBe("tokens");
    const fresh = (await call(ROTATE, request, { keys: ["rsa"] })).opened[0]?.text ?? "";
    expect(await names.reading.signIn("rotated", old)).toBe("NotAuthorizedException");
    expect(await names.reading.signIn("rotated", fresh)).toBe("tokens");
    const nobody = { ...resourceId("user", NOBODY), credential_options: random() };
    expect((await call(ROTATE, nobody, { keys: ["rsa"] })).code).toBe("NotFound");
  });

  test("a disabled account cannot sign in, an enabled one can", async () => {
    const sub = await someone("access");
    await complete("set_password", { user_id: sub, password: "Judged-by-moto-1", permanent: true });
    expect(await names.reading.signIn("access", "Judged-by-moto-1")).toBe("tokens");
    for (const _ of ["once", "twice"]) {
      await complete("disable_user", { user_id: sub });
      expect((await names.reading.user("access"))?.enabled).toBe(false);
    }
    expect(await names.reading.signIn("access", "Judged-by-moto-1")).toBe("NotAuthorizedException");
    await complete("enable_user", { user_id: sub });
    expect(await names.reading.signIn("access", "Judged-by-moto-1")).toBe("tokens");
    await complete("sign_out_user", { user_id: sub });
    await complete("reset_mfa", { user_id: sub });
    await complete("reset_password", { user_id: sub });
    expect((await names.reading.user("access"))?.status).toBe("RESET_REQUIRED");
  });

  test("attributes are set and deleted", async () => {
    const sub = await someone("changing");
    await complete("update_user_attributes", {
      user_id: sub,
      set: { "custom:department": "Ops", given_name: "Zoë" },
      email: "new@example.com",
      email_verified: true,
    });
    await complete("update_user_attributes", { user_id: sub, delete: ["given_name"] });
    expect((await names.reading.user("changing"))?.attributes).toEqual({
      "custom:department": "Ops",
      email: "new@example.com",
      email_verified: "true",
    });
  });

  test("a user who signed up is confirmed", async () => {
    const { ClientId } = names;
    const UserAttributes = [{ Name: "email", Value: "self@example.com" }];
    const Password = "Signed-up-1";
    const { UserSub } = await client.send(
      new SignUpCommand({ ClientId, Username: "self", Password, UserAttributes }),
    );
    expect((await names.reading.user("self"))?.status).toBe("UNCONFIRMED");
    await complete("confirm_sign_up", { user_id: UserSub ?? "" });
    expect((await names.reading.user("self"))?.status).toBe("CONFIRMED");
  });

  test("groups are made, changed and deleted, precedence 0 included", async () => {
    const made = {
      ...resource("group", "team"),
      description: "Made by the judge",
      profile: { precedence: 0 },
    };
    expect((await call(CREATE_RESOURCE, { resource: made })).code).toBe("OK");
    expect(await names.reading.group("team")).toEqual({ description: "Made by the judge", precedence: 0 });
    await complete("update_group", { group_id: "team", description: "Changed" });
    expect(await names.reading.group("team")).toEqual({ description: "Changed", precedence: 0 });
    for (const method of [DELETE, DELETE_V2]) {
      expect((await call(method, resourceId("group", "team"))).code).toBe("OK");
      expect(await names.reading.group("team")).toBeUndefined();
    }
  });

  test("an account is deleted once, and a dry run deletes no account", async () => {
    const sub = await someone("leaving", "few");
    expect((await call(DELETE, resourceId("user", sub), DRY_RUN)).code).toBe("OK");
    expect(await names.reading.user("leaving")).toBeDefined();
    for (const method of [DELETE, DELETE_V2]) {
      expect((await call(method, resourceId("user", sub))).code).toBe("OK");
      expect(await names.reading.user("leaving")).toBeUndefined();
    }
  });

  // The exception for moto: its RESEND makes another account under the same username, where Cognito keeps it.
  test("an invitation is resent, and the other account that moto then has with that name is not changed", async () => {
    const sub = await someone("resent", "few");
    await complete("resend_invitation", { user_id: sub });
    const other = await names.reading.user("resent");
    expect(other).toMatchObject({ enabled: true, status: "FORCE_CHANGE_PASSWORD" });
    expect(other?.sub).not.toBe(sub);

    const disabled = await call(INVOKE, invoke("disable_user", { user_id: sub }));
    expect(disabled).toMatchObject({
      code: "NotFound",
      message: expect.stringContaining(`user ${sub} is not in this pool`),
    });
    expect((await call(GRANT, grantRequest("many", sub))).code).toBe("NotFound");
    expect((await call(DELETE, resourceId("user", sub))).code).toBe("OK");
    expect(await names.reading.user("resent")).toEqual(other);
    expect(await names.reading.groupsOf("resent")).not.toContain("many");
  });
});
