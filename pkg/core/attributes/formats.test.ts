import { describe, expect, test } from "vitest";
import { birthdateProblem, dateTimeProblem, emailProblem, phoneProblem } from "./formats.ts";

describe("emailProblem", () => {
  test.for([
    "ada@example.com",
    "Ada.O'Hara+tag@sub.example.co.uk",
    "a@b.c",
    "a..b@example.jp",
    "ada@xn--bcher-kva.example",
    "ada@bücher.example",
    `${"a".repeat(64)}@example.com`,
  ])("takes %s", (text) => {
    expect(emailProblem(text)).toBeUndefined();
  });

  test.for([
    ["Ada <ada@example.com>", /without white space or a display name$/],
    ["ada@example.com ", /without white space/],
    ["ada@example.com\n", /without white space/],
    ["ada\u00a0b@example.com", /without white space/],
    ["<ada@example.com>", /without brackets/],
    ["ada@example.com,bob@example.com", /commas/],
    ["ada@example.com;bob@example.com", /without brackets/],
    ['"ada"@example.com', /quotes/],
    ["mailto:ada@example.com", /without brackets/],
    ["ada\u200b@example.com", /invisible/],
    ["ada\u0000@example.com", /invisible/],
    ["ada", /a name, one @ and a domain/],
    ["@example.com", /a name, one @ and a domain/],
    ["ada@", /a name, one @ and a domain/],
    ["ada@b@example.com", /a name, one @ and a domain/],
    ["ada@localhost", /domain has a dot/],
    ["ada@.com", /domain has a dot/],
    ["ada@example.", /domain has a dot/],
    ["ada@example..com", /domain has a dot/],
  ] as const)("refuses %j", ([text, problem]) => {
    expect(emailProblem(text)).toMatch(problem);
  });
});

describe("phoneProblem", () => {
  test.for(["+15551234567", "+4915112345678", "+12", "+123456789012345"])("takes %s", (text) => {
    expect(phoneProblem(text)).toBeUndefined();
  });

  test.for([
    ["+1 555 123 4567", /take out spaces, dashes, dots and parentheses/],
    ["+1 (555) 123-4567", /take out spaces/],
    ["555.123.4567", /take out spaces/],
    ["+1\u2011555\u20114567", /take out spaces/],
    ["15551234567", /\+, country code and number/],
    ["+05551234567", /country code/],
    ["+1234567890123456", /2 to 15 digits/],
    ["+1", /2 to 15 digits/],
    ["+1555CALLNOW", /country code/],
    ["+٤٩١٥١١", /country code/],
    ["+15551234567\n", /country code/],
    ["", /country code/],
  ] as const)("refuses %j with the cure", ([text, problem]) => {
    expect(phoneProblem(text)).toMatch(problem);
  });
});

describe("birthdateProblem", () => {
  test.for(["1990-12-31", "2024-02-29", "2000-02-29", "0000-02-29"])("takes %s", (text) => {
    expect(birthdateProblem(text)).toBeUndefined();
  });

  test.for([
    "31.12.1990",
    "12/31/1990",
    "1990-13-01",
    "1990-00-10",
    "1990-04-31",
    "2023-02-29",
    "1900-02-29",
    "1990-01-00",
    "1990-1-1",
    "1990-01-01T00:00:00Z",
    "1990",
    "1990-01-01\n",
  ])("refuses %j", (text) => {
    expect(birthdateProblem(text)).toBe("must be a date that exists, as YYYY-MM-DD");
  });
});

describe("dateTimeProblem", () => {
  test.for([
    "2026-01-31",
    "2026-01-31T09:30Z",
    "2026-01-31T09:30:00Z",
    "2026-01-31T09:30:00.123456789+05:30",
    "2026-01-31T23:59:59-08:00",
  ])("takes %s", (text) => {
    expect(dateTimeProblem(text)).toBeUndefined();
  });

  test.for([
    "2026-01-31T09:30:00",
    "2026-01-31 09:30:00Z",
    "2026-02-30T09:30:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T09:60:00Z",
    "2026-01-31T09:30:00+25:00",
    "2026-01-31T",
    "1769851800",
    "yesterday",
    "",
  ])("refuses %j", (text) => {
    expect(dateTimeProblem(text)).toMatch(/^must be an ISO 8601 date/);
  });
});
