import { describe, expect, test } from "vitest";
import type { SchemaAttribute } from "../pool.ts";
import { attributeText, deletionProblem } from "./coerce.ts";
import { schemaOf } from "./standard.ts";

const of = (changes: Partial<SchemaAttribute> = {}): SchemaAttribute => ({
  name: "custom:x",
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
function standard(name: string): SchemaAttribute {
  const found = schemaOf({ schema: [] }).get(name);
  if (found === undefined) throw new Error(`no standard attribute ${name}`);
  return found;
}
const boolean = of({ type: "Boolean" });
const number = of({ type: "Number", minValue: -5, maxValue: 100 });
const dateTime = of({ type: "DateTime" });

describe("mark 44: values become the text that Cognito takes", () => {
  test.for([
    [boolean, true, "true"],
    [boolean, false, "false"],
    [boolean, "true", "true"],
    [boolean, "false", "false"],
    [number, 0, "0"],
    [number, -5, "-5"],
    [number, "100", "100"],
    [number, "007", "7"],
    [number, -0, "0"],
    [number, 42n, "42"],
    [of({ type: "Number" }), "123456789012345678901234567890", "123456789012345678901234567890"],
    [dateTime, "2026-01-31T09:30:00+01:00", "2026-01-31T09:30:00+01:00"],
    [dateTime, "2026-01-31", "2026-01-31"],
    [of(), "plain", "plain"],
    [of(), "  kept  ", "  kept  "],
    [of(), 12, "12"],
    [of(), 1.5, "1.5"],
    [of(), true, "true"],
    [of(), ["a", "b"], '["a","b"]'],
    [of(), { a: 1 }, '{"a":1}'],
    [standard("email"), "ada@example.com", "ada@example.com"],
    [standard("phone_number"), "+15551234567", "+15551234567"],
    [standard("birthdate"), "1990-12-31", "1990-12-31"],
    [standard("email_verified"), true, "true"],
    [standard("phone_number_verified"), "false", "false"],
    [
      standard("address"),
      { formatted: "1 Main St", country: "US" },
      '{"formatted":"1 Main St","country":"US"}',
    ],
    [standard("address"), "1 Main St", "1 Main St"],
  ] as const)("%#: %j", ([attribute, value, text]) => {
    expect(attributeText(attribute, value, "create")).toEqual({ text });
    expect(attributeText(attribute, value, "update")).toEqual({ text });
  });

  test("a verified flag is a boolean even where the pool calls it text", () => {
    const flag = of({ name: "email_verified", type: "String" });
    expect(attributeText(flag, "perhaps", "create")).toEqual({ problem: "must be true or false" });
  });
});

describe("mark 44: wrong values are problems", () => {
  const long = "a".repeat(2049);
  test.for([
    [boolean, "True", "must be true or false"],
    [boolean, 1, "must be true or false"],
    [boolean, {}, "must be true or false"],
    [number, 1.5, "must be a whole number"],
    [number, "1.5", "must be a whole number"],
    [number, "1e3", "must be a whole number"],
    [number, " 1", "must be a whole number"],
    [number, "+1", "must be a whole number"],
    [number, true, "must be a whole number"],
    [number, [1], "must be a whole number"],
    [number, Number.NaN, "must be a whole number"],
    [number, Number.POSITIVE_INFINITY, "must be a whole number"],
    [number, "9".repeat(100_000), "must be a whole number"],
    [number, 2 ** 53, "is too large for a JSON number to be exact; give it as text"],
    [number, -6, "must be at least -5"],
    [number, "101", "must be at most 100"],
    [dateTime, "2026-01-31T09:30:00", /^must be an ISO 8601 date/],
    [dateTime, 1_769_851_800, "must be a date and time in ISO 8601, as text"],
    [of({ minLength: 3 }), "ab", "must have at least 3 characters"],
    [of({ maxLength: 3 }), "abcd", "must have at most 3 characters"],
    [of(), long, "is longer than 2048 bytes"],
    [of({ maxLength: 5000 }), long, "is longer than 2048 bytes"],
    [of(), "é".repeat(1025), "is longer than 2048 bytes"],
    [of(), "a\ud83d", "is not well-formed Unicode text"],
    [of(), Number.NaN, "must be text"],
    [of(), () => 1, "must be text"],
    [of(), [1n], "must be text"],
    [standard("name"), { given: "Ada" }, "must be text"],
    [standard("email"), ["ada@example.com"], "must be text"],
    [standard("email"), "Ada <ada@example.com>", /without white space/],
    [standard("email"), `${"a".repeat(2048)}@example.com`, "is longer than 2048 bytes"],
    [standard("phone_number"), "+1 555 123", /take out spaces/],
    [standard("phone_number"), 15_551_234_567, /country code/],
    [standard("birthdate"), "31.12.1990", /YYYY-MM-DD/],
    [standard("email_verified"), "yes", "must be true or false"],
    [standard("sub"), "x", "cannot be written"],
    [of({ developerOnly: true }), "x", "cannot be written"],
  ] as const)("%#: %s", ([attribute, value, problem]) => {
    const result = attributeText(attribute, value, "create");
    expect(result).toEqual({ problem: expect.stringMatching(problem) });
  });

  test("lengths count characters, so that an emoji is one", () => {
    expect(attributeText(of({ maxLength: 3 }), "😀😀😀", "create")).toEqual({ text: "😀😀😀" });
    expect(attributeText(of({ minLength: 2 }), "😀", "create")).toMatchObject({
      problem: "must have at least 2 characters",
    });
  });

  test("exactly 2048 bytes are taken", () => {
    expect(attributeText(of(), "é".repeat(1024), "create")).toEqual({ text: "é".repeat(1024) });
  });

  test("a structure that goes round in circles is refused", () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(attributeText(of(), circle, "create")).toEqual({ problem: "must be text" });
  });
});

describe("mark 44: immutable attributes", () => {
  const fixed = of({ mutable: false });
  test("are written at creation and refused before an update", () => {
    expect(attributeText(fixed, "x", "create")).toEqual({ text: "x" });
    expect(attributeText(fixed, "x", "update")).toEqual({ problem: "can be set at creation only" });
    expect(attributeText(fixed, "", "update")).toEqual({ problem: "can be set at creation only" });
  });

  test("cannot be deleted, nor can required ones", () => {
    expect(deletionProblem(fixed)).toBe("can be set at creation only");
    expect(deletionProblem(of({ required: true }))).toBe("is required by the pool and cannot be emptied");
    expect(deletionProblem(standard("sub"))).toBe("cannot be written");
    expect(deletionProblem(of())).toBeUndefined();
  });
});

describe("mark 45: nothing is not a value", () => {
  test.for(["", null, undefined, "   ", "\n"])(
    "%j is absent at creation, and no deletion in an update",
    (value) => {
      for (const attribute of [of(), boolean, number, dateTime, standard("email"), of({ minLength: 1 })]) {
        expect(attributeText(attribute, value, "create")).toEqual({ absent: true });
        expect(attributeText(attribute, value, "update")).toEqual({
          problem: "is empty; to remove the value, delete the attribute",
        });
      }
    },
  );

  test("a required attribute is never blanked (mark 44)", () => {
    expect(attributeText(of({ required: true }), "", "update")).toEqual({
      problem: "is required by the pool and cannot be emptied",
    });
  });

  test("0 and false are values", () => {
    expect(attributeText(number, 0, "update")).toEqual({ text: "0" });
    expect(attributeText(boolean, false, "update")).toEqual({ text: "false" });
  });
});
