import { describe, expect, test } from "vitest";
import type { PasswordPolicy } from "../pool.ts";
import { passwordProblem } from "./check.ts";

const strict: PasswordPolicy = {
  minimumLength: 14,
  requireUppercase: true,
  requireLowercase: true,
  requireNumbers: true,
  requireSymbols: true,
  historySize: 0,
  temporaryPasswordValidityDays: 7,
};
const lax: PasswordPolicy = {
  ...strict,
  minimumLength: 6,
  requireUppercase: false,
  requireLowercase: false,
  requireNumbers: false,
  requireSymbols: false,
};

describe("mark 41: a password is judged by the pool's policy", () => {
  test.for([
    ["Ab1!Ab1!Ab1!A", "needs at least 14 characters"],
    ["ab1!ab1!ab1!ab", "needs an upper-case letter (A to Z)"],
    ["AB1!AB1!AB1!AB", "needs a lower-case letter (a to z)"],
    ["Abc!Abc!Abc!Ab", "needs a digit"],
    ["Ab1cAb1cAb1cAb", "needs a symbol, one of ^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+="],
    ["Ab1! Ab1!Ab1!Ab", "must not contain white space"],
    [`Ab1!${"a".repeat(253)}`, "is longer than 256 characters"],
    ["", "needs at least 14 characters"],
  ])("%s: %s", ([password, problem]) => {
    expect(passwordProblem(strict, password ?? "")).toBe(problem);
  });

  test("takes exactly the shortest and the longest", () => {
    expect(passwordProblem(strict, "Ab1!Ab1!Ab1!Ab")).toBeUndefined();
    expect(passwordProblem(strict, `Ab1!${"a".repeat(252)}`)).toBeUndefined();
  });

  test("demands no class that the policy does not", () => {
    expect(passwordProblem(lax, "aaaaaa")).toBeUndefined();
    expect(passwordProblem(lax, "aaaaa")).toBe("needs at least 6 characters");
  });

  test.for(Array.from("^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+="))("counts the symbol %s", (symbol) => {
    expect(passwordProblem(strict, `Abcdefghijklm1${symbol}`)).toBeUndefined();
  });

  test.for(["§", "€", "ß", "é", "–"])("does not count %s as a symbol", (sign) => {
    expect(passwordProblem(strict, `Abcdefghijklm1${sign}`)).toMatch(/^needs a symbol/);
  });

  test("counts letters of Basic Latin and its digits only", () => {
    expect(passwordProblem(strict, "ÄÖÜbc1!bc1!bc1!")).toMatch(/^needs an upper-case letter/);
    expect(passwordProblem(strict, "ÄBCäöü1!1!1!1!1!")).toMatch(/^needs a lower-case letter/);
    expect(passwordProblem(strict, "Abcdefghijklm!٣٤")).toBe("needs a digit");
  });

  test.for([
    ["tab", "\t"],
    ["new line", "\n"],
    ["no-break space", "\u00a0"],
    ["next line", "\u0085"],
    ["ideographic space", "\u3000"],
    ["byte order mark", "\ufeff"],
  ])("a %s is white space, at the end too", ([, space]) => {
    expect(passwordProblem(lax, `aaaaaaaa${space}`)).toBe("must not contain white space");
  });

  test("an emoji is one character for the minimum and two for the maximum", () => {
    expect(passwordProblem(lax, "😀😀😀")).toBe("needs at least 6 characters");
    expect(passwordProblem(lax, "😀".repeat(129))).toBe("is longer than 256 characters");
  });

  test("half an emoji cannot be sent", () => {
    expect(passwordProblem(lax, "aaaaaaa\ud83d")).toBe("is not well-formed Unicode text");
  });

  test("even a pool without a minimum takes no empty password", () => {
    expect(passwordProblem({ ...lax, minimumLength: 0 }, "")).toBe("is empty");
  });
});
