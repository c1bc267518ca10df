import { describe, expect, test } from "vitest";
import { GovernanceError } from "../errors.ts";
import type { SchemaAttribute } from "../pool.ts";
import { collectAttributes, missingRequired } from "./collect.ts";
import { STANDARD_ATTRIBUTES } from "./standard.ts";

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
    custom("custom:level", { type: "Number", minValue: 1, maxValue: 9 }),
    custom("custom:badge", { mutable: false }),
  ],
};
const collect = (entries: Record<string, unknown>, purpose: "create" | "update" = "create"): unknown =>
  collectAttributes(pool, new Map(Object.entries(entries)), purpose);

function errorOf(attempt: () => unknown): GovernanceError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof GovernanceError) return error;
  }
  throw new Error("expected a GovernanceError");
}

describe("collectAttributes", () => {
  test("L-14, F-37, mark 44: gives Cognito's names and texts", () => {
    expect(
      collect({
        email: "ada@example.com",
        emailVerified: true,
        firstName: "Ada",
        department: "R&D",
        level: 3,
        badge: "b-1",
        nickname: null,
        website: "",
      }),
    ).toEqual(
      new Map([
        ["email", "ada@example.com"],
        ["email_verified", "true"],
        ["given_name", "Ada"],
        ["custom:department", "R&D"],
        ["custom:level", "3"],
        ["custom:badge", "b-1"],
      ]),
    );
  });

  test("a key without a value is absent from a new account, also where it is no attribute", () => {
    expect(
      collect({ shoe_size: null, sub: null, "dev:custom:x": "", manager: " ", nickname: "ada" }),
    ).toEqual(new Map([["nickname", "ada"]]));
    expect(errorOf(() => collect({ shoe_size: null }, "update")).message).toContain("shoe_size");
  });

  test("refuses more than 500 members at once, whatever they are", () => {
    const entries = Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`emial${at}`, "x"]));
    expect(errorOf(() => collect(entries))).toMatchObject({
      code: "invalid-argument",
      message: "profile: has 501 members, and a pool has at most 70 attributes; give at most 500",
    });
  });

  test("names every bad field in one error, and no value", () => {
    const planted = "PLANTED-7f3a";
    const entries = {
      email: `${planted} <a@b.c>`,
      phone: `+1 ${planted}`,
      birthdate: planted,
      emailVerified: planted,
      level: planted,
      shoe_size: planted,
      sub: planted,
      badge: planted,
      name: { planted },
      department: `${planted}${"x".repeat(2048)}`,
      nickname: "",
    };
    const error = errorOf(() => collect(entries, "update"));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).not.toContain(planted);
    expect(error.message).not.toContain("\n");
    const fields = error.message
      .split("; profile.")
      .map((part) => part.replace(/^profile\./u, "").split(":")[0]);
    expect(fields).toEqual(Object.keys(entries));
    expect(error.message).toContain("profile.badge: can be set at creation only");
    expect(error.message).toContain("profile.level: must be a whole number");
    expect(error.message).toContain("profile.nickname: is empty; to remove the value, delete the attribute");
  });

  test("two keys for one attribute must agree", () => {
    const error = errorOf(() => collect({ given_name: "Ada", first_name: "Grace", firstName: "Ada" }));
    expect(error.message).toBe(
      "profile.first_name: is given_name, to which profile.given_name gives another value; leave one of them out",
    );
    expect(collect({ given_name: "Ada", first_name: "Ada" })).toEqual(new Map([["given_name", "Ada"]]));
    expect(collect({ level: 3, "custom:level": "3" })).toEqual(new Map([["custom:level", "3"]]));
    expect(collect({ given_name: "", first_name: "Ada" })).toEqual(new Map([["given_name", "Ada"]]));
  });

  test("a key that would break the line is shown escaped and cut", () => {
    expect(errorOf(() => collect({ "a\nb": 1 })).message).toBe(
      'profile."a\\nb": is no attribute of the pool',
    );
    expect(errorOf(() => collect({ ["k".repeat(5000)]: 1 })).message.length).toBeLessThan(120);
  });

  test("nothing in, nothing out", () => {
    expect(collect({})).toEqual(new Map());
  });
});

describe("missingRequired", () => {
  const required = ["email", "given_name", "updated_at"];
  const demanding = [
    ...STANDARD_ATTRIBUTES.map((one) => (required.includes(one.name) ? { ...one, required: true } : one)),
    custom("dev:custom:x", { required: true, developerOnly: true }),
  ];
  const missing = (
    usernameAttributes: string[],
    schema: SchemaAttribute[],
    given: Record<string, string>,
  ): unknown => missingRequired({ schema, usernameAttributes }, new Map(Object.entries(given)));

  test("L-14, F-40: lists what the schema requires and a caller could give", () => {
    expect(missing([], demanding, {})).toEqual(["given_name", "email"]);
    expect(missing([], demanding, { email: "a@b.c" })).toEqual(["given_name"]);
    expect(missing([], demanding, { email: "a@b.c", given_name: "Ada" })).toEqual([]);
  });

  test("asks for nothing in a pool that requires only its sub", () => {
    expect(missing([], [...STANDARD_ATTRIBUTES], {})).toEqual([]);
  });

  test.for([
    [["email"], {}, ["email"]],
    [["email"], { phone_number: "+12" }, ["email"]],
    [["email"], { email: "a@b.c" }, []],
    [["phone_number"], {}, ["phone_number"]],
    [["phone_number"], { phone_number: "+12" }, []],
    [["email", "phone_number"], {}, ["email or phone_number"]],
    [["email", "phone_number"], { phone_number: "+12" }, []],
    [["email", "phone_number"], { email: "a@b.c" }, []],
  ] as [string[], Record<string, string>, string[]][])(
    "L-25: signing in by %j with %j lacks %j",
    ([usernameAttributes, given, expected]) => {
      expect(missing(usernameAttributes, [], given)).toEqual(expected);
    },
  );

  test("L-25: what the schema and the sign-in both ask for is said once", () => {
    expect(missing(["email"], demanding, { given_name: "Ada" })).toEqual(["email"]);
    expect(missing(["email", "phone_number"], demanding, { given_name: "Ada" })).toEqual(["email"]);
  });

  test("a verified flag needs its address", () => {
    expect(missing([], [], { email_verified: "true" })).toEqual(["email"]);
    expect(missing([], [], { phone_number_verified: "false" })).toEqual(["phone_number"]);
    expect(missing([], [], { email_verified: "true", email: "a@b.c" })).toEqual([]);
  });
});
