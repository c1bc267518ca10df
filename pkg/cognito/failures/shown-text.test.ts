import { describe, expect, test } from "vitest";
import { timed } from "../../../test/support/cpu-time.ts";
import { shownText } from "./shown-text.ts";

test("a value of a megabyte, which no expression can contain, is hidden word by word", () => {
  expect(shownText("group Winterbottom is odd", ["Winterbottom ".repeat(80_000)])).toBe(
    "group [hidden] is odd",
  );
});

describe("AWS's text is shown without", () => {
  test.for<[string, string, readonly string[], string]>([
    ["what was sent", "User ann.lee has no phone", ["ann.lee"], "User [hidden] has no phone"],
    ["what was sent in another case", "User ANN.Lee has none", ["ann.lee"], "User [hidden] has none"],
    ["a value in quotes", 'the name "Ann Lee" is odd', ["Ann Lee"], 'the name "[hidden]" is odd'],
    ["a value in a URL", "no Ann%20Lee and no Ann+Lee", ["Ann Lee"], "no [hidden] and no [hidden]"],
    ["a value in JSON text", String.raw`{"a":"Ann \"Q\" Lee"}`, ['Ann "Q" Lee'], '{"a":"[hidden]"}'],
    ["a value in HTML", "no A&amp;B Corp", ["A&B Corp"], "no [hidden]"],
    ["one word of a value", "the word Winterbottom is odd", ["Jo Winterbottom"], "the word [hidden] is odd"],
    ["the domain of an address", "corp.example is blocked", ["ann@corp.example"], "[hidden] is blocked"],
    [
      "the name in an address",
      "login ann.lee is blocked",
      ["ann.lee@corp.example"],
      "login [hidden] is blocked",
    ],
    [
      "a part of a phone number",
      "5550100 and 0100 are odd",
      ["+15555550100"],
      "[hidden] and [hidden] are odd",
    ],
    ["a short value", "user al has al in alias", ["al"], "user [hidden] has [hidden] in alias"],
    ["a decomposed value", "no Zoe\u0308 here", ["Zoë"], "no [hidden] here"],
    ["a value in base64", "no V2ludGVyYm90dG9t", ["Winterbottom"], "no [hidden]"],
    ["a cut value", "Tr0ub4dor… is weak", ["Tr0ub4dor&3-secret"], "[hidden] is weak"],
    ["a lone surrogate", "no \ud800 here", ["\ud800"], "no [hidden] here"],
  ])("%s", ([, text, sent, expected]) => {
    expect(shownText(text, sent)).toBe(expected);
  });

  test.for([
    ["an address", "ann.lee@corp.example is taken"],
    ["a phone number", "+1 555-555-0100x is taken by +15555550100"],
    ["a quoted value", "1 validation error: Value 'Ann Lee' at 'username' is odd"],
    ["an id", "7f3e2d1c-0000-4000-8000-00000000000f is taken"],
    ["a key", "AKIAIOSFODNN7EXAMPLE is not active"],
  ])("what nobody of us sent and looks personal: %s", ([, text = ""]) => {
    expect(shownText(text, [])).not.toMatch(/ann\.lee|Ann Lee|5555550100|7f3e2d1c|AKIA/);
    expect(shownText(text, [])).toContain("[hidden]");
  });

  test.for([
    "Username should be either an email or a phone number.",
    "PreSignUp failed with error HR-2041: the domain corp.example is not allowed.",
    "Member must have length less than or equal to 128",
    "User does not have delivery config set to turn on SMS_MFA",
    "arn:aws:lambda:eu-west-1:123456789012:function:pre-sign-up timed out",
  ])("and keeps what is of nobody: %s", (text) => {
    expect(shownText(text, ["ann", "true"])).toBe(text);
  });

  test("control characters, line breaks and marks that turn the direction of writing", () => {
    expect(shownText("a\nb\r\n\tc \u001b[1mred \u202ebe", [])).toBe("a b c \\u{1b}[1mred \\u{202e}be");
  });

  test("more than 300 bytes", () => {
    const shown = shownText("word ".repeat(1000), []);
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(300);
    expect(shown.endsWith("…")).toBe(true);
  });
});

test.for(["value '", "=", "!", "a!", "1"])(
  "a megabyte of %j takes no time that a caller notices",
  (piece) => {
    const text = piece.repeat(1024 * 1024);
    const { result, ms } = timed(() => shownText(text, ["some@example.org"]));
    expect(result.length).toBeLessThan(8 * 1024);
    expect(ms).toBeLessThan(1500);
  },
);
