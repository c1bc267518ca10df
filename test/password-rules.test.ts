import { randomInt } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { passwordProblem } from "../pkg/core/passwords/check.ts";
import { generatePassword } from "../pkg/core/passwords/generate.ts";
import { assertPassword } from "./cognito/password-rules.ts";

const policies = fc.record({
  minimumLength: fc.integer({ min: 6, max: 99 }),
  requireUppercase: fc.boolean(),
  requireLowercase: fc.boolean(),
  requireNumbers: fc.boolean(),
  requireSymbols: fc.boolean(),
  historySize: fc.constant(0),
  temporaryPasswordValidityDays: fc.constant(7),
});

function refused(judge: () => void): boolean {
  try {
    judge();
    return false;
  } catch {
    return true;
  }
}

describe("mark 41: the password check of the scripted server", () => {
  test("accepts every password of the generator", () => {
    const property = fc.property(policies, (policy) => {
      assertPassword(policy, generatePassword(policy, {}, (n) => randomInt(n)).reveal());
    });
    const { failed, seed, counterexample, errorInstance } = fc.check(property, { numRuns: 2000 });
    expect({ failed, seed, counterexample, errorInstance }).toMatchObject({ failed: false });
  });

  test("agrees with the check on printable ASCII, both ways", () => {
    const texts = fc.string({
      unit: fc.constantFrom(...Array.from("aZ5!bY4?")),
      minLength: 1,
      maxLength: 110,
    });
    const seen = { taken: 0, refused: 0 };
    const property = fc.property(policies, texts, (policy, text) => {
      const byServer = refused(() => assertPassword(policy, text));
      seen[byServer ? "refused" : "taken"]++;
      return byServer === (passwordProblem(policy, text) !== undefined);
    });
    const { failed, seed, counterexample } = fc.check(property, { numRuns: 2000 });
    expect({ failed, seed, counterexample }).toMatchObject({ failed: false });
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(50);
  });
});
