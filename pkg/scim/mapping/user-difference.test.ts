import { describe, expect, test } from "vitest";
import { someUser } from "../../../test/support/fake-directory.ts";
import { customAttribute, type ScimPoolKind, scimContext } from "../../../test/support/scim-pools.ts";
import type { User } from "../../core/user.ts";
import { COGNITO_USER_URN, type ScimResource } from "../resource.ts";
import type { MappingContext } from "./context.ts";
import { differenceOf } from "./user-difference.ts";
import { scimUser } from "./user-resource.ts";

function read(user: User, context: MappingContext): ScimResource {
  return scimUser(user, { kept: undefined, groups: undefined }, context);
}

/** The calls that a PUT of what was read, with these changes, leads to. */
function calls(user: User, changes: ScimResource, context: MappingContext): Record<string, unknown> {
  const { set, remove, enabled } = differenceOf(
    user,
    undefined,
    { ...read(user, context), ...changes },
    context,
  );
  return {
    ...(set.size > 0 && { set: Object.fromEntries(set) }),
    ...(remove.length > 0 && { remove }),
    ...(enabled !== undefined && { enabled }),
  };
}

const emails = (value: string) => [{ value, type: "work", primary: true }];

describe("a new userName", () => {
  const people: Record<string, User> = {
    plain: someUser({ username: "Ada", attributes: { email: "ada@x.test" } }),
    generated: someUser({
      attributes: {
        email: "ada@x.test",
        email_verified: "true",
        phone_number: "+49151123",
        phone_number_verified: "true",
      },
    }),
    preferred: someUser({
      attributes: { preferred_username: "ada", email: "ada@x.test", email_verified: "true" },
    }),
    unverified: someUser({ username: "ada", attributes: { email: "ada@x.test" } }),
  };

  test.for([
    ["username", "plain", "Ada", "ADA", {}],
    ["email", "generated", "ada@x.test", "ADA@x.test", {}],
    ["email", "generated", "ada@x.test", "b@x.test", { email: "b@x.test", email_verified: "true" }],
    ["phone", "generated", "+49151123", "+49 (151) 123", {}],
    ["phone", "generated", "+49151123", "+1 5", { phone_number: "+15", phone_number_verified: "true" }],
    ["email or phone", "generated", "ada@x.test", "+49151123", {}],
    [
      "email or phone",
      "generated",
      "ada@x.test",
      "+15",
      { phone_number: "+15", phone_number_verified: "true" },
    ],
    ["email alias", "generated", "ada@x.test", "b@x.test", { email: "b@x.test", email_verified: "true" }],
    ["email alias", "unverified", "ada", "ada@x.test", {}],
    ["email alias", "unverified", "ada", "b@x.test", { email: "b@x.test", email_verified: "true" }],
    ["preferred username", "preferred", "ada", "bob", { preferred_username: "bob" }],
    ["preferred username", "preferred", "ada", "b@x.test", { preferred_username: "b@x.test" }],
    ["all aliases", "preferred", "ada", "ADA@x.test", {}],
    ["all aliases", "generated", "ada@x.test", "bob", { preferred_username: "bob" }],
  ] as [ScimPoolKind, string, string, string, Record<string, string>][])(
    "in a pool of kind %s, of %s: %s to %s sets %j",
    ([kind, person, shown, userName, set]) => {
      const context = scimContext(kind);
      const user = people[person] ?? someUser();
      expect(read(user, context)["userName"]).toBe(shown);
      expect(calls(user, { userName }, context)).toEqual(Object.keys(set).length > 0 ? { set } : {});
    },
  );

  test.for([
    ["username", "bob"],
    ["username", "ada@x.test"],
    ["email alias", "bob"],
  ] as [ScimPoolKind, string][])("in a pool of kind %s it cannot be %s", ([kind, userName]) => {
    const user = people["plain"] ?? someUser();
    expect(() =>
      calls({ ...user, attributes: new Map() }, { userName: "Ada" }, scimContext(kind)),
    ).not.toThrow();
    const attempt = () => calls({ ...user, attributes: new Map() }, { userName }, scimContext(kind));
    expect(attempt).toThrow(
      expect.objectContaining({ scimType: "mutability", detail: expect.not.stringContaining(userName) }),
    );
  });

  test("is missing: the request is refused", () => {
    expect(() => calls(someUser(), { userName: null }, scimContext())).toThrow("userName: is required");
  });
});

describe("a change of a user", () => {
  const context = scimContext();
  const user = someUser({
    username: "ada",
    attributes: {
      email: "ada@x.test",
      email_verified: "true",
      name: "Ada Roe",
      "custom:level": "7",
      "custom:vip": "maybe",
      address: '{"country":"DE","floor":3}',
    },
  });

  test("sets and removes no more than what differs", () => {
    expect(calls(user, {}, context)).toEqual({});
    expect(calls(user, { nickName: "A" }, context)).toEqual({ set: { nickname: "A" } });
    expect(calls(user, { nickName: "", title: null, photos: [] }, context)).toEqual({});
    expect(calls(user, { name: {} }, context)).toEqual({ remove: ["name"] });
    expect(calls(user, { active: false }, context)).toEqual({ enabled: false });
    expect(calls(user, { active: null }, context)).toEqual({});
    expect(calls({ ...user, enabled: false }, { active: true }, context)).toEqual({ enabled: true });
  });

  test("a flag goes with its address", () => {
    expect(calls(user, { emails: emails("b@x.test") }, context)).toEqual({
      set: { email: "b@x.test", email_verified: "true" },
    });
    const notAuthority = scimContext("username", { verified: [] });
    expect(
      calls(user, { emails: emails("b@x.test"), [COGNITO_USER_URN]: { level: 7 } }, notAuthority),
    ).toEqual({
      set: { email: "b@x.test" },
    });
    const vouched = { emails: emails("b@x.test"), [COGNITO_USER_URN]: { level: 7, email_verified: true } };
    expect(calls(user, vouched, notAuthority)).toEqual({
      set: { email: "b@x.test", email_verified: "true" },
    });
    const doubted = { [COGNITO_USER_URN]: { level: 7, email_verified: false } };
    expect(calls(user, doubted, notAuthority)).toEqual({ set: { email_verified: "false" } });
    expect(calls(user, doubted, context)).toEqual({});
    const without = { emails: [], [COGNITO_USER_URN]: { level: 7, email_verified: true } };
    expect(() => calls(user, without, notAuthority)).toThrow(
      "emails: is required where email_verified is true",
    );
  });

  test("an address that is taken away goes alone: its flag means nothing without it", () => {
    expect(calls(user, { emails: [] }, context)).toEqual({ remove: ["email"] });
    const left = someUser({ username: "ada", attributes: { email_verified: "true" } });
    expect(read(left, scimContext("username", { verified: [] }))[COGNITO_USER_URN]).toEqual({
      userStatus: "CONFIRMED",
    });
  });

  test("a phone number that is not international takes the pool's away, since it is no longer the person's", () => {
    const called = someUser({ username: "ada", attributes: { phone_number: "+49151123" } });
    expect(calls(called, { phoneNumbers: [{ value: "0151 124" }] }, context)).toEqual({
      remove: ["phone_number"],
    });
    expect(calls(called, { phoneNumbers: [{ value: "+49 151 123", type: "mobile" }] }, context)).toEqual({});
  });

  test("a value of the pool that SCIM cannot show is not taken away by leaving it out", () => {
    expect(read(user, context)[COGNITO_USER_URN]).toMatchObject({ level: 7 });
    expect(read(user, context)[COGNITO_USER_URN]).not.toHaveProperty("vip");
    expect(calls(user, { [COGNITO_USER_URN]: { level: 7 } }, context)).toEqual({});
    expect(calls(user, { [COGNITO_USER_URN]: { level: 7, vip: true } }, context)).toEqual({
      set: { "custom:vip": "true" },
    });
    expect(read(user, context)["addresses"]).toEqual([{ country: "DE", type: "work", primary: true }]);
  });

  test("what can be set at creation only is kept when it is left out, and refused when it differs", () => {
    const schema = [customAttribute("custom:badge", { mutable: false })];
    const fixed = scimContext("username", {}, { schema });
    const badged = someUser({ username: "ada", attributes: { "custom:badge": "b-1" } });
    expect(calls(badged, { [COGNITO_USER_URN]: {} }, fixed)).toEqual({});
    expect(calls(badged, { [COGNITO_USER_URN]: { badge: "b-1" } }, fixed)).toEqual({});
    expect(() => calls(badged, { [COGNITO_USER_URN]: { badge: "b-2" } }, fixed)).toThrow(
      expect.objectContaining({
        scimType: "mutability",
        detail: `${COGNITO_USER_URN}:badge: cannot change`,
      }),
    );
  });

  test("what the pool requires cannot be taken away, and does not stop the change of a user without it", () => {
    const schema = [customAttribute("given_name", { required: true })];
    const strict = scimContext("username", {}, { schema });
    const named = someUser({ username: "ada", attributes: { given_name: "Ada" } });
    expect(() => calls(named, { name: {} }, strict)).toThrow("name.givenName: is required by the pool");
    expect(calls(someUser({ username: "ada" }), { nickName: "A" }, strict)).toEqual({
      set: { nickname: "A" },
    });
  });

  test("the password is set when it is sent, as the setting says", () => {
    const password = "Pa55word!x";
    const wanted = { userName: "ada", password };
    expect(differenceOf(user, undefined, wanted, context).password).toMatchObject({ permanent: true });
    const temporary = scimContext("username", { password: "temporary" });
    expect(differenceOf(user, undefined, wanted, temporary).password).toMatchObject({ permanent: false });
    const ignored = scimContext("username", { password: "ignore" });
    expect(differenceOf(user, undefined, wanted, ignored).password).toBeUndefined();
    expect(differenceOf(user, undefined, { userName: "ada" }, context).password).toBeUndefined();
  });
});

describe("the displayName of a user", () => {
  const context = scimContext();
  const user = someUser({ username: "ada", attributes: { name: "Ada Roe" } });

  test("is the name in the pool until a client gives or removes one", () => {
    expect(read(user, context)["displayName"]).toBe("Ada Roe");
    const show = (displayName: string | null) => {
      const wanted = { userName: "ada", name: { formatted: "Ada Roe" }, displayName };
      const { kept } = differenceOf(user, undefined, wanted, context);
      return [kept.displayName, scimUser(user, { kept, groups: undefined }, context)["displayName"]];
    };
    expect(show("The boss")).toEqual(["The boss", "The boss"]);
    expect(show("Ada Roe")).toEqual([undefined, "Ada Roe"]);
    expect(show(null)).toEqual([undefined, undefined]);
  });

  test("is the attribute of the setting, which a change outside reaches", () => {
    const chosen = scimContext("username", {
      displayNameAttribute: "shown_as",
      externalIdAttribute: "scim_id",
    });
    const wanted = { userName: "ada", displayName: "The boss", externalId: "x-1" };
    const { set, kept } = differenceOf(user, undefined, wanted, chosen);
    expect(Object.fromEntries(set)).toEqual({ "custom:shown_as": "The boss", "custom:scim_id": "x-1" });
    const other = someUser({ username: "ada", attributes: { "custom:shown_as": "Nobody" } });
    const shown = scimUser(other, { kept, groups: undefined }, chosen);
    expect([shown["displayName"], shown["externalId"]]).toEqual(["Nobody", undefined]);
  });
});

describe("in the profile of Starling", () => {
  const context = scimContext("username", { profile: "starling" });
  const invited = someUser({
    username: "ada",
    status: "FORCE_CHANGE_PASSWORD",
    attributes: { name: "Ada Roe" },
  });

  test("ids, names and active are as in its table", () => {
    expect(read(invited, context)).toMatchObject({
      id: "ada",
      userName: "ada",
      displayName: "ada",
      name: { formatted: "ada" },
      active: false,
      meta: { location: "https://scim.example.com/scim/v2/Users/ada" },
    });
    expect(read({ ...invited, status: "CONFIRMED" }, context)["active"]).toBe(true);
    expect(read({ ...invited, status: "CONFIRMED", enabled: false }, context)["active"]).toBe(false);
  });

  test("a user who is invited is not disabled by a client that sends back what it read", () => {
    expect(calls(invited, {}, context)).toEqual({});
    expect(calls(invited, { active: true }, context)).toEqual({});
    expect(calls({ ...invited, enabled: false }, { active: true }, context)).toEqual({ enabled: true });
    expect(calls({ ...invited, status: "CONFIRMED" }, { active: false }, context)).toEqual({
      enabled: false,
    });
  });
});
