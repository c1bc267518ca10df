import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { someUser } from "../../../test/support/fake-directory.ts";
import { failing, nothingToDo, verbsOf } from "../../../test/support/fake-provisioner.ts";
import { DRY, fakeSealing, fakeVerbs, REAL, unsealed } from "../../../test/support/fake-verbs.ts";
import { GovernanceError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import {
  type CreateAccountRequest,
  CreateAccountRequestSchema,
  type CredentialOptions,
  CredentialOptionsSchema,
} from "../../protocol/messages.ts";
import type { CreatedAccount } from "../../provision/provisioner.ts";

const never = new AbortController().signal;

const info = { login: "ada", emails: [{ address: "ada@example.com", isPrimary: true }] };
function wanted(init: MessageInitShape<typeof CredentialOptionsSchema>): CredentialOptions {
  return create(CredentialOptionsSchema, init);
}

const random = wanted({ options: { case: "randomPassword", value: { length: 20n } } });
const oneKey = [{ provider: "one" }];

type Different = Exclude<MessageInitShape<typeof CreateAccountRequestSchema>, CreateAccountRequest>;

function request(over: Different = {}): CreateAccountRequest {
  return create(CreateAccountRequestSchema, { accountInfo: info, ...over });
}

const account: CreatedAccount = {
  state: "created",
  user: someUser({ sub: "sub-1", username: "ada" }),
  password: undefined,
  actionRequired: undefined,
  nextStep: undefined,
  invitationExpiresAt: undefined,
};

describe("what is asked of the provisioner", () => {
  test("is login, e-mails with the primary one first, and the profile as JSON", async () => {
    const { verbs, calls } = fakeVerbs();
    const emails = ["b@example.com", "c@example.com", "a@example.com"].map((address) => ({
      address,
      isPrimary: address.startsWith("a"),
    }));
    const profile = { given_name: "Ada", sendInviteEmail: false, "custom:n": 0, tags: ["x"] };
    const accountInfo = { login: "ada", loginAliases: ["countess"], emails, profile };
    await verbs.createAccount(request({ accountInfo }), REAL, never);
    expect(calls).toEqual([
      {
        verb: "createAccount",
        args: [
          {
            login: "ada",
            emails: ["a@example.com", "b@example.com", "c@example.com"],
            profile: new Map(Object.entries(profile)),
            credential: { kind: "none" },
          },
          REAL,
        ],
      },
    ]);
  });

  test("leaves out an empty login: the profile may have it", async () => {
    const { verbs, calls } = fakeVerbs();
    await verbs.createAccount(request({ accountInfo: { profile: { login: "ada" } } }), REAL, never);
    expect(calls[0]?.args[0]).toMatchObject({ login: undefined, emails: [] });
  });

  test.for(["", "user"])("takes resource type %o", async (resourceTypeId) => {
    const { verbs, calls } = fakeVerbs();
    await verbs.createAccount(request({ resourceTypeId }), REAL, never);
    expect(calls).toHaveLength(1);
  });

  test.for([
    ["none at all", undefined, { kind: "none" }],
    ["no password", wanted({ options: { case: "noPassword", value: {} } }), { kind: "none" }],
    [
      "a random one",
      wanted({
        options: {
          case: "randomPassword",
          value: { length: 20n, constraints: [{ charSet: "abc", minCount: 2 }] },
        },
      }),
      { kind: "random", length: 20, constraints: [{ charSet: "abc", minCount: 2 }], temporary: false },
    ],
    [
      "a random one to be changed",
      wanted({ options: { case: "randomPassword", value: {} }, forceChangeAtNextLogin: true }),
      { kind: "random", length: undefined, constraints: [], temporary: true },
    ],
  ] as const)("a credential: %s", async ([, credentialOptions, expected]) => {
    const { verbs, calls } = fakeVerbs();
    const options = credentialOptions === undefined ? {} : { credentialOptions };
    await verbs.createAccount(request({ ...options, encryptionConfigs: oneKey }), REAL, never);
    expect(calls[0]?.args[0]).toMatchObject({ credential: expected });
  });

  test("is a given password, opened, and nothing comes back", async () => {
    const { verbs, calls } = fakeVerbs();
    const encryptedBytes = Uint8Array.from(Buffer.from(Buffer.from("Chosen-1").toString("hex")));
    const credentialOptions = wanted({
      options: { case: "encryptedPassword", value: { encryptedPasswords: [{ encryptedBytes }] } },
      forceChangeAtNextLogin: true,
    });
    const answer = await verbs.createAccount(request({ credentialOptions }), REAL, never);
    const [asked] = calls[0]?.args ?? [];
    expect(asked).toMatchObject({ credential: { kind: "given", temporary: true } });
    const password: unknown = Reflect.get(Object(Reflect.get(Object(asked), "credential")), "password");
    expect(password instanceof Secret && password.reveal()).toBe("Chosen-1");
    expect(answer.encryptedData).toEqual([]);
  });
});

describe("what is wrong with a request is said before anything is done", () => {
  const encrypted = wanted({ options: { case: "encryptedPassword", value: { encryptedPasswords: [{}] } } });
  const wrong: readonly (readonly [string, CreateAccountRequest, string, RegExp])[] = [
    ["no account", create(CreateAccountRequestSchema), "invalid-argument", /^account_info: missing/],
    [
      "a thousand addresses",
      create(CreateAccountRequestSchema, {
        accountInfo: { emails: Array.from({ length: 1000 }, () => ({ address: "a@example.org" })) },
      }),
      "invalid-argument",
      /^account_info\.emails: has 1000 entries; give at most 100$/,
    ],
    [
      "a thousand aliases",
      create(CreateAccountRequestSchema, {
        accountInfo: { loginAliases: Array.from({ length: 1000 }, () => "a") },
      }),
      "invalid-argument",
      /^account_info\.login_aliases: has 1000 entries; give at most 100$/,
    ],
    [
      "another type",
      request({ resourceTypeId: "robot" }),
      "unimplemented",
      /^resource_type_id: .*"robot".*user and group/,
    ],
    [
      "groups are no accounts",
      request({ resourceTypeId: "group" }),
      "unimplemented",
      /^resource_type_id: .*"group"/,
    ],
    [
      "single sign-on",
      request({ credentialOptions: { options: { case: "sso", value: { ssoProvider: "x" } } } }),
      "invalid-argument",
      /^credential_options\.sso: .*first sign-in.*use no_password/,
    ],
    [
      "an unset option",
      request({ credentialOptions: {} }),
      "invalid-argument",
      /^credential_options: no option is set/,
    ],
    [
      "a generated password without a key to return it to",
      request({ credentialOptions: random }),
      "invalid-argument",
      /^encryption_configs: missing; .*it needs a key/,
    ],
    [
      "a bad key",
      request({ credentialOptions: random, encryptionConfigs: [{ provider: "bad" }] }),
      "invalid-argument",
      /^encryption_configs\[0\]\.provider/,
    ],
    [
      "a bad key, though nothing is to be sealed",
      request({ encryptionConfigs: [{ provider: "bad" }] }),
      "invalid-argument",
      /^encryption_configs\[0\]\.provider/,
    ],
    [
      "a given password with keys for the way back",
      request({ credentialOptions: encrypted, encryptionConfigs: oneKey }),
      "invalid-argument",
      /^encryption_configs: must be empty with credential_options\.encrypted_password/,
    ],
  ];

  test.for(wrong)("%s", async ([, asked, code, message]) => {
    for (const context of [REAL, DRY]) {
      const { verbs, calls, poolReads } = fakeVerbs();
      const answer = verbs.createAccount(asked, context, never);
      await expect(answer).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
      expect([calls, poolReads()]).toEqual([[], 0]);
    }
  });

  test("a given password without a client secret", async () => {
    const sealing = { ...fakeSealing, open: undefined };
    const { verbs, calls } = fakeVerbs({}, { sealing });
    await expect(verbs.createAccount(request({ credentialOptions: encrypted }), REAL, never)).rejects.toThrow(
      /^credential_options\.encrypted_password: .*no client-secret/,
    );
    expect(calls).toEqual([]);
  });

  test("a pool that cannot be described: afterwards it would hide that the account exists", async () => {
    const throttled = new GovernanceError("throttled", "too fast");
    const { verbs, calls } = fakeVerbs({}, { pool: failing(throttled) });
    await expect(verbs.createAccount(request(), REAL, never)).rejects.toBe(throttled);
    expect(calls).toEqual([]);
  });
});

describe("the answer", () => {
  test("to a made account has the resource and the password for each key, in clear nowhere", async () => {
    const { verbs } = fakeVerbs();
    const two = [{ provider: "one" }, { provider: "two" }];
    const asked = request({ credentialOptions: random, encryptionConfigs: two });
    const { result, encryptedData, annotations } = await verbs.createAccount(asked, REAL, never);
    expect(result).toMatchObject({
      case: "success",
      value: {
        isCreateAccountResult: true,
        resource: { id: { resourceType: "user", resource: "sub-new" }, displayName: "name-of-sub-new" },
      },
    });
    expect(encryptedData.map(({ name, provider }) => [name, provider])).toEqual([
      ["password", "one"],
      ["password", "two"],
    ]);
    expect(unsealed(encryptedData)).toEqual(["generated-Password-1", "generated-Password-1"]);
    expect(annotations).toEqual([]);
  });

  test("says when an invitation ends", async () => {
    const expires = new Date("2026-11-28T10:00:00Z");
    const result = { ...account, invitationExpiresAt: expires };
    const { verbs } = fakeVerbs({ createAccount: async () => ({ ...nothingToDo(result), outcome: "done" }) });
    const answer = await verbs.createAccount(request(), REAL, never);
    const until = answer.result.case === "success" ? answer.result.value.invitationExpiresAt : undefined;
    expect(until && timestampDate(until)).toEqual(expires);
  });

  test("says what is still to be done", async () => {
    const result = { ...account, actionRequired: "somebody must verify the address" };
    const { verbs } = fakeVerbs({ createAccount: async () => ({ ...nothingToDo(result), outcome: "done" }) });
    expect((await verbs.createAccount(request(), REAL, never)).result).toMatchObject({
      case: "actionRequired",
      value: {
        isCreateAccountResult: true,
        message: "somebody must verify the address",
        resource: { id: { resource: "sub-1" } },
      },
    });
  });

  test("is success, as in connectors of the Baton SDK, where nobody asked for a password or an invitation", async () => {
    const result = { ...account, nextStep: "nobody knows the password" };
    const { verbs } = fakeVerbs({ createAccount: async () => ({ ...nothingToDo(result), outcome: "done" }) });
    const answer = await verbs.createAccount(request(), REAL, never);
    expect(answer.result).toMatchObject({
      case: "success",
      value: { isCreateAccountResult: true, resource: { id: { resource: "sub-1" } } },
    });
  });

  test.for([REAL, DRY])("to an account that is there already gives it: %o", async (context) => {
    const result: CreatedAccount = { ...account, state: "already-exists" };
    const { verbs } = fakeVerbs({ createAccount: async () => nothingToDo(result) });
    expect((await verbs.createAccount(request(), context, never)).result).toMatchObject({
      case: "alreadyExists",
      value: { isCreateAccountResult: true, resource: { id: { resource: "sub-1" } } },
    });
  });

  test("to a dry run names the calls and has neither resource nor password", async () => {
    const { verbs } = fakeVerbs();
    const asked = request({ credentialOptions: random, encryptionConfigs: oneKey });
    const { result, encryptedData, annotations } = await verbs.createAccount(asked, DRY, never);
    expect(result).toMatchObject({
      case: "actionRequired",
      value: {
        isCreateAccountResult: true,
        message: "dry run: would call AdminCreateUser, AdminSetUserPassword",
      },
    });
    expect(result.value?.resource).toBeUndefined();
    expect(encryptedData).toEqual([]);
    expect(annotations).toHaveLength(1);
  });

  test("when the password cannot be encrypted, says that the account exists, without the password", async () => {
    const sealing = {
      ...fakeSealing,
      sealer: async () => ({
        recipients: 1,
        seal: async () => {
          throw new GovernanceError("internal", "password could not be encrypted");
        },
      }),
    };
    const fake = fakeVerbs({}, { sealing });
    const asked = request({ credentialOptions: random, encryptionConfigs: oneKey });
    const failure = await fake.verbs.createAccount(asked, REAL, never).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "internal",
      appliedEffects: ["the account exists (user sub-new)"],
      message: expect.stringMatching(/the account exists \(user sub-new\).*rotate the credential/),
    });
    expect(verbsOf(fake)).toEqual(["createAccount"]);
    expect(String(failure) + JSON.stringify(failure)).not.toContain("generated-Password");
  });
});
