import { describe, expect, test } from "vitest";
import {
  ENTERPRISE_URN,
  GROUP_URN,
  type JsonObject,
  type JsonValue,
  PATCH_URN,
  USER_URN,
} from "../resource.ts";
import { applyPatch } from "./apply-patch.ts";
import { memberOperations } from "./members.ts";
import { droppedOf } from "./operations.ts";
import { parsePatch } from "./patch.ts";
import { GROUP_SCHEMAS, USER_SCHEMAS } from "./schemas.fixture.ts";

const ADA: JsonObject = {
  schemas: [USER_URN, ENTERPRISE_URN],
  id: "u-1",
  externalId: "00u1",
  userName: "ada@corp.test",
  name: { givenName: "Ada", familyName: "Roe" },
  displayName: "Ada Roe",
  active: true,
  emails: [{ value: "ada@corp.test", type: "work", primary: true }],
  groups: [{ value: "g-7", display: "Field Ops" }],
  meta: { resourceType: "User", version: 'W/"1"' },
  [ENTERPRISE_URN]: { department: "Ops", manager: { value: "m-1" } },
};

/** The resource without an attribute. */
function without(resource: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => !names.includes(name)));
}

function patchUser(operations: readonly JsonValue[], before = ADA) {
  const parsed = parsePatch({ schemas: [PATCH_URN], Operations: operations }, USER_SCHEMAS);
  return { after: applyPatch(before, parsed, USER_SCHEMAS), dropped: droppedOf(parsed) };
}

interface Shape {
  readonly shape: string;
  readonly operations: readonly JsonValue[];
  /** What differs from the user before. */
  readonly change?: JsonObject;
  readonly gone?: readonly string[];
  readonly before?: JsonObject;
  readonly dropped?: readonly string[];
}

const enterprise = (members: JsonObject): JsonObject => ({ [ENTERPRISE_URN]: members });
const withPhone: JsonObject = {
  ...ADA,
  phoneNumbers: [
    { value: "1", type: "work", primary: true },
    { value: "2", type: "mobile" },
  ],
};
const NO_EMAIL = without(ADA, "emails");
const work = (value: string): JsonObject => ({ value, type: "work", primary: true });

const SHAPES: readonly Shape[] = [
  {
    shape: "Okta deactivates without a path",
    operations: [{ op: "replace", value: { active: false } }],
    change: { active: false },
  },
  {
    shape: "SailPoint deactivates by an add without a path",
    operations: [{ op: "add", value: { active: false } }],
    change: { active: false },
  },
  {
    shape: 'Entra replaces active by "False"',
    operations: [{ op: "Replace", path: "active", value: "False" }],
    change: { active: false },
  },
  {
    shape: 'Entra adds active "False"',
    operations: [{ op: "Add", path: "active", value: "False" }],
    change: { active: false },
  },
  {
    shape: "Entra with its flag replaces active by false",
    operations: [{ op: "replace", path: "active", value: false }],
    change: { active: false },
  },
  {
    shape: 'Keycloak replaces active by "true", which it is',
    operations: [{ op: "replace", path: "active", value: "true" }],
  },
  {
    shape: "active as a list of one",
    operations: [{ op: "replace", path: "active", value: ["FALSE"] }],
    change: { active: false },
  },
  {
    shape: "the path in another letter case, with the core URN",
    operations: [{ op: "REPLACE", path: `${USER_URN.toUpperCase()}:ACTIVE`, value: false }],
    change: { active: false },
  },
  {
    shape: "the work address of an item that is there",
    operations: [{ op: "Replace", path: 'emails[type eq "work"].value', value: "n@corp.test" }],
    change: { emails: [work("n@corp.test")] },
  },
  {
    shape: "the work address of an item that is not there",
    operations: [{ op: "Replace", path: 'emails[type eq "work"].value', value: "n@corp.test" }],
    before: NO_EMAIL,
    change: { emails: [{ type: "work", value: "n@corp.test" }] },
  },
  {
    shape: "the home address beside the work address",
    operations: [{ op: "add", path: 'emails[type eq "home"].value', value: "h@corp.test" }],
    change: { emails: [work("ada@corp.test"), { type: "home", value: "h@corp.test" }] },
  },
  {
    shape: "the mobile number of a user without numbers",
    operations: [{ op: "Add", path: 'phoneNumbers[type eq "mobile"].value', value: "55555555555" }],
    change: { phoneNumbers: [{ type: "mobile", value: "55555555555" }] },
  },
  {
    shape: "a postal address, one part after the other",
    operations: [
      { op: "Add", path: 'addresses[type eq "work"].streetAddress', value: "1 Way" },
      { op: "Add", path: 'addresses[type eq "work"].country', value: "IE" },
    ],
    change: { addresses: [{ type: "work", streetAddress: "1 Way", country: "IE" }] },
  },
  {
    shape: "primary and type come before the value",
    operations: [
      { op: "Add", path: 'emails[type eq "work"].primary', value: "true" },
      { op: "Add", path: 'emails[type eq "work"].type', value: "work" },
      { op: "Add", path: 'emails[type eq "work"].value', value: "n@corp.test" },
    ],
    before: NO_EMAIL,
    change: { emails: [{ type: "work", primary: true, value: "n@corp.test" }] },
  },
  {
    shape: "an item that ends without a value is left out",
    operations: [
      { op: "Add", path: 'emails[type eq "home"].primary', value: "true" },
      { op: "Add", path: 'emails[type eq "home"].type', value: "home" },
    ],
  },
  {
    shape: 'a filter with "True" for a boolean, of an item that is there',
    operations: [{ op: "replace", path: 'emails[primary eq "True"].value', value: "n@corp.test" }],
    change: { emails: [work("n@corp.test")] },
  },
  {
    shape: 'a filter with "True" for a boolean, of an item that is not there',
    operations: [{ op: "Add", path: 'emails[primary eq "True"].value', value: "n@corp.test" }],
    before: NO_EMAIL,
    change: { emails: [{ primary: true, value: "n@corp.test" }] },
  },
  {
    shape: "dotted names and URNs in an object without a path",
    operations: [
      {
        op: "replace",
        value: { displayName: "N", "name.givenName": "Nia", [`${ENTERPRISE_URN}:department`]: "Sales" },
      },
    ],
    change: {
      displayName: "N",
      name: { givenName: "Nia", familyName: "Roe" },
      ...enterprise({ department: "Sales", manager: { value: "m-1" } }),
    },
  },
  {
    shape: "a path with a filter as a name in an object without a path",
    operations: [{ op: "replace", value: { 'emails[type eq "work"].value': "n@corp.test" } }],
    change: { emails: [work("n@corp.test")] },
  },
  {
    shape: "the object of an extension in an object without a path",
    operations: [{ op: "add", value: enterprise({ department: "Sales" }) }],
    change: enterprise({ department: "Sales", manager: { value: "m-1" } }),
  },
  {
    shape: "the URN of an extension as the path",
    operations: [{ op: "replace", path: ENTERPRISE_URN, value: { employeeNumber: 7 } }],
    change: enterprise({ department: "Ops", manager: { value: "m-1" }, employeeNumber: "7" }),
  },
  {
    shape: "the URN of the core schema as the path",
    operations: [{ op: "replace", path: USER_URN, value: { displayName: "N" } }],
    change: { displayName: "N" },
  },
  {
    shape: "scim2-models writes the URN of an extension into it",
    operations: [
      { op: "replace", path: ENTERPRISE_URN, value: { schemas: [ENTERPRISE_URN], department: "Sales" } },
    ],
    change: enterprise({ department: "Sales", manager: { value: "m-1" } }),
  },
  {
    shape: "an extension is removed by its URN",
    operations: [{ op: "remove", path: ENTERPRISE_URN }],
    gone: [ENTERPRISE_URN],
    change: { schemas: [USER_URN] },
  },
  {
    shape: "an attribute of an extension by its URN",
    operations: [{ op: "Add", path: `${ENTERPRISE_URN}:manager`, value: "m-2" }],
    change: enterprise({ department: "Ops", manager: { value: "m-2" } }),
  },
  {
    shape: "manager without its URN, as a list with a reference",
    operations: [
      { op: "Add", path: "manager", value: [{ $ref: "https://h.test/scim/v2/Users/m-2", value: "m-2" }] },
    ],
    change: enterprise({
      department: "Ops",
      manager: { value: "m-2", $ref: "https://h.test/scim/v2/Users/m-2" },
    }),
  },
  {
    shape: 'manager as ""',
    operations: [{ op: "Replace", path: `${ENTERPRISE_URN}:manager`, value: "" }],
    change: enterprise({ department: "Ops" }),
  },
  {
    shape: 'an add of manager as ""',
    operations: [{ op: "Add", path: "manager", value: "" }],
    change: enterprise({ department: "Ops" }),
  },
  {
    shape: "manager as null",
    operations: [{ op: "Replace", path: `${ENTERPRISE_URN}:manager`, value: null }],
    change: enterprise({ department: "Ops" }),
  },
  {
    shape: "manager.value as a path",
    operations: [{ op: "Replace", path: `${ENTERPRISE_URN}:manager.value`, value: "m-3" }],
    change: enterprise({ department: "Ops", manager: { value: "m-3" } }),
  },
  {
    shape: "manager is removed",
    operations: [{ op: "Remove", path: `${ENTERPRISE_URN}:manager` }],
    change: enterprise({ department: "Ops" }),
  },
  {
    shape: "a remove names another value than there is, and nothing is set",
    operations: [{ op: "Remove", path: "displayName", value: "Somebody Else" }],
  },
  {
    shape: "roles, which the pool does not have, in Entra's two shapes",
    operations: [
      { op: "Add", path: "roles", value: [{ value: '{"id":"1","value":"Admin"}' }] },
      { op: "Add", path: 'roles[primary eq "True"].value', value: "Admin" },
    ],
    dropped: ["roles", 'roles[primary eq "True"].value'],
  },
  {
    shape: "a title, which the pool does not have, beside a name that it has",
    operations: [{ op: "replace", value: { title: "Dr", displayName: "N" } }],
    change: { displayName: "N" },
    dropped: ["title"],
  },
  {
    shape: "an attribute of Okta's own schema",
    operations: [{ op: "replace", value: { "urn:okta:app_x:1.0:user:custom": { a: 1 }, active: false } }],
    change: { active: false },
    dropped: ["urn:okta:app_x:1.0:user:custom"],
  },
  {
    shape: "id, schemas and meta repeated in an object without a path",
    operations: [
      { op: "replace", value: { id: "u-1", schemas: ["x"], meta: { version: "9" }, displayName: "N" } },
    ],
    change: { displayName: "N" },
  },
  {
    shape: "groups repeated as they are",
    operations: [
      { op: "replace", value: { groups: [{ value: "g-7", display: "Field Ops" }], active: false } },
    ],
    change: { active: false },
  },
  {
    shape: "userName without a path",
    operations: [{ op: "replace", value: { userName: "kim@corp.test" } }],
    change: { userName: "kim@corp.test" },
  },
  {
    shape: "a password",
    operations: [{ op: "replace", value: { password: "Zx7!kkPq" } }],
    change: { password: "Zx7!kkPq" },
  },
  {
    shape: "externalId",
    operations: [{ op: "Replace", path: "externalId", value: "7c0e" }],
    change: { externalId: "7c0e" },
  },
  {
    shape: "OneLogin sends an object for a list",
    operations: [{ op: "replace", path: "emails", value: { value: "n@corp.test" } }],
    change: { emails: [{ value: "n@corp.test" }] },
  },
  {
    shape: "a list of texts for a list of objects",
    operations: [{ op: "replace", path: "emails", value: ["n@corp.test"] }],
    change: { emails: [{ value: "n@corp.test" }] },
  },
  {
    shape: "an added primary item takes that from the other",
    operations: [
      { op: "add", path: "emails", value: [{ value: "n@corp.test", type: "home", primary: true }] },
    ],
    change: {
      emails: [
        { ...work("ada@corp.test"), primary: false },
        { value: "n@corp.test", type: "home", primary: true },
      ],
    },
  },
  {
    shape: "primary of one item by a filter takes that from the other",
    operations: [{ op: "replace", path: 'phoneNumbers[type eq "mobile"].primary', value: "True" }],
    before: withPhone,
    change: {
      phoneNumbers: [
        { value: "1", type: "work", primary: false },
        { value: "2", type: "mobile", primary: true },
      ],
    },
  },
  {
    shape: "an item that is there already is added",
    operations: [
      { op: "add", path: "emails", value: [{ value: "ADA@corp.test", type: "work", primary: true }] },
    ],
    change: { emails: [work("ADA@corp.test")] },
  },
  {
    shape: "an item that is there already is added without its type",
    operations: [{ op: "add", path: "emails", value: [{ value: "ada@corp.test" }] }],
  },
  {
    shape: "the type of an item that has none is added with it",
    operations: [{ op: "add", path: "emails", value: [{ value: "a@corp.test", type: "home" }] }],
    before: { ...ADA, emails: [{ value: "a@corp.test" }] },
    change: { emails: [{ value: "a@corp.test", type: "home" }] },
  },
  {
    shape: "an item gets its type, and then another item of another type comes",
    operations: [
      {
        op: "add",
        path: "emails",
        value: [
          { value: "a@corp.test" },
          { value: "a@corp.test", type: "home" },
          { value: "a@corp.test", type: "x" },
        ],
      },
    ],
    before: NO_EMAIL,
    change: {
      emails: [
        { value: "a@corp.test", type: "home" },
        { value: "a@corp.test", type: "x" },
      ],
    },
  },
  {
    shape: "one address is of two types",
    operations: [{ op: "add", path: "emails", value: [{ value: "ada@corp.test", type: "home" }] }],
    change: { emails: [work("ada@corp.test"), { value: "ada@corp.test", type: "home" }] },
  },
  {
    shape: "an item of the path with the core URN",
    operations: [{ op: "replace", path: `${USER_URN}:emails[type eq "WORK"].value`, value: "n@corp.test" }],
    change: { emails: [work("n@corp.test")] },
  },
  {
    shape: "a list is removed with a value that says nothing, which is nothing",
    operations: [
      { op: "remove", path: "phoneNumbers", value: "" },
      { op: "remove", path: "phoneNumbers", value: [null] },
      { op: "remove", path: "phoneNumbers", value: [{}] },
      { op: "remove", path: "phoneNumbers", value: {} },
    ],
    before: withPhone,
  },
  {
    shape: "a list is removed with null for a value, as programs write a missing one",
    operations: [{ op: "remove", path: "phoneNumbers", value: null }],
    before: withPhone,
    gone: ["phoneNumbers"],
  },
  {
    shape: "an item is replaced whole, and keeps the type that chose it",
    operations: [{ op: "replace", path: 'emails[type eq "work"]', value: { value: "n@corp.test" } }],
    change: { emails: [{ type: "work", value: "n@corp.test" }] },
  },
  {
    shape: "an item is completed",
    operations: [{ op: "add", path: 'emails[type eq "work"]', value: { display: "Ada" } }],
    change: { emails: [{ ...work("ada@corp.test"), display: "Ada" }] },
  },
  {
    shape: "an item is removed by a filter",
    operations: [{ op: "remove", path: 'phoneNumbers[type eq "work"]' }],
    before: withPhone,
    change: { phoneNumbers: [{ value: "2", type: "mobile" }] },
  },
  {
    shape: "the value of an item is removed, and with it the item",
    operations: [{ op: "remove", path: 'phoneNumbers[type eq "work"].value' }],
    before: withPhone,
    change: { phoneNumbers: [{ value: "2", type: "mobile" }] },
  },
  {
    shape: "the listed items are removed, never all",
    operations: [{ op: "Remove", path: "phoneNumbers", value: [{ value: "1" }] }],
    before: withPhone,
    change: { phoneNumbers: [{ value: "2", type: "mobile" }] },
  },
  {
    shape: "an empty list is removed, which is nothing",
    operations: [{ op: "Remove", path: "phoneNumbers", value: [] }],
    before: withPhone,
  },
  {
    shape: "a whole list is removed",
    operations: [{ op: "remove", path: "phoneNumbers" }],
    before: withPhone,
    gone: ["phoneNumbers"],
  },
  {
    shape: "a list is replaced by an empty one",
    operations: [{ op: "replace", path: "phoneNumbers", value: [] }],
    before: withPhone,
    gone: ["phoneNumbers"],
  },
  {
    shape: "what is not there is removed",
    operations: [
      { op: "remove", path: "nickName" },
      { op: "remove", path: 'emails[type eq "home"]' },
      { op: "remove", path: 'emails[type eq "home"].value' },
      { op: "remove", path: "name.middleName" },
    ],
  },
  {
    shape: "a part of a name is removed, and the rest stays",
    operations: [{ op: "remove", path: "name.givenName" }],
    change: { name: { familyName: "Roe" } },
  },
  {
    shape: "a name is replaced, and what the value does not have stays",
    operations: [{ op: "replace", path: "name", value: { givenName: "Nia" } }],
    change: { name: { givenName: "Nia", familyName: "Roe" } },
  },
  {
    shape: "honorificPrefix, which the pool does not have",
    operations: [{ op: "replace", path: "name.honorificPrefix", value: "Dr" }],
    dropped: ["name.honorificPrefix"],
  },
  {
    shape: "an empty text",
    operations: [{ op: "replace", path: "displayName", value: "" }],
    gone: ["displayName"],
  },
  {
    shape: "operations build on each other",
    operations: [
      { op: "remove", path: "emails" },
      { op: "add", path: "emails", value: [{ value: "a@corp.test" }] },
      { op: "add", path: "emails", value: [{ value: "b@corp.test" }] },
      { op: "remove", path: 'emails[value eq "A@CORP.TEST"]' },
    ],
    change: { emails: [{ value: "b@corp.test" }] },
  },
  {
    shape: "the same operation twice",
    operations: [
      { op: "replace", path: "active", value: true },
      { op: "replace", path: "active", value: true },
    ],
  },
];

describe("one row for each shape of a PATCH that a client sends", () => {
  test.for(SHAPES.map((row) => [row.shape, row] as const))("%s", ([, row]) => {
    const before = row.before ?? ADA;
    const { after, dropped } = patchUser(row.operations, before);
    const expected = { ...without(before, ...(row.gone ?? [])), ...row.change };
    expect(after).toEqual(expected);
    expect(dropped).toEqual(row.dropped ?? []);
  });

  test.for(SHAPES.map((row) => [row.shape, row] as const))(
    "a second time it changes nothing: %s",
    ([, row]) => {
      const { after } = patchUser(row.operations, row.before ?? ADA);
      expect(patchUser(row.operations, after).after).toEqual(after);
    },
  );
});

describe("what cannot be made is refused", () => {
  test.for([
    ["an unknown op", [{ op: "move", path: "active", value: true }], "invalidSyntax"],
    ["no op", [{ path: "active", value: true }], "invalidSyntax"],
    ["no operations", [], "invalidSyntax"],
    ["an operation that is not an object", ["active"], "invalidSyntax"],
    ["a boolean that is not one", [{ op: "replace", path: "active", value: "no" }], "invalidValue"],
    ["a number for a boolean", [{ op: "replace", path: "active", value: 0 }], "invalidValue"],
    ["an object for a text", [{ op: "replace", path: "displayName", value: { a: 1 } }], "invalidValue"],
    ["two values for one", [{ op: "replace", path: "active", value: [true, false] }], "invalidValue"],
    ["no value", [{ op: "replace", path: "active" }], "invalidValue"],
    ["a text without a path", [{ op: "replace", value: "x" }], "invalidValue"],
    ["a remove without a path", [{ op: "remove" }], "noTarget"],
    ["a path of an unknown attribute", [{ op: "replace", path: "actve", value: true }], "invalidPath"],
    ["an unknown attribute without a path", [{ op: "replace", value: { actve: true } }], "invalidPath"],
    ["an unknown sub-attribute", [{ op: "replace", path: "name.nick", value: "x" }], "invalidPath"],
    [
      "an unknown part of an item",
      [{ op: "add", path: 'emails[type eq "work"].x', value: "x" }],
      "invalidPath",
    ],
    [
      "brackets without an end",
      [{ op: "replace", path: 'emails[type eq "work"', value: "x" }],
      "invalidPath",
    ],
    [
      "a filter without an end",
      [{ op: "replace", path: "emails[type eq].value", value: "x" }],
      "invalidFilter",
    ],
    [
      "a filter for a single value",
      [{ op: "replace", path: 'name[a eq "b"].givenName', value: "x" }],
      "invalidPath",
    ],
    ["a path that is not a text", [{ op: "replace", path: 7, value: "x" }], "invalidPath"],
    [
      "an item that no filter can make",
      [{ op: "replace", path: 'emails[value eq "x@corp.test"].type', value: "home" }],
      "noTarget",
    ],
    [
      "an item of a filter with `or`",
      [{ op: "add", path: 'emails[type eq "a" or type eq "b"].value', value: "x" }],
      "noTarget",
    ],
    ["the id", [{ op: "replace", path: "id", value: "u-2" }], "mutability"],
    ["another id without a path", [{ op: "replace", value: { id: "u-2" } }], "mutability"],
    ["groups", [{ op: "add", path: "groups", value: [{ value: "g-8" }] }], "mutability"],
    ["meta", [{ op: "replace", path: "meta.version", value: "9" }], "mutability"],
    ["the removal of what is required", [{ op: "remove", path: "userName" }], "mutability"],
    ["an empty value for what is required", [{ op: "replace", path: "userName", value: "" }], "invalidValue"],
    [
      "an attribute twice, in two letter cases",
      [{ op: "replace", value: { active: true, ACTIVE: false } }],
      "invalidSyntax",
    ],
  ] as const)("%s", ([, operations, scimType]) => {
    expect(() => patchUser(operations)).toThrow(expect.objectContaining({ status: 400, scimType }));
  });

  test("an immutable value, but not the same value again nor the first one", () => {
    const urn = "urn:connector:cognito:2.0:User";
    const operation = (value: string) => [{ op: "replace", path: `${urn}:badge`, value }];
    const first = patchUser(operation("b-1")).after;
    expect(first[urn]).toEqual({ badge: "b-1" });
    expect(patchUser(operation("B-1"), first).after[urn]).toEqual({ badge: "B-1" });
    for (const operations of [operation("b-2"), [{ op: "remove", path: `${urn}:badge` }]])
      expect(() => patchUser(operations, first)).toThrow(expect.objectContaining({ scimType: "mutability" }));
  });

  test("more operations than 10,000, by 413", () => {
    const operations = Array.from({ length: 10_001 }, () => ({ op: "replace", path: "active", value: true }));
    expect(() => patchUser(operations)).toThrow(expect.objectContaining({ status: 413 }));
  });

  test("more items than 100 in a list", () => {
    const items = Array.from({ length: 101 }, (_, index) => ({ value: `${index}@corp.test` }));
    const refused = expect.objectContaining({ scimType: "invalidValue" });
    expect(() => patchUser([{ op: "replace", path: "emails", value: items }])).toThrow(refused);
    const one = items.map((item) => ({ op: "add", path: "emails", value: [item] }));
    expect(() => patchUser(one)).toThrow(refused);
  });
});

const GROUP: JsonObject = { schemas: [GROUP_URN], id: "g-7", displayName: "Field Ops" };

describe("groups: members are never read for a PATCH", () => {
  test.for([
    [
      "Okta removes one and adds one",
      [
        { op: "remove", path: 'members[value eq "u-1"]' },
        { op: "add", path: "members", value: [{ value: "u-2", display: "kim@corp.test" }] },
      ],
      [
        { kind: "remove", ids: ["u-1"] },
        { kind: "add", ids: ["u-2"] },
      ],
    ],
    ["Okta empties a group", [{ op: "replace", path: "members", value: [] }], [{ kind: "replace", ids: [] }]],
    [
      "null empties a group",
      [{ op: "replace", path: "members", value: null }],
      [{ kind: "replace", ids: [] }],
    ],
    [
      "Entra removes a list with null in its items",
      [{ op: "Remove", path: "members", value: [{ $ref: null, value: "u-9" }] }],
      [{ kind: "remove", ids: ["u-9"] }],
    ],
    [
      "Entra with its flag removes by a filter",
      [{ op: "remove", path: 'members[value eq "u-9"]' }],
      [{ kind: "remove", ids: ["u-9"] }],
    ],
    [
      "JumpCloud removes",
      [{ op: "remove", path: "members", value: [{ value: "u-3" }] }],
      [{ kind: "remove", ids: ["u-3"] }],
    ],
    ["a remove of an empty list", [{ op: "remove", path: "members", value: [] }], []],
    ["a remove of all", [{ op: "remove", path: "members" }], [{ kind: "replace", ids: [] }]],
    [
      "authentik sends one operation for each member",
      [
        { op: "add", path: "members", value: [{ value: "u-1" }] },
        { op: "add", path: "members", value: [{ value: "u-2" }] },
        { op: "add", path: "members", value: [{ value: "u-1" }] },
        { op: "remove", path: "members", value: [{ value: "u-3" }] },
      ],
      [
        { kind: "add", ids: ["u-1", "u-2"] },
        { kind: "remove", ids: ["u-3"] },
      ],
    ],
    [
      "Keycloak replaces the list and the name",
      [
        { op: "replace", path: "members", value: [{ value: "u-1", $ref: "Users/u-1" }, { value: "u-2" }] },
        { op: "replace", path: "displayName", value: "Field Ops" },
      ],
      [{ kind: "replace", ids: ["u-1", "u-2"] }],
    ],
    [
      "members without a path",
      [{ op: "add", value: { members: [{ value: "u-1" }] } }],
      [{ kind: "add", ids: ["u-1"] }],
    ],
    ["a member as a text", [{ op: "add", path: "members", value: "u-1" }], [{ kind: "add", ids: ["u-1"] }]],
    [
      "ids in another letter case are others",
      [{ op: "add", path: "members", value: [{ value: "u-1" }, { value: "U-1" }, { value: "u-1" }] }],
      [{ kind: "add", ids: ["u-1", "U-1"] }],
    ],
    [
      "a filter that adds makes a member",
      [{ op: "add", path: 'members[value eq "u-1"]', value: { value: "u-1" } }],
      [{ kind: "add", ids: ["u-1"] }],
    ],
    [
      "a filter that replaces one by another",
      [{ op: "replace", path: 'members[value eq "u-1"]', value: { value: "u-2" } }],
      [
        { kind: "remove", ids: ["u-1"] },
        { kind: "add", ids: ["u-2"] },
      ],
    ],
    [
      "a filter of several ids",
      [{ op: "remove", path: 'members[value eq "u-1" or value eq "u-2"]' }],
      [{ kind: "remove", ids: ["u-1", "u-2"] }],
    ],
  ] as const)("%s", ([, operations, members]) => {
    const parsed = parsePatch({ Operations: operations }, GROUP_SCHEMAS);
    const split = memberOperations(parsed);
    expect(split.members).toEqual(members);
    expect(applyPatch(GROUP, split.others, GROUP_SCHEMAS)).toEqual(GROUP);
  });

  test.for([
    [
      "Okta renames with the id in the value",
      [{ op: "replace", value: { id: "g-7", displayName: "New Name" } }],
      { displayName: "New Name" },
    ],
    [
      "Entra renames",
      [{ op: "Replace", path: "displayName", value: "New Name" }],
      { displayName: "New Name" },
    ],
    [
      "authentik sends the whole group without a path",
      [{ op: "replace", value: { id: "g-7", schemas: [GROUP_URN], externalId: "9a", displayName: "ops" } }],
      { displayName: "ops", externalId: "9a" },
    ],
  ] as const)("%s, and no member is touched", ([, operations, change]) => {
    const { others, members } = memberOperations(parsePatch({ Operations: operations }, GROUP_SCHEMAS));
    expect(members).toEqual([]);
    expect(applyPatch(GROUP, others, GROUP_SCHEMAS)).toEqual({ ...GROUP, ...change });
  });

  test.for([
    [
      "a group in a group",
      [{ op: "add", path: "members", value: [{ value: "g-8", type: "Group" }] }],
      "invalidValue",
    ],
    ["a member without an id", [{ op: "add", path: "members", value: [{ display: "Kim" }] }], "invalidValue"],
    [
      "a replacement by nobody knows whom",
      [{ op: "replace", path: "members", value: [null] }],
      "invalidValue",
    ],
    ["a replacement by an empty object", [{ op: "replace", path: "members", value: [{}] }], "invalidValue"],
    [
      "a replacement by a null id",
      [{ op: "replace", value: { members: [{ value: null }] } }],
      "invalidValue",
    ],
    [
      "the removal of a null id",
      [{ op: "remove", path: "members", value: [{ value: null }] }],
      "invalidValue",
    ],
    [
      "the display of a member",
      [{ op: "replace", path: 'members[value eq "u"].display', value: "K" }],
      "mutability",
    ],
    [
      "an add by a filter of other things",
      [{ op: "add", path: 'members[display co "a"]', value: { value: "u" } }],
      "noTarget",
    ],
  ] as const)("refused: %s", ([, operations, scimType]) => {
    expect(() => memberOperations(parsePatch({ Operations: operations }, GROUP_SCHEMAS))).toThrow(
      expect.objectContaining({ status: 400, scimType }),
    );
  });

  test("a filter of other things removes by that filter", () => {
    const operations = [{ op: "remove", path: 'members[display sw "k"]' }];
    const { members } = memberOperations(parsePatch({ Operations: operations }, GROUP_SCHEMAS));
    expect(members).toEqual([
      { kind: "remove-matching", filter: expect.objectContaining({ operator: "sw" }) },
    ]);
  });
});
