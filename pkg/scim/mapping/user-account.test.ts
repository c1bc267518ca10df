import { describe, expect, test } from "vitest";
import { customAttribute, type ScimPoolKind, scimContext } from "../../../test/support/scim-pools.ts";
import { draftAccount } from "../../provision/accounts/draft.ts";
import { COGNITO_USER_URN, type JsonValue, type ScimResource } from "../resource.ts";
import type { MappingContext } from "./context.ts";
import { groupIdOf } from "./locations.ts";
import { newAccountOf } from "./user-account.ts";

const NEW = "6f1c0000-0000-4000-8000-00000000000a";
const account = (resource: ScimResource, context: MappingContext) =>
  newAccountOf(resource, context, () => NEW);
const emails = (value: string): ScimResource => ({ emails: [{ value, type: "work", primary: true }] });
const STRONG = "Pa55word!x";

describe("the account that a POST makes", () => {
  test.for([
    ["username", { userName: "ada" }, "ada", {}],
    ["username", { userName: "Ada@x.test", ...emails("ada@y.test") }, "Ada@x.test", { email: "ada@y.test" }],
    ["email", { userName: "Ada@x.test" }, "Ada@x.test", { email: "Ada@x.test" }],
    ["email", { userName: "ada@x.test", ...emails("ada.roe@y.test") }, "ada@x.test", { email: "ada@x.test" }],
    ["phone", { userName: "+49 (151) 123" }, "+49151123", { phone_number: "+49151123" }],
    ["email or phone", { userName: "tel:+49151123" }, "+49151123", { phone_number: "+49151123" }],
    ["email or phone", { userName: "ada@x.test" }, "ada@x.test", { email: "ada@x.test" }],
    ["email alias", { userName: "ada@x.test" }, undefined, { email: "ada@x.test" }],
    ["email alias", { userName: "ada" }, "ada", {}],
    ["email and phone alias", { userName: "+49151123" }, undefined, { phone_number: "+49151123" }],
    ["preferred username", { userName: "ada@x.test" }, NEW, { preferred_username: "ada@x.test" }],
    ["all aliases", { userName: "ada" }, NEW, { preferred_username: "ada" }],
    ["all aliases", { userName: "ada@x.test" }, undefined, { email: "ada@x.test" }],
  ] as [ScimPoolKind, ScimResource, string | undefined, Record<string, string>][])(
    "in a pool of kind %s from %j has the Username %j and %j",
    ([kind, resource, username, attributes]) => {
      const context = scimContext(kind);
      const draft = draftAccount(context.pool, account(resource, context).request);
      const flags = Object.keys(attributes).flatMap((name) =>
        name === "email" || name === "phone_number" ? [[`${name}_verified`, "true"] as const] : [],
      );
      expect(draft.username).toBe(username);
      expect(Object.fromEntries(draft.attributes)).toEqual({ ...attributes, ...Object.fromEntries(flags) });
    },
  );

  test.for([
    ["email", "ada", "must be an e-mail address: a name, one @ and a domain"],
    ["phone", "0151 123", "must be an E.164 phone number"],
    ["email or phone", "ada", "must be an e-mail address or an E.164 phone number"],
    ["username", "a da", "must not contain white space"],
    ["username", "a\u0000", "must not contain control characters"],
    ["username", "a".repeat(129), "is longer than 128 characters"],
    ["preferred username", "a da", "must not contain white space"],
    ["username", "", "is required"],
    ["username", " ", "is required"],
    ["username", null, "is required"],
    ["username", 7, "must be text"],
    ["username", ["ada"], "must be text"],
    ["username", "a\ud83d", "is not well-formed Unicode text"],
  ] as [ScimPoolKind, JsonValue, string][])("%s: the userName %j is refused", ([kind, userName, problem]) => {
    expect(() => account({ userName }, scimContext(kind))).toThrow(
      expect.objectContaining({
        status: 400,
        scimType: "invalidValue",
        detail: expect.stringContaining(`userName: ${problem}`),
      }),
    );
  });

  test("is verified only where the setting says that the identity provider is the authority", () => {
    const context = scimContext("username", { verified: ["phone"] });
    const resource = { userName: "ada", ...emails("a@x.test"), phoneNumbers: [{ value: "+49151123" }] };
    const { profile } = account(resource, context).request;
    expect(profile.get("email_verified")).toBeUndefined();
    expect(profile.get("phone_number_verified")).toBe("true");
    const vouched = {
      ...resource,
      [COGNITO_USER_URN]: { email_verified: true, phone_number_verified: false },
    };
    const flags = account(vouched, context).request.profile;
    expect([flags.get("email_verified"), flags.get("phone_number_verified")]).toEqual(["true", "true"]);
  });

  test("is active without `active`, and disabled with false", () => {
    const context = scimContext();
    expect(account({ userName: "ada" }, context).request.enabled).toBe(true);
    expect(account({ userName: "ada", active: null }, context).request.enabled).toBe(true);
    expect(account({ userName: "ada", active: false }, context).request.enabled).toBe(false);
    expect(() => account({ userName: "ada", active: "no" }, context)).toThrow(
      "active: must be true or false",
    );
  });

  test("gets what the pool requires, or is refused by the name that SCIM has for it", () => {
    const schema = [
      customAttribute("given_name", { required: true }),
      customAttribute("phone_number", { required: true }),
    ];
    const context = scimContext("username", {}, { schema });
    expect(() => account({ userName: "ada" }, context)).toThrow("name.givenName: is required by the pool");
    const named = { userName: "ada", name: { givenName: "Ada" }, phoneNumbers: [{ value: "12345" }] };
    expect(() => account(named, context)).toThrow(
      "phoneNumbers: is required by the pool, with a number in E.164, such as +15551234567",
    );
  });

  test.for([
    [{ emails: [{ value: "ada" }] }, /^emails.value: must be an e-mail address/],
    [{ emails: "ada@x.test" }, "emails: must be an array"],
    [{ emails: [7] }, "emails: must be an array of objects"],
    [{ emails: [{ value: "a@x.test", primary: "yes" }] }, "emails.primary: must be true or false"],
    [
      {
        emails: [
          { value: "a@x.test", primary: true },
          { value: "b@x.test", primary: true },
        ],
      },
      "emails: has more than one primary item",
    ],
    [
      { emails: Array.from({ length: 101 }, () => ({ value: "a@x.test" })) },
      "emails: has more than 100 items",
    ],
    [
      { emails: [{ value: "a@x.test" }, { value: "x".repeat(2049) }] },
      "emails.value: is longer than 2048 bytes",
    ],
    [{ phoneNumbers: [{ value: "1".repeat(2049) }] }, "phoneNumbers.value: is longer than 2048 bytes"],
    [{ addresses: [{ formatted: "é".repeat(1025) }] }, "addresses.formatted: is longer than 2048 bytes"],
    [{ addresses: [{ formatted: "x".repeat(2048) }] }, "addresses: is longer than 2048 bytes"],
    [{ nickName: "é".repeat(1025) }, "nickName: is longer than 2048 bytes"],
    [{ name: { givenName: ["Ada"] } }, "name.givenName: must be a single value"],
    [{ externalId: "x".repeat(2049) }, "externalId: is longer than 2048 bytes"],
    [{ displayName: { a: 1 } }, "displayName: must be text"],
    [{ [COGNITO_USER_URN]: { level: 1.5 } }, `${COGNITO_USER_URN}:level: must be a whole number`],
    [{ [COGNITO_USER_URN]: { level: 1_000_001 } }, `${COGNITO_USER_URN}:level: must be at most 1000000`],
    [{ [COGNITO_USER_URN]: { vip: "perhaps" } }, `${COGNITO_USER_URN}:vip: must be true or false`],
    [{ [COGNITO_USER_URN]: { hired: "yesterday" } }, /:hired: must be an ISO 8601 date/],
  ] as [ScimResource, string | RegExp][])(
    "%#: a value that nothing can hold is refused",
    ([resource, detail]) => {
      expect(() => account({ userName: "ada", ...resource }, scimContext())).toThrow(detail);
    },
  );
});

describe("the password of a POST", () => {
  const withPassword = { userName: "ada", password: STRONG };

  test("follows the setting", () => {
    const credential = (password: "ignore" | "temporary" | "permanent") =>
      account(withPassword, scimContext("username", { password })).request.credential;
    expect(credential("ignore")).toEqual({ kind: "none" });
    expect(credential("temporary")).toMatchObject({ kind: "given", temporary: true });
    expect(credential("permanent")).toMatchObject({ kind: "given", temporary: false });
  });

  test("is checked by the policy of the pool, and never repeated", () => {
    const weak = "planted";
    expect(() => account({ userName: "ada", password: weak }, scimContext())).toThrow(
      expect.objectContaining({ scimType: "invalidValue", detail: "password: needs at least 8 characters" }),
    );
    expect(() => account({ userName: "ada", password: `${STRONG} x` }, scimContext())).toThrow(
      "password: must not contain white space",
    );
    expect(() => account({ userName: "ada", password: 7 }, scimContext())).toThrow("password: must be text");
    expect(JSON.stringify(account(withPassword, scimContext()).request.credential)).not.toContain(STRONG);
    expect(JSON.stringify(account(withPassword, scimContext()).kept)).not.toContain(STRONG);
  });

  test("that is ignored is not looked at", () => {
    const context = scimContext("username", { password: "ignore" });
    expect(account({ userName: "ada", password: "x" }, context).request.credential).toEqual({ kind: "none" });
  });
});

describe("in the profile of Starling", () => {
  const context = scimContext("username", { profile: "starling", password: "temporary" });
  const extension = (members: ScimResource): ScimResource => ({
    userName: "ada",
    password: STRONG,
    ...emails("ada@x.test"),
    [COGNITO_USER_URN]: members,
  });

  test("the client says whether the password is permanent and by what the invitation goes", () => {
    const permanent = account(extension({ isPasswordPermanent: true }), context).request;
    expect(permanent.credential).toMatchObject({ temporary: false });
    const { request } = account(
      extension({ desiredDeliveryMediums: ["EMAIL", "sms"], email_verified: false }),
      scimContext("username", { profile: "starling", password: "permanent" }),
    );
    expect(request.credential).toMatchObject({ temporary: true });
    expect(Object.fromEntries(request.profile)).toMatchObject({
      sendInviteEmail: true,
      deliverInviteBy: "both",
      email_verified: "false",
    });
  });

  test("no invitation is sent unless the client asks for one", () => {
    expect(account(extension({}), context).request.profile.has("sendInviteEmail")).toBe(false);
    expect(
      account(extension({ desiredDeliveryMediums: [] }), context).request.profile.has("sendInviteEmail"),
    ).toBe(false);
    expect(() => account(extension({ desiredDeliveryMediums: ["PIGEON"] }), context)).toThrow(
      `${COGNITO_USER_URN}:desiredDeliveryMediums: must be EMAIL, SMS or both`,
    );
  });

  test("an invitation with a permanent password is refused: Cognito asks who is invited for a new one", () => {
    const both = extension({ isPasswordPermanent: true, desiredDeliveryMediums: ["EMAIL"] });
    expect(() => account(both, context)).toThrow(
      `${COGNITO_USER_URN}:desiredDeliveryMediums: an invitation asks for a new password`,
    );
    const ignored = scimContext("username", { profile: "starling", password: "ignore" });
    expect(account(both, ignored).request.credential).toEqual({ kind: "none" });
  });

  test("the strict profile knows none of it", () => {
    const { request } = account(
      extension({ isPasswordPermanent: true, desiredDeliveryMediums: ["PIGEON"] }),
      scimContext("username", { password: "temporary" }),
    );
    expect(request.credential).toMatchObject({ temporary: true });
    expect(request.profile.has("sendInviteEmail")).toBe(false);
  });
});

describe("the groups of a POST", () => {
  const context = scimContext("username", { groupFromUser: true });

  test("are names of the pool where they may be written, each once", () => {
    const value = groupIdOf("ops/😀", context);
    const resource = { userName: "ada", groups: [{ value }, { value, display: "Ops" }] };
    expect(account(resource, context).request.groups).toEqual(["ops/😀"]);
    expect(account(resource, scimContext()).request.groups).toBeUndefined();
    expect(account({ userName: "ada" }, context).request.groups).toBeUndefined();
    expect(account({ userName: "ada", groups: [] }, context).request.groups).toEqual([]);
  });

  test.for([[[{}]], [[{ value: "==" }]], [[{ value: 7 }]]])(
    "are refused when %j has no id of a group",
    ([groups]) => {
      expect(() => account({ userName: "ada", groups: groups ?? [] }, context)).toThrow(
        "groups.value: must be the id of a group",
      );
    },
  );
});
