import { describe, expect, test } from "vitest";
import {
  descriptionProblem,
  groupNameProblem,
  loginProblem,
  precedenceProblem,
  roleArnProblem,
} from "./names.ts";

const usernames = { usernameAttributes: [], aliasAttributes: [] };

describe.each([
  ["groupNameProblem", groupNameProblem],
  ["loginProblem of a username", (text: string) => loginProblem(usernames, text)],
] as const)("mark 39: %s", (_, problemOf) => {
  test.for([
    "a",
    "Sales-Team_1",
    "日本語",
    "é",
    "e\u0301",
    "€+=~",
    "😀",
    "a@b.c",
    "x".repeat(128),
    "😀".repeat(128),
  ])("takes %s", (text) => {
    expect(problemOf(text)).toBeUndefined();
  });

  test.for([
    ["", "is empty"],
    ["Sales Team", "must not contain white space"],
    [" sales", "must not contain white space"],
    ["sales\n", "must not contain white space"],
    ["sales\u00a0team", "must not contain white space"],
    ["sales\u2028team", "must not contain white space"],
    ["sales\u0000", "must not contain control characters"],
    ["sales\u007f", "must not contain control characters"],
    ["sales\u200b", /^must not contain invisible/],
    ["sales\u202eteam", /^must not contain invisible/],
    ["sales\ud83d", /^must not contain invisible/],
    ["\ue000", /^must not contain invisible/],
    ["x".repeat(129), "is longer than 128 characters"],
    ["😀".repeat(129), "is longer than 128 characters"],
  ] as const)("refuses %j", ([text, problem]) => {
    expect(problemOf(text)).toMatch(problem);
  });
});

describe("L-25: loginProblem", () => {
  const pools = {
    plain: { usernameAttributes: [], aliasAttributes: [] },
    email: { usernameAttributes: ["email"], aliasAttributes: [] },
    phone: { usernameAttributes: ["phone_number"], aliasAttributes: [] },
    both: { usernameAttributes: ["email", "phone_number"], aliasAttributes: [] },
    alias: { usernameAttributes: [], aliasAttributes: ["email", "phone_number", "preferred_username"] },
  };
  test.for([
    ["plain", "ada", undefined],
    ["plain", "ada@example.com", undefined],
    ["plain", "+15551234567", undefined],
    ["plain", "ada lovelace", /white space/],
    ["email", "ada@example.com", undefined],
    ["email", "ada", /^must be an e-mail address/],
    ["email", "+15551234567", /^must be an e-mail address/],
    ["email", `${"a".repeat(128)}@example.com`, /^is longer than 128 characters$/],
    ["phone", "+15551234567", undefined],
    ["phone", "+1 555", /E\.164/],
    ["phone", "ada@example.com", /E\.164/],
    ["both", "ada@example.com", undefined],
    ["both", "+15551234567", undefined],
    ["both", "ada", /^must be an e-mail address or an E\.164 phone number/],
    ["alias", "ada", undefined],
    ["alias", "ada@example.com", /^must not be an e-mail address/],
    ["alias", "+15551234567", /^must not be a phone number/],
    ["alias", "", /^is empty$/],
  ] as const)("a pool of kind %s and %j", ([kind, login, problem]) => {
    expect(loginProblem(pools[kind], login) ?? "none").toMatch(problem ?? /^none$/);
  });

  test("never holds the login", () => {
    for (const pool of Object.values(pools)) {
      for (const login of ["PLANTED@x", "PLANTED@example.com", "PLANTED one"]) {
        expect(loginProblem(pool, login) ?? "").not.toContain("PLANTED");
      }
    }
  });
});

describe("roleArnProblem", () => {
  test.for([
    "arn:aws:iam::123456789012:role/admin",
    "arn:aws-cn:iam::123456789012:role/path/to/admin",
    "arn:aws-us-gov:iam::123456789012:role/service-role/a+b=c,d.e@f-g_h",
  ])("takes %s", (arn) => {
    expect(roleArnProblem(arn)).toBeUndefined();
  });

  test.for([
    "",
    "admin",
    "arn:aws:iam::123456789012:user/admin",
    "arn:aws:iam::12345:role/admin-of-all",
    "arn:aws:iam::123456789012:role/",
    "arn:aws:iam::123456789012:role/admin\n",
    "arn:aws:iam::123456789012:role/has space",
    `arn:aws:iam::123456789012:role/${"a".repeat(2048)}`,
  ])("refuses %j", (arn) => {
    expect(roleArnProblem(arn)).toMatch(/^must be /);
  });
});

describe("precedenceProblem", () => {
  test.for([0, 1, 2_147_483_647])("takes %d", (value) => {
    expect(precedenceProblem(value)).toBeUndefined();
  });

  test.for([-1, 0.5, 2_147_483_648, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (value) => {
    expect(precedenceProblem(value)).toBe("must be a whole number from 0 to 2147483647");
  });
});

describe("descriptionProblem", () => {
  test("takes up to 2048 characters, none included", () => {
    expect(descriptionProblem("")).toBeUndefined();
    expect(descriptionProblem("é".repeat(2048))).toBeUndefined();
    expect(descriptionProblem("a".repeat(2049))).toBe("is longer than 2048 characters");
    expect(descriptionProblem("a\ud83d")).toBe("is not well-formed Unicode text");
  });
});
