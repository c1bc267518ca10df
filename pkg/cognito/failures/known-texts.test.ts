import { describe, expect, test } from "vitest";
import { readFailure } from "./failure.ts";
import { type Meaning, meaningOfText } from "./known-texts.ts";

const OTHERWISE: Meaning = {
  code: "failed-precondition",
  reason: "request-refused",
  message: "AWS rejects the request",
};

function meaning(text: string, name = "InvalidParameterException"): Meaning {
  return meaningOfText(OTHERWISE, readFailure(Object.assign(new Error(text), { name, $fault: "client" })));
}

describe("AWS's catch-all error: a known text becomes its cause and cure", () => {
  test.for<[string, string, string | undefined, RegExp]>([
    [
      "User pool does not have SMS configuration to send messages.",
      "failed-precondition",
      "delivery-failed",
      /^the pool has no SMS configuration.*configure SMS in the pool/,
    ],
    [
      "User has no attribute matching desired delivery mediums.",
      "failed-precondition",
      "delivery-failed",
      /no address for the chosen way of delivery/,
    ],
    [
      "User does not have delivery config set to turn on SMS_MFA",
      "failed-precondition",
      "user-state",
      /^the user has no phone number.*set phone_number/,
    ],
    [
      "User does not have delivery config set to turn on EMAIL_OTP",
      "failed-precondition",
      "user-state",
      /^the user has no e-mail address/,
    ],
    [
      "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA",
      "failed-precondition",
      "user-state",
      /authenticator app/,
    ],
    [
      "Cannot reset password for the user as there is no registered/verified email or phone_number",
      "failed-precondition",
      "user-state",
      /no verified e-mail address or phone number/,
    ],
    ["Email is required to verify/un-verify an email", "invalid-argument", undefined, /^the email cannot be/],
    [
      "Phone Number is required to verify/un-verify a phone number",
      "invalid-argument",
      undefined,
      /^the phone number cannot be/,
    ],
    [
      "Attributes did not conform to the schema: Type for attribute {custom:role} could not be determined",
      "invalid-argument",
      undefined,
      /schema has no attribute custom:role;/,
    ],
    [
      "Attributes did not conform to the schema: custom:nope: Attribute does not exist in the schema.",
      "invalid-argument",
      undefined,
      /schema has no attribute custom:nope;/,
    ],
    [
      "Attributes did not conform to the schema: email: The attribute is required\n",
      "invalid-argument",
      undefined,
      /requires the attribute email;/,
    ],
    [
      "Attributes did not conform to the schema: name.formatted: The attribute name.formatted is required",
      "invalid-argument",
      undefined,
      /requires the attribute name\.formatted;/,
    ],
    [
      "Attributes did not conform to the schema: custom:level: Value out of range",
      "invalid-argument",
      undefined,
      /value of the attribute custom:level does not fit/,
    ],
    [
      "Cannot modify the non-mutable attribute custom:badge",
      "invalid-argument",
      undefined,
      /custom:badge is immutable/,
    ],
    ["user.email: Attribute cannot be updated.\n", "invalid-argument", undefined, /email cannot be updated/],
    [
      "user.email: Required attribute cannot be deleted.\n",
      "invalid-argument",
      undefined,
      /requires the attribute email/,
    ],
    ["Invalid phone number format.", "invalid-argument", undefined, /phone number.*\+ and digits/],
    ["Invalid email address format.", "invalid-argument", undefined, /e-mail address/],
    ["Username should be an email.", "invalid-argument", undefined, /username must be an email/],
    [
      "Username cannot be of email format, since user pool is configured for email alias.",
      "invalid-argument",
      undefined,
      /has the form of an address of this kind: email;/,
    ],
    ["Error while parsing filter.", "invalid-argument", undefined, /cannot search the pool/],
    ["Only empty groups can be deleted.", "failed-precondition", "request-refused", /still has members/],
    [
      "1 validation error detected: Value 'Ann Lee' at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}]+",
      "invalid-argument",
      undefined,
      /^AWS rejects username \(Member must satisfy regular expression pattern: .*\)$/,
    ],
    [
      "2 validation errors detected: Value at 'password' failed to satisfy constraint: Member must have length less than or equal to 256; Value '' at 'groupName' failed to satisfy constraint: Member must have length greater than or equal to 1",
      "invalid-argument",
      undefined,
      /^AWS rejects password \(.* 256\), groupName \(.* 1\)$/,
    ],
  ])("%s", ([text, code, reason, says]) => {
    const found = meaning(text);
    expect([found.code, found.reason]).toEqual([code, reason]);
    expect(found.message).toMatch(says);
    expect(found.message).not.toMatch(/\n|Ann Lee/);
  });
});

describe("a text that is not known", () => {
  test("is shown, and is not the caller's mistake", () => {
    expect(meaning("Something is wrong with the pool's branding.")).toEqual({
      ...OTHERWISE,
      message: 'AWS rejects the request; AWS says: "Something is wrong with the pool\'s branding."',
    });
  });

  test("of a trigger is shown, also where it reads like one of AWS's own", () => {
    const text = "PreSignUp failed with error Invalid phone number for region HR.";
    expect(meaning(text, "UserLambdaValidationException")).toEqual({
      ...OTHERWISE,
      message: `AWS rejects the request; AWS says: "${text}"`,
    });
  });

  test("that is empty adds nothing", () => {
    expect(meaning("")).toEqual(OTHERWISE);
  });
});
