import { describe, expect, test } from "vitest";
import { somePool } from "../../../test/support/fake-directory.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import type { AccountRequest } from "../provisioner.ts";
import { draftAccount } from "./draft.ts";

const plain = somePool();
const alias: Pool = { ...plain, aliasAttributes: ["email", "phone_number"] };
const byEmail: Pool = { ...plain, usernameAttributes: ["email"] };
const byPhone: Pool = { ...plain, usernameAttributes: ["phone_number"] };
const byEither: Pool = { ...plain, usernameAttributes: ["phone_number", "email"] };

interface Wish {
  readonly login?: string;
  readonly emails?: readonly string[];
  readonly profile?: Readonly<Record<string, unknown>>;
}

const request = ({ login, emails = [], profile = {} }: Wish): AccountRequest => ({
  login,
  emails,
  profile: new Map(Object.entries(profile)),
  credential: { kind: "none" },
});

function drafted(pool: Pool, wish: Wish) {
  const { attributes, ...rest } = draftAccount(pool, request(wish));
  return { ...rest, attributes: Object.fromEntries(attributes) };
}

function refusalOf(pool: Pool, wish: Wish): string {
  try {
    draftAccount(pool, request(wish));
  } catch (error) {
    if (error instanceof GovernanceError && error.code === "invalid-argument") return error.message;
    throw error;
  }
  throw new Error("the draft was expected to be refused");
}

describe("the name of an account", () => {
  const mail = "ann@example.com";
  const tel = "+15550001";
  test.for([
    ["a login", plain, { login: "ann" }, { username: "ann", by: "username", attributes: {} }],
    ["a login in the profile", plain, { profile: { login: "ann" } }, { username: "ann", by: "username" }],
    ["a username in the profile", plain, { profile: { username: "ann" } }, { username: "ann" }],
    [
      "the same login thrice",
      plain,
      { login: "ann", profile: { login: "ann", username: "ann" } },
      { username: "ann" },
    ],
    ["an e-mail alone", plain, { emails: [mail] }, { username: mail, attributes: { email: mail } }],
    [
      "an e-mail in the profile alone",
      plain,
      { profile: { email: mail } },
      { username: mail, attributes: { email: mail } },
    ],
    // What the official CLI makes of a login alone.
    [
      "a blank e-mail",
      plain,
      { login: "ann", profile: { login: "ann", email: "" } },
      { username: "ann", attributes: {} },
    ],
    ["a blank primary e-mail", plain, { emails: ["", mail] }, { username: mail }],
    ["a blank login", plain, { login: " ", emails: [mail] }, { username: mail }],
    [
      "an e-mail of another name",
      plain,
      { login: "ann@corp.example", emails: [mail] },
      { username: "ann@corp.example", attributes: { email: mail } },
    ],

    [
      "a login where e-mail is an alias",
      alias,
      { login: "ann", emails: [mail] },
      { username: "ann", by: "username", attributes: { email: mail } },
    ],
    [
      "an e-mail where it is an alias",
      alias,
      { emails: [mail] },
      { username: undefined, by: "email", attributes: { email: mail } },
    ],
    [
      "an e-mail as login where it is an alias",
      alias,
      { login: mail },
      { username: undefined, by: "email", attributes: { email: mail } },
    ],
    [
      "both the same where it is an alias",
      alias,
      { login: mail, emails: [mail] },
      { username: undefined, by: "email" },
    ],
    [
      "a phone number where it is an alias",
      alias,
      { profile: { phone_number: tel } },
      { username: undefined, by: "phone_number" },
    ],
    [
      "a phone number as login where it is an alias",
      alias,
      { login: tel },
      { username: undefined, by: "phone_number", attributes: { phone_number: tel } },
    ],
    [
      "a login where only preferred_username is an alias",
      { ...plain, aliasAttributes: ["preferred_username"] },
      { login: mail },
      { username: mail, by: "username" },
    ],

    [
      "an e-mail where people sign in by it",
      byEmail,
      { emails: [mail] },
      { username: mail, by: "email", attributes: { email: mail } },
    ],
    [
      "an e-mail as login where people sign in by it",
      byEmail,
      { login: mail },
      { username: mail, by: "email", attributes: { email: mail } },
    ],
    [
      "both in another case",
      byEmail,
      { login: "Ann@Example.com", emails: [mail] },
      { username: mail, attributes: { email: mail } },
    ],
    [
      "a phone number where people sign in by it",
      byPhone,
      { profile: { phone: tel } },
      { username: tel, by: "phone_number", attributes: { phone_number: tel } },
    ],
    [
      "an e-mail beside it",
      byPhone,
      { login: tel, emails: [mail] },
      { username: tel, attributes: { phone_number: tel, email: mail } },
    ],
    [
      "a phone number where either will do",
      byEither,
      { login: tel, emails: [mail] },
      { username: tel, by: "phone_number", attributes: { email: mail, phone_number: tel } },
    ],
    [
      "an e-mail where either will do",
      byEither,
      { emails: [mail], profile: { phone_number: tel } },
      { username: mail, by: "email" },
    ],
  ] as const)("L-25: %s", ([, pool, wish, expected]) => {
    expect(drafted(pool, wish)).toMatchObject(expected);
  });

  test.for([
    [
      "two logins",
      plain,
      { login: "ann", profile: { username: "eve" } },
      "login and profile.username: are different",
    ],
    [
      "two logins in another case",
      plain,
      { login: "ann", profile: { login: "Ann" } },
      "login and profile.login: are different",
    ],
    [
      "two e-mails",
      plain,
      { emails: [mail], profile: { email: "eve@example.com" } },
      "emails[0] and profile.email: are different",
    ],
    [
      "another e-mail as login in an e-mail pool",
      byEmail,
      { login: "eve@example.com", emails: [mail] },
      "emails[0] and login: are different",
    ],
    [
      "another e-mail as login in an alias pool",
      alias,
      { login: "eve@example.com", profile: { email: mail } },
      "profile.email and login: are different",
    ],
    [
      "another phone number as login",
      byPhone,
      { login: "+15550002", profile: { phone_number: tel } },
      "profile.phone_number and login: are different",
    ],
    [
      "a plain login in an e-mail pool",
      byEmail,
      { login: "ann", emails: [mail] },
      "login: must be an e-mail address",
    ],
    [
      "a plain login in a phone pool",
      byPhone,
      { login: "ann", profile: { phone_number: tel } },
      "login: must be an E.164",
    ],
    ["no login at all", plain, { profile: { given_name: "Ann" } }, "login: missing"],
    ["no e-mail in an e-mail pool", byEmail, { profile: { given_name: "Ann" } }, "profile.email: missing"],
    ["an e-mail in a phone pool", byPhone, { emails: [mail] }, "profile.phone_number: missing"],
    ["white space in the login", plain, { login: "ann marie" }, "login: must not contain white space"],
    [
      "a display name",
      plain,
      { login: "ann", emails: ["Ann <ann@example.com>"] },
      "emails[0]: must be one plain e-mail address",
    ],
    [
      "a display name in the profile",
      byEmail,
      { profile: { email: "Ann<ann@example.com>" } },
      "profile.email: must be one plain",
    ],
    ["a login that is not a string", plain, { profile: { login: 7 } }, "profile.login: must be a string"],
    [
      "an invitation that is not a boolean",
      plain,
      { login: "ann", profile: { sendInviteEmail: "yes" } },
      "profile.sendInviteEmail: must be true or false",
    ],
    [
      "a verified flag of nothing",
      plain,
      { login: "ann", profile: { email_verified: true } },
      "profile.email: missing",
    ],
    [
      "an unknown attribute",
      plain,
      { login: "ann", profile: { shoe: 42 } },
      "profile.shoe: is no attribute of the pool",
    ],
  ] as const)("refuses %s", ([, pool, wish, expected]) => {
    const message = refusalOf(pool, wish);
    expect(message).toContain(expected);
    for (const value of ["ann@example.com", "eve", "+15550002", "ann marie"])
      expect(message).not.toContain(value);
  });
});

describe("the attributes of an account", () => {
  test("L-14: keys come under the pool's names, absent ones are left out, and nothing is vouched for unasked", () => {
    const { attributes } = drafted(plain, {
      login: "ann",
      emails: ["ann@example.com"],
      profile: { firstName: "Ann", family_name: null, phone: "+15550001", email_verified: true },
    });
    expect(attributes).toEqual({
      given_name: "Ann",
      phone_number: "+15550001",
      email_verified: "true",
      email: "ann@example.com",
    });
  });

  test("L-14: what the pool requires is asked for, all at once and by field", () => {
    const required = (name: string) => ({
      name,
      type: "String" as const,
      mutable: true,
      required: true,
      developerOnly: false,
      minLength: undefined,
      maxLength: undefined,
      minValue: undefined,
      maxValue: undefined,
    });
    const strict = { ...plain, schema: ["given_name", "family_name"].map(required) };
    const message = refusalOf(strict, { login: "ann" });
    expect(message).toBe("profile.given_name, profile.family_name: missing, but required by the pool");
  });

  test.for([
    [undefined, false],
    [null, false],
    [false, false],
    ["false", false],
    [true, true],
    ["true", true],
  ] as const)("mark 40: sendInviteEmail %o invites: %o", ([sendInviteEmail, invite]) => {
    expect(drafted(plain, { login: "ann", profile: { sendInviteEmail } }).invite).toBe(invite);
  });
});

describe("keys that a platform adds to the profile", () => {
  const added = {
    login: "ann",
    email: "",
    username: null,
    emails: ["ann@example.com"],
    login_aliases: ["ann"],
    user_id: "6f1c0000-0000-4000-8000-000000000001",
    user_status: "CONFIRMED",
    created_at: "2026-11-21T00:00:00.000Z",
    modified_at: "2026-11-21T00:00:00.000Z",
    federated: false,
    linked_usernames: [],
    manager: null,
    "custom:department": "",
    sendInviteEmail: null,
  };

  test("do not refuse an account", () => {
    expect(drafted(plain, { profile: { ...added, given_name: "Ann" } })).toMatchObject({
      username: "ann",
      attributes: { given_name: "Ann" },
      invite: false,
    });
  });

  test("are attributes where the pool has one of the name", () => {
    const attribute = {
      name: "custom:user_id",
      type: "String" as const,
      mutable: true,
      required: false,
      developerOnly: false,
      minLength: undefined,
      maxLength: undefined,
      minValue: undefined,
      maxValue: undefined,
    };
    expect(drafted({ ...plain, schema: [attribute] }, { profile: added }).attributes).toEqual({
      "custom:user_id": added.user_id,
    });
  });

  test("do not hide a key that is a mistake", () => {
    expect(refusalOf(plain, { profile: { ...added, managr: "bob" } })).toBe(
      "profile.managr: is no attribute of the pool",
    );
  });
});
