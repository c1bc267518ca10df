import { describe, expect, test } from "vitest";
import { ENTERPRISE_URN, GROUP_URN, type JsonObject, type JsonValue, USER_URN } from "../resource.ts";
import { applyPatch } from "./apply-patch.ts";
import { normalizeBody, withImmutable } from "./bodies.ts";
import { memberIdsOf } from "./members.ts";
import { parsePatch } from "./patch.ts";
import { attribute, GROUP_SCHEMAS, USER_SCHEMAS } from "./schemas.fixture.ts";

const COGNITO = "urn:connector:cognito:2.0:User";

function user(body: JsonValue, mode: "create" | "replace" = "create") {
  return normalizeBody(body, USER_SCHEMAS, mode);
}

describe("the body of a POST or PUT, as clients send it", () => {
  test("Okta creates a user", () => {
    expect(
      user({
        schemas: [USER_URN],
        userName: "ada@corp.test",
        name: { givenName: "Ada", middleName: "", familyName: "Roe" },
        emails: [{ primary: true, value: "ada@corp.test", type: "work" }],
        displayName: "Ada Roe",
        locale: "en-US",
        externalId: "00u1",
        groups: [],
        password: "Zx7!kkPq",
        active: true,
      }),
    ).toEqual({
      resource: {
        schemas: [USER_URN],
        userName: "ada@corp.test",
        name: { givenName: "Ada", familyName: "Roe" },
        emails: [{ primary: true, value: "ada@corp.test", type: "work" }],
        displayName: "Ada Roe",
        locale: "en-US",
        externalId: "00u1",
        password: "Zx7!kkPq",
        active: true,
      },
      dropped: [],
      extensions: [],
      emptied: ["groups"],
    });
  });

  test("Entra creates a user: null, meta, roles, a manager as text, an extension that `schemas` does not list", () => {
    const { resource, dropped } = user({
      schemas: [USER_URN],
      externalId: "7c0e",
      userName: "kim@corp.test",
      active: "True",
      emails: [{ primary: "true", type: "work", value: "kim@corp.test" }],
      meta: { resourceType: "User" },
      name: { formatted: "Kim Oh" },
      phoneNumbers: null,
      addresses: null,
      roles: [],
      title: "Dr",
      [ENTERPRISE_URN]: { department: "Ops", manager: "m-1", division: "North" },
      "urn:ietf:params:scim:schemas:extension:custom:2.0:User": { badge: 1 },
    });
    expect(resource).toEqual({
      schemas: [USER_URN, ENTERPRISE_URN],
      externalId: "7c0e",
      userName: "kim@corp.test",
      active: true,
      emails: [{ primary: true, type: "work", value: "kim@corp.test" }],
      name: { formatted: "Kim Oh" },
      [ENTERPRISE_URN]: { department: "Ops", manager: { value: "m-1" } },
    });
    expect(dropped).toEqual([
      "roles",
      "title",
      "division",
      "urn:ietf:params:scim:schemas:extension:custom:2.0:User",
    ]);
  });

  test("OneLogin: URNs of its own, an object in place of a list", () => {
    const { resource } = user({
      schemas: ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"],
      userName: "ada",
      emails: { value: "ada@corp.test" },
      "urn:scim:schemas:extension:enterprise:2.0": { department: "Ops" },
    });
    expect(resource).toEqual({
      schemas: [USER_URN, ENTERPRISE_URN],
      userName: "ada",
      emails: [{ value: "ada@corp.test" }],
      [ENTERPRISE_URN]: { department: "Ops" },
    });
  });

  test("scimverify: core attributes in an object below the core URN", () => {
    expect(
      user({ schemas: [USER_URN], [USER_URN]: { userName: "ada", name: { givenName: "Ada" } } }),
    ).toEqual({
      resource: { schemas: [USER_URN], userName: "ada", name: { givenName: "Ada" } },
      dropped: [],
      extensions: [],
      emptied: [],
    });
  });

  test("what a client has read comes back: id, meta, groups and schemas are left out", () => {
    const { resource } = user(
      {
        schemas: [USER_URN, "urn:x"],
        id: "u-1",
        userName: "ada",
        groups: [{ value: "g-1" }],
        meta: { version: "1" },
        [COGNITO]: { userStatus: "CONFIRMED" },
      },
      "replace",
    );
    expect(resource).toEqual({ schemas: [USER_URN], userName: "ada" });
  });

  test("any letter case, dots, and names with their URN", () => {
    const { resource } = user({
      USERNAME: "ada",
      "Name.GivenName": "Ada",
      name: { FAMILYNAME: "Roe" },
      [`${ENTERPRISE_URN.toLowerCase()}:DEPARTMENT`]: "Ops",
      [`${COGNITO}.level`]: "7",
    });
    expect(resource).toEqual({
      schemas: [USER_URN, ENTERPRISE_URN, COGNITO],
      userName: "ada",
      name: { givenName: "Ada", familyName: "Roe" },
      [ENTERPRISE_URN]: { department: "Ops" },
      [COGNITO]: { level: 7 },
    });
  });

  test("which extensions a body names: as an object, empty too, by a URN before a name, and in `schemas`", () => {
    const named = (body: JsonObject) => user({ userName: "ada", ...body }).extensions;
    expect(named({})).toEqual([]);
    expect(named({ schemas: [USER_URN, ENTERPRISE_URN.toUpperCase(), "urn:x"] })).toEqual([ENTERPRISE_URN]);
    expect(named({ [ENTERPRISE_URN]: {} })).toEqual([ENTERPRISE_URN]);
    expect(named({ [ENTERPRISE_URN]: null, [`${COGNITO}:level`]: 1 })).toEqual([ENTERPRISE_URN, COGNITO]);
    expect(named({ manager: "m-1", schemas: [ENTERPRISE_URN] })).toEqual([ENTERPRISE_URN]);
  });

  test("an empty list is told apart from null and from what is left out", () => {
    const emptied = (body: JsonObject) =>
      normalizeBody({ displayName: "ops", ...body }, GROUP_SCHEMAS, "replace").emptied;
    expect(emptied({ MEMBERS: [] })).toEqual(["members"]);
    expect(emptied({ [GROUP_URN]: { members: [] } })).toEqual(["members"]);
    expect(emptied({ members: null })).toEqual([]);
    expect(emptied({ members: [{ value: "u" }] })).toEqual([]);
    expect(emptied({})).toEqual([]);
  });

  test("`active` may be left out, although it cannot be unset", () => {
    const core = USER_SCHEMAS.core.attributes.map((one) =>
      one.name === "active" ? { ...one, required: true } : one,
    );
    const schemas = { ...USER_SCHEMAS, core: { ...USER_SCHEMAS.core, attributes: core } };
    expect(normalizeBody({ userName: "ada" }, schemas, "create").resource["active"]).toBeUndefined();
    const remove = parsePatch({ Operations: [{ op: "remove", path: "active" }] }, schemas);
    expect(() => applyPatch({ userName: "ada", active: true }, remove, schemas)).toThrow("cannot be removed");
  });

  test("an item without a value is left out, and one that is there twice is there once", () => {
    const { resource } = user({
      userName: "ada",
      emails: [{ type: "work", value: null }, { value: "a@x" }, { value: "a@x" }, null, ""],
      phoneNumbers: [{ type: "work" }],
      addresses: [{ type: "work", primary: true }],
      [COGNITO]: { desiredDeliveryMediums: ["EMAIL", "EMAIL", { value: "SMS" }] },
    });
    expect(resource).toEqual({
      schemas: [USER_URN, COGNITO],
      userName: "ada",
      emails: [{ value: "a@x" }],
      [COGNITO]: { desiredDeliveryMediums: ["EMAIL", "SMS"] },
    });
  });

  test("an item that is put together under two paths is there once", () => {
    const work = 'emails[type eq "work"].value';
    const primary = 'emails[primary eq "True"].value';
    for (const body of [
      { userName: "ada", [primary]: "a@x", [work]: "A@x" },
      { userName: "ada", [work]: "a@x", [primary]: "A@x" },
    ]) {
      const { resource } = user(body);
      expect(resource["emails"]).toEqual([{ type: "work", primary: true, value: "A@x" }]);
      expect(user(resource, "replace").resource).toEqual(resource);
    }
    const two = user({ userName: "ada", [work]: "a@x", 'emails[type eq "home"].value': "a@x" }).resource;
    expect(two["emails"]).toEqual([
      { type: "work", value: "a@x" },
      { type: "home", value: "a@x" },
    ]);
    const all = parsePatch(
      { Operations: [{ op: "replace", path: "emails.value", value: "a@x" }] },
      USER_SCHEMAS,
    );
    const before = { userName: "ada", emails: [{ value: "b@x" }, { value: "c@x", primary: true }] };
    expect(applyPatch(before, all, USER_SCHEMAS)["emails"]).toEqual([{ value: "a@x", primary: true }]);
  });

  test("one item is primary", () => {
    const { resource } = user({
      userName: "ada",
      emails: [
        { value: "a@x", primary: true },
        { value: "b@x", primary: "True" },
      ],
    });
    expect(resource["emails"]).toEqual([
      { value: "a@x", primary: true },
      { value: "b@x", primary: false },
    ]);
  });

  test("Entra creates a group without members; another schema is no matter", () => {
    const { resource, dropped } = normalizeBody(
      {
        schemas: [GROUP_URN, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        externalId: "a1f4",
        displayName: "Sales Team",
        meta: { resourceType: "Group" },
      },
      GROUP_SCHEMAS,
      "create",
    );
    expect(resource).toEqual({ schemas: [GROUP_URN], externalId: "a1f4", displayName: "Sales Team" });
    expect(dropped).toEqual([]);
    expect(memberIdsOf(resource["members"])).toEqual([]);
  });

  test("members, each once, as Starling and Okta send them", () => {
    const { resource } = normalizeBody(
      { displayName: "ops", members: [{ value: "ada" }, { value: "kim", display: "Kim" }, { value: "ada" }] },
      GROUP_SCHEMAS,
      "replace",
    );
    expect(memberIdsOf(resource["members"])).toEqual(["ada", "kim"]);
  });
});

describe("a body that cannot be right", () => {
  test.for([
    ["a list", [], "invalidSyntax"],
    ["null", null, "invalidSyntax"],
    ["a text", "x", "invalidSyntax"],
    ["no userName", { schemas: [USER_URN], displayName: "x" }, "invalidValue"],
    ["an empty userName", { userName: "" }, "invalidValue"],
    ["a userName that is a boolean", { userName: true }, "invalidValue"],
    ["a name that is a text", { userName: "a", name: "Ada" }, "invalidValue"],
    ["an extension that is a text", { userName: "a", [ENTERPRISE_URN]: "x" }, "invalidValue"],
    ["active that is a number", { userName: "a", active: 1 }, "invalidValue"],
    ["a whole number that is not", { userName: "a", [COGNITO]: { level: 1.5 } }, "invalidValue"],
    ["a date that is not", { userName: "a", [COGNITO]: { hiredAt: "soon" } }, "invalidValue"],
    ["a number without an end for a text", { userName: Number.POSITIVE_INFINITY }, "invalidValue"],
    ["a number that has lost its digits", { userName: 2 ** 60 }, "invalidValue"],
    ["a fraction for a text", { userName: 1.1 }, "invalidValue"],
    [
      "a whole number without an end",
      { userName: "a", [COGNITO]: { level: Number.POSITIVE_INFINITY } },
      "invalidValue",
    ],
    [
      "a whole number without an end, as a text",
      { userName: "a", [COGNITO]: { level: "1e999" } },
      "invalidValue",
    ],
    ["a list in a list", { userName: "a", emails: [[{ value: "a" }]] }, "invalidValue"],
    ["an attribute twice", { userName: "a", username: "b" }, "invalidSyntax"],
    ["an attribute twice, by its URN", { userName: "a", [USER_URN]: { userName: "b" } }, "invalidSyntax"],
  ] as const)("%s", ([, body, scimType]) => {
    expect(() => user(body)).toThrow(expect.objectContaining({ status: 400, scimType }));
  });

  test("the same value twice is one value", () => {
    expect(user({ userName: "a", USERNAME: "a" }).resource["userName"]).toBe("a");
  });

  test("no error repeats a value", () => {
    for (const body of [
      { userName: "a", active: "s3cret" },
      { userName: "a", name: "s3cret" },
      { "s3cret[": 1 },
    ])
      expect(() => user(body)).toThrow(
        expect.objectContaining({ detail: expect.not.stringContaining("s3cret") }),
      );
  });
});

test("a member without an id is refused, so that no group is emptied by it", () => {
  for (const member of [null, "", {}, { value: null }, { display: "Kim" }]) {
    const body = { displayName: "ops", members: [{ value: "ada" }, member] };
    expect(() => normalizeBody(body, GROUP_SCHEMAS, "replace")).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidValue" }),
    );
  }
});

describe("immutable attributes of a PUT", () => {
  const schemas = {
    ...USER_SCHEMAS,
    core: {
      ...USER_SCHEMAS.core,
      attributes: [
        attribute("userName", { required: true, mutability: "immutable" }),
        ...USER_SCHEMAS.core.attributes.slice(1),
      ],
    },
  };
  const current: JsonObject = { userName: "ada", displayName: "Ada" };

  test("left out, they stay", () => {
    const { resource } = normalizeBody({ displayName: "N" }, schemas, "replace");
    expect(withImmutable(current, resource, schemas)).toMatchObject({ userName: "ada", displayName: "N" });
  });

  test("the same value again is no change, in the letter case of the client", () => {
    expect(withImmutable(current, { userName: "ADA" }, schemas)).toEqual({ userName: "ADA" });
  });

  test("another value is 400 mutability", () => {
    expect(() => withImmutable(current, { userName: "kim" }, schemas)).toThrow(
      expect.objectContaining({ status: 400, scimType: "mutability" }),
    );
  });

  test("a POST needs what is required, immutable or not", () => {
    expect(() => normalizeBody({ displayName: "N" }, schemas, "create")).toThrow("userName is required");
  });
});
