import { expect, test } from "vitest";
import { parseUserSearch } from "./user-search.ts";

test.for([
  ['email ^= "a"', "email", "^=", "a"],
  ['email="ada@example.com"', "email", "=", "ada@example.com"],
  ['  "family_name"  ^=  "Love lace"  ', "family_name", "^=", "Love lace"],
  ['name = "say \\"hi\\""', "name", "=", 'say "hi"'],
  ['cognito:user_status = "CONFIRMED"', "cognito:user_status", "=", "CONFIRMED"],
  ['status = "Disabled"', "status", "=", "Disabled"],
  ['name = "a = b"', "name", "=", "a = b"],
  ['phone_number ^= "+44"', "phone_number", "^=", "+44"],
] as const)("the filter %s is read", ([text, attribute, operator, value]) => {
  expect(parseUserSearch(text)).toEqual({ attribute, operator, value });
});

test.for([
  ["", "Cognito can search username, email"],
  ['custom:department = "x"', "Cognito cannot search custom attributes"],
  ['emial = "x"', "did you mean email?"],
  ['enabled = "true"', 'use status = "Enabled"'],
  ['user_status = "x"', "use cognito:user_status"],
  ['email "x"', "the operator must be = (equals) or ^= (begins with)"],
  ['email *= "x"', "the operator must be"],
  ['email != "x"', "the operator must be"],
  ['email == "x"', "the operator must be"],
  ["email ^= ada", "the value must be in double quotes"],
  ["email ^= 'ada'", "the value must be in double quotes"],
  ['email = "x" and name = "y"', "there is one condition only"],
  ['email = "x', "the value must be in double quotes"],
  ['email = ""', "the value must not be empty"],
  ['username = "DOMAIN\\jdoe"', "must not contain a backslash"],
  ['username = "x\\"', "must not contain a backslash"],
  ['name = "a\u0007"', "control characters"],
  ['status = "CONFIRMED"', "use cognito:user_status"],
] as const)("the filter %s is refused with a cure, and without its value", ([text, why]) => {
  expect(() => parseUserSearch(text)).toThrow(
    expect.objectContaining({ code: "invalid-argument", message: expect.stringContaining(why) }),
  );
  expect(() => parseUserSearch(text)).not.toThrow(/jdoe|ada\b/);
});
