import { describe, expect, test } from "vitest";

import { matches, parseFilter } from "./filter.ts";
import type { UserRecord } from "./model.ts";

const user: UserRecord = {
  username: "Zoë",
  sub: "0aa-1",
  attributes: new Map([
    ["email", "zoe@Example.com"],
    ["name", 'Zoë "Z" O\\Brien'],
  ]),
  createdMs: 0,
  modifiedMs: 0,
  enabled: false,
  status: "CONFIRMED",
  mfaList: [],
  preferredMfa: undefined,
  events: [],
};

const finds = (text: string): boolean => {
  const filter = parseFilter(text);
  return filter === undefined || matches(filter, user);
};

describe("a ListUsers filter", () => {
  test.for([
    ["", true],
    ['username = "Zoë"', true],
    ['username = "zoë"', false],
    ['username="Zoë"', true],
    ['"username" ^= "Zo"', true],
    ['  email ^="ZOE@"  ', true],
    ['email = "zoe@example"', false],
    ['name = "Zoë \\"Z\\" O\\\\Brien"', true],
    ['sub ^= "0"', true],
    ['sub ^= "1"', false],
    ['status = "Disabled"', true],
    ['status = "disabled"', false],
    ['status = "CONFIRMED"', false],
    ['cognito:user_status = "confirmed"', true],
    ['family_name ^= ""', false],
  ] as const)("%s", ([text, found]) => {
    expect(finds(text)).toBe(found);
  });

  test.for([
    "username",
    "username = zoë",
    "username = 'zoë'",
    'username != "zoë"',
    'username = "zoë" AND email = "x"',
    'username = "a"b"',
    'username = "a\\b"',
    'username = "a\\"',
    'username == "a"',
    '= "a"',
    " ",
  ])("%s is malformed", (text) => {
    expect(() => parseFilter(text)).toThrow("Error while parsing filter.");
  });

  test.for(["custom:department", "locale", "Username"])("%s cannot be searched", (attribute) => {
    expect(() => parseFilter(`${attribute} = "x"`)).toThrow(`Invalid search attribute: ${attribute}`);
  });
});
