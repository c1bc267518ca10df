import { describe, expect, test } from "vitest";
import type { SchemaAttribute } from "../pool.ts";
import { STANDARD_ATTRIBUTES, schemaOf } from "./standard.ts";

const tier: SchemaAttribute = {
  name: "custom:tier",
  type: "Number",
  mutable: true,
  required: false,
  developerOnly: false,
  minLength: undefined,
  maxLength: undefined,
  minValue: 1,
  maxValue: 9,
};

describe("schemaOf", () => {
  test("F-38: adds the standard attributes that a pool's description left out", () => {
    const schema = schemaOf({ schema: [tier] });
    expect(schema.get("custom:tier")).toBe(tier);
    expect([...schema.keys()].sort()).toEqual(
      [
        "address birthdate custom:tier email email_verified family_name gender given_name identities locale",
        "middle_name name nickname phone_number phone_number_verified picture preferred_username profile sub",
        "updated_at website zoneinfo",
      ]
        .join(" ")
        .split(" "),
    );
  });

  test("uses the pool's own description", () => {
    const email: SchemaAttribute = { ...tier, name: "email", type: "String", required: true, mutable: false };
    expect(schemaOf({ schema: [email] }).get("email")).toBe(email);
  });

  test("knows the types and bounds of the standard ones", () => {
    const schema = schemaOf({ schema: [] });
    expect(schema.size).toBe(STANDARD_ATTRIBUTES.length);
    expect(schema.get("birthdate")).toMatchObject({ type: "String", minLength: 10, maxLength: 10 });
    expect(schema.get("email_verified")).toMatchObject({ type: "Boolean", maxLength: undefined });
    expect(schema.get("updated_at")).toMatchObject({ type: "Number", minValue: 0 });
    expect(schema.get("sub")).toMatchObject({ mutable: false, required: true });
    expect(schema.get("nickname")).toMatchObject({ minLength: 0, maxLength: 2048, required: false });
  });
});
