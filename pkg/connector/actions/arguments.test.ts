import type { JsonObject } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../core/errors.ts";
import { readArguments } from "./arguments.ts";
import { actionNamed } from "./catalogue.ts";

function idOf(name: string, raw: JsonObject): string {
  return readArguments(actionNamed(name), raw).id;
}

function refusalOf(name: string, raw: JsonObject): string {
  const action = actionNamed(name);
  try {
    const { id, args } = readArguments(action, raw);
    action.prepare(id, args);
  } catch (error) {
    const { code, message } = GovernanceError.from(error);
    if (code === "invalid-argument") return message;
    throw error;
  }
  throw new Error(`${name} took ${JSON.stringify(raw)}`);
}

describe("the id of the user", () => {
  test.for<readonly [JsonObject]>([
    [{ user_id: "sub-1" }],
    [{ resource_id: "sub-1" }],
    [{ userId: "sub-1" }],
    [{ user_id: "sub-1", resource_id: null }],
    [{ user_id: "sub-1", resource_id: "sub-1" }],
    [{ user_id: { resource_type_id: "user", resource_id: "sub-1" } }],
    [{ resource_id: { resource_type: "user", resource: "sub-1" } }],
    [{ user_id: { resourceTypeId: "user", resourceId: "sub-1" } }],
    [{ user_id: "sub-1", userId: { resource_type: "user", resource: "sub-1" } }],
    [{ resourceId: "sub-1" }],
    [{ resource: "sub-1" }],
    [{ resourceId: { resourceType: "user", resource: "sub-1" } }],
    [{ resource_id: { resource_type: "user", resource: "sub-1", baton_resource: false } }],
    [{ resource_id: { resourceType: "user", resourceId: "sub-1" } }],
    [{ resource: { resourceId: { resourceTypeId: "user", resourceId: "sub-1" }, displayName: "Ann" } }],
    [{ user_id: { id: { resource_type: "user", resource: "sub-1" } } }],
    [{ resource_id: "sub-1", resource_type_id: "user" }],
    [{ resourceType: "user", resource: "sub-1" }],
    [{ user_id: "sub-1", userId: null, group_id: null, anything: null }],
  ])("is read from %o", ([raw]) => {
    expect(idOf("enable_user", raw)).toBe("sub-1");
  });

  test.for<readonly [JsonObject, RegExp]>([
    [{}, /^args\.user_id: missing/],
    [{ user_id: null }, /^args\.user_id: missing/],
    [{ user_id: "" }, /^args\.user_id: empty/],
    [{ user_id: 1 }, /^args\.user_id: must be the resource id of a user/],
    [{ user_id: [] }, /^args\.user_id: must be the resource id of a user/],
    [{ userId: {} }, /^args\.userId: must be the resource id of a user/],
    [{ user_id: { resource_type_id: "user", resource_id: "" } }, /^args\.user_id: must be/],
    [
      { user_id: { resource_type_id: "group", resource_id: "admins" } },
      /^args\.user_id: names a resource of type "group"; this action is for a user$/,
    ],
    [
      { resource_id: "admins", resource_type_id: "group" },
      /^args\.resource_type_id: names a resource of type "group"; this action is for a user$/,
    ],
    [{ user_id: { resource: "sub-1" } }, /^args\.user_id: must be the resource id of a user/],
    [{ user_id: { id: { id: {} } } }, /^args\.user_id: must be the resource id of a user/],
    [{ user_id: "sub-1", resourceType: 1 }, /^args\.resourceType: names a resource whose type is no string/],
    [{ user_id: "sub-1", group_id: "admins" }, /has no argument "group_id"/],
    [{ user_id: "sub-1", resource_id: "sub-2" }, /^args\.resource_id: names another user than args\.user_id/],
  ])("is not read from %o", ([raw, message]) => {
    expect(refusalOf("enable_user", raw)).toMatch(message);
  });
});

describe("the id of the group", () => {
  test.for<readonly [JsonObject]>([
    [{ group_id: "admins" }],
    [{ resource_id: "admins" }],
    [{ groupId: "admins" }],
    [{ group_id: { resource_type: "group", resource: "admins" } }],
    [{ resourceId: { resourceType: "group", resource: "admins" } }],
    [{ resource: "admins", resource_type: "group" }],
  ])("is read from %o", ([raw]) => {
    expect(idOf("update_group", { ...raw, precedence: 1 })).toBe("admins");
  });

  test("is not that of a user", () => {
    const raw = { group_id: { resource_type: "user", resource: "sub-1" }, precedence: 1 };
    expect(refusalOf("update_group", raw)).toMatch(/^args\.group_id: names a resource of type "user"/);
  });
});

describe("an argument", () => {
  const user_id = "sub-1";
  const group_id = "admins";

  test.for<readonly [string, JsonObject, RegExp]>([
    [
      "enable_user",
      { user_id, sign_out: true },
      /^args: action enable_user has no argument "sign_out"; it takes user_id$/,
    ],
    ["enable_user", { user_id, x: false }, /has no argument "x"/],
    ["enable_user", { user_id, ["a\nb"]: 1 }, /has no argument "…"/],
    ["disable_user", { user_id, sign_out: "true" }, /^args\.sign_out: must be true or false$/],
    ["disable_user", { user_id, sign_out: 1 }, /^args\.sign_out: must be true or false$/],
    ["set_password", { user_id }, /^args\.password: missing; action set_password needs it$/],
    ["set_password", { user_id, password: null }, /^args\.password: missing/],
    ["set_password", { user_id, password: "" }, /^args\.password: must not be empty$/],
    ["set_password", { user_id, password: 12345678 }, /^args\.password: must be a string$/],
    ["set_password", { user_id, password: "x", permanent: 0 }, /^args\.permanent: must be true or false$/],
    ["update_user_attributes", { user_id }, /^args: .* needs at least one of set, delete, email, /],
    ["update_user_attributes", { user_id, set: null, email: null }, /needs at least one of/],
    ["update_user_attributes", { user_id, set: {} }, /^args\.set: empty/],
    ["update_user_attributes", { user_id, delete: [] }, /^args\.set: empty/],
    ["update_user_attributes", { user_id, set: ["a"] }, /^args\.set: must be an object/],
    ["update_user_attributes", { user_id, set: "a" }, /^args\.set: must be an object/],
    ["update_user_attributes", { user_id, set: { a: null } }, /^args\.set: must be an object whose values/],
    [
      "update_user_attributes",
      { user_id, set: { a: Number.NaN } },
      /^args\.set: must be an object whose values/,
    ],
    ["update_user_attributes", { user_id, set: { a: {} } }, /^args\.set: must be an object whose values/],
    ["update_user_attributes", { user_id, delete: "a" }, /^args\.delete: must be a list of strings/],
    ["update_user_attributes", { user_id, delete: [1] }, /^args\.delete: must be a list of strings/],
    ["update_user_attributes", { user_id, delete: [""] }, /^args\.delete: must be a list of strings/],
    ["update_user_attributes", { user_id, email: true }, /^args\.email: must be a string$/],
    [
      "update_user_attributes",
      { user_id, email_verified: "true" },
      /^args\.email_verified: must be true or false$/,
    ],
    [
      "update_user_attributes",
      { user_id, set: { email: "a@x" }, email: "b@x" },
      /^args\.email: differs from args\.set\.email/,
    ],
    [
      "update_user_attributes",
      { user_id, set: { a: 1 }, delete: ["a"] },
      /^args\.delete: has "a", which is to be set too$/,
    ],
    ["update_user_attributes", { user_id, email: "a@x", delete: ["email"] }, /^args\.delete: has "email"/],
    ["update_group", { group_id }, /needs at least one of description, role_arn, precedence$/],
    [
      "update_group",
      { group_id, precedence: "1" },
      /^args\.precedence: must be a whole number from 0 to 2147483647$/,
    ],
    ["update_group", { group_id, precedence: -1 }, /^args\.precedence: must be a whole number/],
    ["update_group", { group_id, precedence: 1.5 }, /^args\.precedence: must be a whole number/],
    ["update_group", { group_id, precedence: 2 ** 31 }, /^args\.precedence: must be a whole number/],
    ["update_group", { group_id, role_arn: "" }, /^args\.role_arn: empty, and Cognito cannot clear a role/],
    ["update_group", { group_id, description: 1 }, /^args\.description: must be a string$/],
  ])("%s refuses %o", ([name, raw, message]) => {
    expect(refusalOf(name, raw)).toMatch(message);
  });

  test.for(["name", "new_name", "group_name", "display_name"])(
    "mark 38, L-12: update_group refuses %s with the reason: a group cannot be renamed",
    (argument) => {
      expect(refusalOf("update_group", { group_id, description: "x", [argument]: "new" })).toBe(
        `args.${argument}: a Cognito group cannot be renamed; create a group of the new name, move the members, ` +
          "then delete this one",
      );
    },
  );

  test("is never quoted in an error: it may be a password", () => {
    for (const raw of [
      { user_id, password: ["Hunter2-secret"] },
      { user_id, password: "x", permanent: "Hunter2-secret" },
      { user_id: ["Hunter2-secret"], password: "x" },
    ]) {
      expect(refusalOf("set_password", raw)).not.toContain("Hunter2");
    }
  });
});
