import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../core/errors.ts";
import { formatFilter, meetsSearch } from "./filter.ts";

/** Reads a filter as Cognito documents it: name, operator, quoted value, `\"` for a quote. */
function read(filter: string): { name: string; value: string } {
  const found = /^([\w:]+) = "((?:[^"\\]|\\")*)"$/.exec(filter);
  if (found === null) throw new Error("no filter");
  return { name: found[1] ?? "", value: (found[2] ?? "").replaceAll('\\"', '"') };
}

describe("mark 11: formatFilter", () => {
  test("quotes", () => {
    expect(formatFilter({ by: "email", value: "ann@example.com" })).toBe('email = "ann@example.com"');
    expect(formatFilter({ by: "name", value: 'Ann "the boss" Lee' })).toBe(
      String.raw`name = "Ann \"the boss\" Lee"`,
    );
  });

  test("a value cannot end its own quotes, whatever it holds", () => {
    const carried = (value: string): boolean => {
      const filter = formatFilter({ by: "username", value });
      return read(filter).value === value && filter.length <= 256;
    };
    // fast-check's own unit of all code points takes a second to make.
    const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point));
    const holdable = fc
      .string({ unit: fc.oneof(codePoint, fc.constantFrom('"', "=", " ")), minLength: 1, maxLength: 120 })
      .filter((value) => !/[\\\p{Cc}]/u.test(value));
    const { failed, seed, counterexample } = fc.check(fc.property(holdable, carried));
    expect({ failed, seed, counterexample }).toMatchObject({ failed: false });
  });

  test.for([
    ["empty", ""],
    ["backslash", "DOMAIN\\ann"],
    ["backslash", '\\" or'],
    ["control", "ann\nlee"],
    ["control", "ann\u0000"],
    ["control", "ann\u0085"],
    ["257", "x".repeat(247)],
    ["too long", '"'.repeat(130)],
  ])(
    "%#: refuses before any call what breaks the rule %j, and does not quote it",
    ([rule = "", value = ""]) => {
      const work = () => formatFilter({ by: "email", value });
      expect(work).toThrow(GovernanceError);
      expect(work).toThrow(rule);
      expect(work).toThrow(expect.objectContaining({ reason: "not-searchable" }));
      expect(value === "" || !thrownBy(work).includes(value)).toBe(true);
    },
  );

  test("takes 256 characters in all", () => {
    expect(formatFilter({ by: "email", value: "x".repeat(256 - 'email = ""'.length) })).toHaveLength(256);
  });
});

test("mark 12: cognito:user_status is the status, status is Enabled", () => {
  expect(formatFilter({ by: "userStatus", value: "FORCE_CHANGE_PASSWORD" })).toBe(
    'cognito:user_status = "FORCE_CHANGE_PASSWORD"',
  );
  expect(formatFilter({ by: "enabled", value: true })).toBe('status = "Enabled"');
  expect(formatFilter({ by: "enabled", value: false })).toBe('status = "Disabled"');
});

describe("mark 13: meetsSearch", () => {
  test.for([
    ["username", "Ann", "Ann", true],
    ["username", "ann", "Ann", false],
    ["username", "Anna", "Ann", false],
    ["sub", "A1", "a1", false],
    ["name", "ann", "Ann", false],
    ["phone_number", "+15550001", "+15550001", true],
    ["preferred_username", "Ann", "ann", false],
    ["email", "Ann@Example.com", "ann@example.com", true],
    ["email", "ann@example.com.evil", "ann@example.com", false],
  ] as const)("%s %j against %j: %s", ([attribute, found, wanted, expected]) => {
    expect(meetsSearch(attribute, found, wanted)).toBe(expected);
  });

  test("an absent attribute is no match", () => {
    expect(meetsSearch("email", undefined, "x")).toBe(false);
  });
});

function thrownBy(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}
