import { describe, expect, test } from "vitest";
import { ENTERPRISE_URN, type JsonObject, USER_URN } from "../resource.ts";
import { etagOf } from "./etag.ts";
import { parsePath } from "./paths.ts";
import { project, wantsAttribute } from "./projection.ts";
import { GROUP_SCHEMAS, USER_SCHEMAS } from "./schemas.fixture.ts";
import { compareBy } from "./sorting.ts";

const COGNITO = "urn:connector:cognito:2.0:User";

const ADA: JsonObject = {
  schemas: [USER_URN, ENTERPRISE_URN, COGNITO],
  id: "u-1",
  userName: "ada",
  password: "s3cret",
  name: { givenName: "Ada", familyName: "Roe" },
  emails: [{ value: "a@x", type: "work" }, { type: "home" }],
  groups: [{ value: "g-1", $ref: "https://h/Groups/g-1" }],
  meta: { resourceType: "User", version: "1" },
  [ENTERPRISE_URN]: { department: "Ops", manager: { value: "m-1" } },
  [COGNITO]: { emailVerified: true, tags: ["red"], desiredDeliveryMediums: ["SMS"] },
  unheardOf: 1,
};

function shown(projection: { attributes?: string[]; excludedAttributes?: string[] }): JsonObject {
  const { schemas, id, ...others } = project(ADA, projection, USER_SCHEMAS);
  // An extension is named where something of it is shown.
  const urns = [USER_URN, ENTERPRISE_URN, COGNITO].filter((urn) => urn === USER_URN || urn in others);
  expect({ schemas, id }).toEqual({ schemas: urns, id: "u-1" });
  return others;
}

describe("attributes and excludedAttributes", () => {
  test("without either: all but what is never shown, or only on request", () => {
    const { password: _, unheardOf: __, schemas: ___, id: ____, ...others } = ADA;
    expect(shown({})).toEqual({ ...others, [COGNITO]: { emailVerified: true } });
    expect(shown({ attributes: [], excludedAttributes: [] })).toEqual(shown({}));
  });

  test.for([
    [["userName"], { userName: "ada" }],
    [["USERNAME", " name.givenname "], { userName: "ada", name: { givenName: "Ada" } }],
    [[`${USER_URN}:userName`], { userName: "ada" }],
    [["name", "name.givenName"], { name: { givenName: "Ada", familyName: "Roe" } }],
    [["emails.value"], { emails: [{ value: "a@x" }] }],
    [['emails[type eq "work"]'], { emails: ADA["emails"] }],
    [['emails[type eq "work"].value'], { emails: [{ value: "a@x" }] }],
    [["meta.version"], { meta: { version: "1" } }],
    [["meta"], { meta: { resourceType: "User", version: "1" } }],
    [["password", "id", "nothing", "urn:x:y"], {}],
    [[ENTERPRISE_URN], { [ENTERPRISE_URN]: { department: "Ops", manager: { value: "m-1" } } }],
    [[`${ENTERPRISE_URN}:department`], { [ENTERPRISE_URN]: { department: "Ops" } }],
    [["manager.value"], { [ENTERPRISE_URN]: { manager: { value: "m-1" } } }],
    [[`${COGNITO}:tags`], { [COGNITO]: { tags: ["red"] } }],
    [[COGNITO], { [COGNITO]: { emailVerified: true, tags: ["red"] } }],
    [["groups.$ref"], { groups: [{ $ref: "https://h/Groups/g-1" }] }],
  ] as const)("attributes=%j", ([attributes, expected]) => {
    expect(shown({ attributes: [...attributes] })).toEqual(expected);
  });

  test.for([
    [
      ["groups", "meta", "emails", "name", COGNITO],
      { userName: "ada", [ENTERPRISE_URN]: ADA[ENTERPRISE_URN] },
    ],
    [
      ["groups", "meta.version", "emails.type", "name.familyName", COGNITO, `${ENTERPRISE_URN}:manager`],
      {
        userName: "ada",
        name: { givenName: "Ada" },
        emails: [{ value: "a@x" }],
        meta: { resourceType: "User" },
        [ENTERPRISE_URN]: { department: "Ops" },
      },
    ],
    [[USER_URN, "meta", COGNITO, ENTERPRISE_URN, "id", "schemas"], {}],
  ] as const)("excludedAttributes=%j", ([excludedAttributes, expected]) => {
    expect(shown({ excludedAttributes: [...excludedAttributes] })).toEqual(expected);
  });

  test("both are 400", () => {
    expect(() => shown({ attributes: ["id"], excludedAttributes: ["name"] })).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidValue" }),
    );
  });

  test.for([
    [{}, true],
    [{ excludedAttributes: ["members"] }, false],
    [{ excludedAttributes: [" MEMBERS "] }, false],
    [{ excludedAttributes: ["urn:ietf:params:scim:schemas:core:2.0:Group:members"] }, false],
    [{ excludedAttributes: ["urn:ietf:params:scim:schemas:core:2.0:Group"] }, false],
    [{ excludedAttributes: ["members.display"] }, true],
    [{ excludedAttributes: ["displayName"] }, true],
    [{ attributes: ["displayName", "id"] }, false],
    [{ attributes: ["Members.value"] }, true],
    [{ attributes: ['members[value eq "u"]'] }, true],
    [{ attributes: ["urn:ietf:params:scim:schemas:core:2.0:Group:members.value"] }, true],
    [{ attributes: ["urn:ietf:params:scim:schemas:core:2.0:Group"] }, true],
    [{ attributes: [] }, true],
  ] as const)("whether members are read for %j: %s", ([projection, wanted]) => {
    expect(wantsAttribute(projection, "members")).toBe(wanted);
    const group: JsonObject = { id: "g", displayName: "G", members: [{ value: "u", display: "Kim" }] };
    const isShown = project(group, projection, GROUP_SCHEMAS)["members"] !== undefined;
    expect(isShown).toBe(wanted);
  });
});

describe("the order of a list", () => {
  const sorted = (by: string, resources: JsonObject[], sign = 1): unknown[] => {
    const compare = compareBy(parsePath(by, [GROUP_SCHEMAS, USER_SCHEMAS]), [GROUP_SCHEMAS, USER_SCHEMAS]);
    return resources.toSorted((a, b) => sign * compare(a, b)).map((one) => one["id"]);
  };

  test.for([
    ["userName", { userName: "b" }, { userName: "C" }, { userName: "a" }],
    ["externalId", { externalId: "a" }, { externalId: "b" }, { externalId: "B" }],
    [
      "emails",
      { emails: [{ value: "x" }, { value: "b", primary: true }] },
      { emails: [{ value: "C" }] },
      { emails: [{ value: "a" }] },
    ],
    [
      "name.familyName",
      { name: { familyName: "b" } },
      { name: { familyName: "c" } },
      { name: { familyName: "A" } },
    ],
    ["active", { active: true }, {}, { active: false }],
    [
      "meta.created",
      { meta: { created: "2026-01-01T01:00:00Z" } },
      {},
      { meta: { created: "2026-01-01T01:30:00+01:00" } },
    ],
    [
      `${COGNITO}:level`,
      { [COGNITO]: { level: 9 } },
      { [COGNITO]: { level: 10 } },
      { [COGNITO]: { level: 1 } },
    ],
    [
      "manager",
      { [ENTERPRISE_URN]: { manager: { value: "b" } } },
      {},
      { [ENTERPRISE_URN]: { manager: { value: "a" } } },
    ],
  ] as const)("by %s; who lacks it comes last, or first when it is turned round", ([by, ...three]) => {
    const resources = [...three, {}].map((one, index) => ({ ...one, id: "abcd"[index] ?? "" }));
    expect(sorted(by, resources)).toEqual(["c", "a", "b", "d"]);
    expect(sorted(by, resources, -1)[0]).toBe(Object.keys(three[1]).length === 0 ? "b" : "d");
  });

  test.for(["password", "name", "nothing", "title"])("not by %s", (by) => {
    expect(() => sorted(by, [])).toThrow(expect.objectContaining({ status: 400, scimType: "invalidPath" }));
  });
});

describe("the version of a resource", () => {
  test("is weak, and the same for the same representation", () => {
    expect(etagOf(ADA)).toMatch(/^W\/"[\w-]{22}"$/);
    expect(etagOf({ ...ADA })).toBe(etagOf(ADA));
  });

  test("does not count itself, the order of members of an object, nor that of a list", () => {
    const { userName, meta: _, ...others } = ADA;
    const again: JsonObject = {
      ...others,
      emails: [{ type: "home" }, { type: "work", value: "a@x" }],
      meta: { version: "2", resourceType: "User" },
      userName: userName ?? null,
    };
    expect(etagOf(again)).toBe(etagOf(ADA));
  });

  test("changes with every value", () => {
    expect(etagOf({ ...ADA, userName: "Ada" })).not.toBe(etagOf(ADA));
    expect(etagOf({ ...ADA, emails: [] })).not.toBe(etagOf(ADA));
  });
});
