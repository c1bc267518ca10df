import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { person } from "../../cognito/definitions.ts";
import type { StoredUser } from "../../cognito/stored-user.ts";
import type { JsonObject, Performed } from "../official-client.ts";
import { CREATE_ACCOUNT, DELETE, DRY_RUN, random, resource, resourceId } from "../requests.ts";
import { type Scene, setScene } from "./scene.ts";

const jwk = JSON.stringify(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }));
const clientSecret = `client@id:tenant:v1:${Buffer.from(jwk).toString("base64url")}`;
const NONE = { no_password: {} };

const primary = (address: string) => [{ address, is_primary: true }];

/** The attributes of a user in the pool, which keeps the sub apart. */
function attributesOf(user: StoredUser | undefined): Record<string, string> {
  return Object.fromEntries(user?.attributes ?? []);
}

describe("accounts of a pool with usernames", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await setScene(
      {
        users: [person(1, { username: "already-here" })],
        schema: [
          { name: "custom:department" },
          { name: "custom:level", type: "Number" },
          { name: "custom:badge", mutable: false },
        ],
      },
      { env: { BATON_CLIENT_SECRET: clientSecret } },
    );
  });

  afterAll(() => scene.close());

  const create = (request: JsonObject, more = {}): Promise<Performed> =>
    scene.call(CREATE_ACCOUNT, request, more);

  test("the SDK's account manager creates one by login and profile", async () => {
    const profile = {
      given_name: "Zoë",
      family_name: "Ünal 🦊",
      "custom:department": "Ops",
      "custom:level": 3,
    };
    const task = { kind: "create-account", login: "zoe", email: "zoe@example.com", profile } as const;
    const { code, calls } = await scene.serving.client.task(task);
    expect(code).toBe("OK");
    const made = scene.pool.stored("zoe");
    expect(attributesOf(made)).toEqual({
      email: "zoe@example.com",
      given_name: "Zoë",
      family_name: "Ünal 🦊",
      "custom:department": "Ops",
      "custom:level": "3",
    });
    expect(made).toMatchObject({ enabled: true, status: "CONFIRMED", invitations: 0 });
    expect(made?.passwords[0]).toHaveLength(20);
    expect(calls[0]?.reply).toMatchObject({
      success: { is_create_account_result: true, resource: resource("user", made?.sub ?? "") },
      encrypted_data: [{ provider: "baton/jwk/v1", name: "password" }],
    });

    const [again, writes] = await scene.writesOf(() => scene.serving.client.task(task));
    expect(again.calls[0]?.reply).toMatchObject({
      already_exists: { is_create_account_result: true, resource: resource("user", made?.sub ?? "") },
    });
    expect(again.calls[0]?.reply).not.toHaveProperty("encrypted_data");
    expect(writes).toEqual([]);
  });

  test("a generated password opens with every kind of key, and is the password of the account", async () => {
    const keys = ["ed25519", "p256", "p384", "p521", "rsa", "age", "age-hybrid"] as const;
    const { code, opened } = await create(
      { account_info: { login: "keyed" }, credential_options: random(32) },
      { keys },
    );
    expect(code).toBe("OK");
    const [password] = scene.pool.stored("keyed")?.passwords ?? [];
    expect(password).toHaveLength(32);
    expect(opened.map(({ key, text }) => [key, text])).toEqual(keys.map((key) => [key, password]));
    expect(scene.pool.stored("keyed")?.status).toBe("CONFIRMED");
  });

  test("a password for the first sign-in only", async () => {
    const credential_options = { ...random(), force_change_at_next_login: true };
    const [{ opened }, writes] = await scene.writesOf(() =>
      create({ account_info: { login: "temporary" }, credential_options }, { keys: ["age"] }),
    );
    const made = scene.pool.stored("temporary");
    expect(made).toMatchObject({ status: "FORCE_CHANGE_PASSWORD", passwords: [opened[0]?.text] });
    expect(writes).toEqual(["AdminCreateUser"]);
  });

  test("a password that the platform chose, encrypted to the client secret", async () => {
    const chosen = { clientSecret, text: Buffer.from("Chosen-päss-1🦊").toString("base64") };
    const answer = await create({ account_info: { login: "chosen" } }, { chosen });
    expect(answer).toMatchObject({ code: "OK", opened: [] });
    expect(answer.reply).not.toHaveProperty("encrypted_data");
    expect(scene.pool.stored("chosen")).toMatchObject({
      status: "CONFIRMED",
      passwords: ["Chosen-päss-1🦊", expect.any(String)],
    });

    const weak = { clientSecret, text: Buffer.from("weak").toString("base64") };
    const [refused, writes] = await scene.writesOf(() =>
      create({ account_info: { login: "weak" } }, { chosen: weak }),
    );
    expect([refused.code, writes]).toEqual(["InvalidArgument", []]);
    expect(refused.message).not.toContain("weak");
  });

  test("without a password and an invitation, no message is sent and the answer is success", async () => {
    const info = { login: "quiet", emails: primary("quiet@example.com") };
    const { reply } = await create({ account_info: info, credential_options: NONE });
    expect(reply).toHaveProperty("success.resource");
    expect(scene.pool.stored("quiet")).toMatchObject({ status: "FORCE_CHANGE_PASSWORD", invitations: 0 });
  });

  test("an invitation is sent when it is asked for, and the answer has its last day", async () => {
    const profile = { login: "invited", email: "invited@example.com", sendInviteEmail: true };
    const { reply } = await create({ account_info: { profile }, credential_options: NONE });
    expect(scene.pool.stored("invited")).toMatchObject({ status: "FORCE_CHANGE_PASSWORD", invitations: 1 });
    expect(reply).toHaveProperty("success.invitation_expires_at");
    expect(attributesOf(scene.pool.stored("invited"))).toEqual({ email: "invited@example.com" });
  });

  test("an e-mail address alone becomes the username", async () => {
    const { reply } = await create({
      account_info: { emails: primary("only@example.com") },
      credential_options: NONE,
    });
    const made = scene.pool.stored("only@example.com");
    expect(reply).toMatchObject({ success: { resource: resource("user", made?.sub ?? "") } });
    expect(attributesOf(made)).toEqual({ email: "only@example.com" });
  });

  test("another user with the login is not changed by any request", async () => {
    const stranger = scene.pool.stored("already-here");
    const before = attributesOf(stranger);
    const info = { login: "already-here", profile: { given_name: "Mallory" } };
    const [{ reply, opened }, writes] = await scene.writesOf(() =>
      create({ account_info: info, credential_options: random() }, { keys: ["age"] }),
    );
    expect(reply).toMatchObject({ already_exists: { resource: resource("user", stranger?.sub ?? "") } });
    expect([opened, writes]).toEqual([[], []]);
    expect([attributesOf(stranger), stranger?.passwords]).toEqual([before, []]);
  });

  test("two requests at once create one account", async () => {
    const request = { account_info: { login: "once" }, credential_options: random() };
    const [both, writes] = await scene.writesOf(() =>
      Promise.all([create(request, { keys: ["age"] }), create(request, { keys: ["age"] })]),
    );
    const kinds = both.flatMap(({ reply }) =>
      ["success", "already_exists"].filter((kind) => Object.hasOwn(reply, kind)),
    );
    expect(kinds.toSorted()).toEqual(["already_exists", "success"]);
    expect(writes).toEqual(["AdminCreateUser", "AdminSetUserPassword"]);
    const passwords = both.flatMap(({ opened }) => opened.map(({ text }) => text));
    expect(passwords).toEqual([scene.pool.stored("once")?.passwords[0]]);
  });

  test("an account that is created, deleted and created again is another account", async () => {
    const request = { account_info: { login: "phoenix" }, credential_options: NONE };
    await create(request);
    const first = scene.pool.stored("phoenix")?.sub ?? "";
    expect((await scene.call(DELETE, resourceId("user", first))).code).toBe("OK");
    const { reply } = await create(request);
    const second = scene.pool.stored("phoenix")?.sub ?? "";
    expect(second).not.toBe(first);
    expect(reply).toMatchObject({ success: { resource: resource("user", second) } });
  });

  const brokenKey = { jwk_public_key_config: { pub_key: Buffer.from("{}").toString("base64") } };
  test.for([
    ["nothing to go by", { account_info: {}, credential_options: NONE }, "login"],
    ["no account", { credential_options: NONE }, "account_info"],
    ["a bad e-mail address", { account_info: { login: "bad", emails: primary("no address") } }, "address"],
    [
      "a bad e-mail address in the profile",
      { account_info: { login: "bad", profile: { email: "no address" } } },
      "profile.email",
    ],
    ["two logins", { account_info: { login: "bad", profile: { login: "other" } } }, "profile.login"],
    [
      "an attribute that the pool lacks",
      { account_info: { login: "bad", profile: { "custom:nothing": "x" } } },
      "profile.custom:nothing",
    ],
    [
      "a text for a number",
      { account_info: { login: "bad", profile: { "custom:level": "high" } } },
      "profile.custom:level",
    ],
    ["a sub of one's own", { account_info: { login: "bad", profile: { sub: "x" } } }, "profile.sub"],
    [
      "a phone number of another form",
      { account_info: { login: "bad", profile: { phone_number: "0151" } } },
      "profile.phone_number",
    ],
    [
      "an invitation without an address",
      { account_info: { login: "bad", profile: { sendInviteEmail: true } } },
      "profile.sendInviteEmail",
    ],
    ["white space in the login", { account_info: { login: "bad login" } }, "login"],
    [
      "a random password and no key",
      { account_info: { login: "bad" }, credential_options: random() },
      "encryption_configs",
    ],
    [
      "a key that is not one",
      { account_info: { login: "bad" }, credential_options: random(), encryption_configs: [brokenKey] },
      "encryption_configs",
    ],
    [
      "a single sign-on account",
      { account_info: { login: "bad" }, credential_options: { sso: { sso_provider: "Google" } } },
      "credential_options.sso",
    ],
  ] as const)(
    "%s is refused before anything is written, by the name of the field",
    async ([, request, field]) => {
      const [{ code, message }, writes] = await scene.writesOf(() => create(request));
      expect([code, writes]).toEqual(["InvalidArgument", []]);
      expect(message).toContain(field);
      expect(message).not.toMatch(/0151|no address|high/);
      expect(scene.pool.stored("bad")).toBeUndefined();
    },
  );

  test("other types are not offered", async () => {
    const answer = await create({ account_info: { login: "bad" }, resource_type_id: "role" });
    expect(answer.code).toBe("Unimplemented");
  });

  test("a dry run creates no account, and says which calls it would make", async () => {
    const request = { account_info: { login: "never" }, credential_options: random() };
    const [{ code, reply, opened }, writes] = await scene.writesOf(() =>
      create(request, { ...DRY_RUN, keys: ["age"] }),
    );
    expect([code, opened, writes]).toEqual(["OK", [], []]);
    expect(scene.pool.stored("never")).toBeUndefined();
    expect(reply["annotations"]).toMatchObject([
      { value: { dry_run: true, would_call: ["AdminCreateUser", "AdminSetUserPassword"] } },
    ]);
  });
});

describe("accounts of a pool where people sign in by e-mail", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await setScene({ users: [], usernameAttributes: ["email"] });
  });

  afterAll(() => scene.close());

  test.for([
    ["e-mail", { emails: primary("by-mail@example.com") }],
    ["login", { login: "by-login@example.com" }],
    ["profile", { profile: { email: "by-profile@example.com" } }],
  ] as const)(
    "given by %s the username is Cognito's own, and the second time finds it",
    async ([by, info]) => {
      const email = `by-${by === "e-mail" ? "mail" : by}@example.com`;
      const request = { account_info: info, credential_options: random() };
      const first = await scene.call(CREATE_ACCOUNT, request, { keys: ["p256"] });
      const made = scene.pool.resolve(email);
      expect(made?.username).toMatch(/^[0-9a-f-]{36}$/);
      expect(attributesOf(made)).toEqual({ email });
      expect(first.reply).toMatchObject({ success: { resource: resource("user", made?.sub ?? "") } });
      expect(first.opened[0]?.text).toBe(made?.passwords[0]);

      const [again, writes] = await scene.writesOf(() =>
        scene.call(CREATE_ACCOUNT, request, { keys: ["p256"] }),
      );
      expect(again.reply).toMatchObject({ already_exists: { resource: resource("user", made?.sub ?? "") } });
      expect(writes).toEqual([]);
    },
  );
});

describe("accounts of a pool where the e-mail address is an alias", () => {
  test("an address leads to a generated username, and remains the address", async () => {
    const scene = await setScene({ users: [], aliasAttributes: ["email"] });
    const info = { emails: primary("alias@example.com") };
    const { code } = await scene.call(CREATE_ACCOUNT, { account_info: info, credential_options: NONE });
    const [made] = scene.pool.allUsers();
    await scene.close();
    expect(code).toBe("OK");
    expect(made?.username).not.toContain("@");
    expect(attributesOf(made)).toEqual({ email: "alias@example.com" });
  });
});
