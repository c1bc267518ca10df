import { describe, expect, test } from "vitest";
import { certificateCallerName, jwtCallerName, tokenCallerName } from "./caller-name.ts";

const IDP = "https://idp.example.org";

describe("the name of a caller", () => {
  test("says by what it was proved, so that no two kinds are equal", () => {
    expect(tokenCallerName("deploy job")).toBe("token:deploy job");
    expect(certificateCallerName("DNS:a.example.org")).toBe("certificate:DNS:a.example.org");
    expect(jwtCallerName(IDP, "robot")).toBe("jwt:https://idp.example.org robot");
    const names = [tokenCallerName, certificateCallerName, (text: string) => jwtCallerName(IDP, text)];
    expect(new Set(names.map((make) => make("DNS:a.example.org"))).size).toBe(3);
  });

  test.for([
    ["a control character", "a\u0007b"],
    ["a line break", "a\nb"],
    ["a mark of the writing direction", "a\u202Eb"],
    ["a character without width", "a\u200Bb"],
    ["a soft hyphen", "a\u00ADb"],
    ["a tag", "a\u{E0041}b"],
    ["a filler that is a letter", "a\u3164b"],
    ["a space that is not U+0020", "a\u00A0b"],
    ["half of a pair", "a\uD800b"],
  ] as const)("shows %s as its code point", ([, text]) => {
    for (const name of [tokenCallerName(text), certificateCallerName(text), jwtCallerName(IDP, text)]) {
      expect(name).toMatch(/[: ]a<U\+[0-9A-F]{4,6}>b~[0-9a-f]{16}$/);
    }
  });

  test("is cut, and two that are cut at the same place differ", () => {
    const [one, other] = ["x", "y"].map((end) => jwtCallerName(IDP, `${"s".repeat(5000)}${end}`));
    expect(one).not.toBe(other);
    expect(one?.length).toBeLessThan(256);
    expect(one).toMatch(/s…~[0-9a-f]{16}$/);
  });

  test("cannot be chosen to equal one that was changed", () => {
    for (const text of ["a\u200Bb", "s".repeat(5000), "a b"]) {
      const changed = jwtCallerName(IDP, text);
      const imitation = changed.slice(`jwt:${IDP} `.length);
      expect(jwtCallerName(IDP, imitation)).not.toBe(changed);
    }
    expect(jwtCallerName(IDP, "a<U+0020>b")).not.toBe(jwtCallerName(IDP, "a b"));
  });

  test("of a JWT or a certificate has no space of its own that could imitate a second layer", () => {
    expect(jwtCallerName(IDP, "robot via certificate:DNS:x").split(" ")).toHaveLength(2);
    expect(certificateCallerName("DNS:x via certificate:DNS:y")).not.toContain(" ");
  });
});
