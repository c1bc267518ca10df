import { describe, expect, test } from "vitest";
import type { SchemaAttribute } from "../pool.ts";
import { isWritable, resolveAttributeName } from "./resolve.ts";

const custom = (name: string, changes: Partial<SchemaAttribute> = {}): SchemaAttribute => ({
  name,
  type: "String",
  mutable: true,
  required: false,
  developerOnly: false,
  minLength: undefined,
  maxLength: undefined,
  minValue: undefined,
  maxValue: undefined,
  ...changes,
});
const pool = {
  schema: [
    custom("custom:department"),
    custom("custom:costCenter"),
    custom("dev:custom:secret", { developerOnly: true }),
    custom("custom:legacy", { developerOnly: true }),
  ],
};
const nameOf = (key: string, schema = pool.schema): unknown => resolveAttributeName({ schema }, key);

describe("L-14, F-37: the attribute that a key means", () => {
  test.for([
    ["given_name", "given_name"],
    ["custom:department", "custom:department"],
    ["department", "custom:department"],
    ["costCenter", "custom:costCenter"],
    ["first_name", "given_name"],
    ["firstName", "given_name"],
    ["last_name", "family_name"],
    ["lastName", "family_name"],
    ["phone", "phone_number"],
    ["phoneNumber", "phone_number"],
    ["emailVerified", "email_verified"],
    ["displayName", "name"],
  ])("%s is %s", ([key, name]) => {
    expect(nameOf(key ?? "")).toMatchObject({ name, attribute: { name } });
  });

  test("a custom attribute of the pool goes before an alias", () => {
    expect(nameOf("phone", [custom("custom:phone")])).toMatchObject({ name: "custom:phone" });
  });

  test("a standard attribute goes before a custom one of the same name", () => {
    expect(nameOf("locale", [custom("custom:locale")])).toMatchObject({ name: "locale" });
    expect(nameOf("custom:locale", [custom("custom:locale")])).toMatchObject({ name: "custom:locale" });
  });

  test.for([
    ["departmnt", "is no attribute of the pool; did you mean custom:department?"],
    ["custom:departmnt", "is no attribute of the pool; did you mean custom:department?"],
    ["givenName", "is no attribute of the pool; did you mean given_name?"],
    ["Email", "is no attribute of the pool; did you mean email?"],
    ["firstname", "is no attribute of the pool; did you mean given_name?"],
    ["shoe_size", "is no attribute of the pool"],
    ["x", "is no attribute of the pool"],
    ["", "is no attribute of the pool"],
    ["hasOwnProperty", "is no attribute of the pool"],
    ["toString", "is no attribute of the pool"],
    ["constructor", "is no attribute of the pool"],
    ["custom:", "is no attribute of the pool"],
    ["e".repeat(100_000), "is no attribute of the pool"],
  ])("%s: %s", ([key, problem]) => {
    expect(nameOf(key ?? "")).toEqual({ problem });
  });

  test.for(["sub", "identities", "updated_at", "cognito:user_status", "cognito:username"])(
    "%s is never writable",
    (key) => {
      expect(nameOf(key)).toEqual({ problem: "is kept by Cognito and cannot be written" });
    },
  );

  test.for(["dev:custom:secret", "dev:unheard", "legacy", "custom:legacy"])(
    "%s is developer-only and never writable",
    (key) => {
      expect(nameOf(key)).toEqual({
        problem: "is a developer-only attribute, which this connector never writes",
      });
    },
  );

  test("never suggests what cannot be written", () => {
    expect(nameOf("updated_att")).toEqual({ problem: "is no attribute of the pool" });
    expect(nameOf("legacyy")).toEqual({ problem: "is no attribute of the pool" });
  });

  test("tells writable attributes from others", () => {
    expect(isWritable(custom("custom:a"))).toBe(true);
    expect(isWritable(custom("sub"))).toBe(false);
    expect(isWritable(custom("custom:a", { developerOnly: true }))).toBe(false);
  });
});
