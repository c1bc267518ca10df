import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DIGITS, LOWER_CASE, PASSWORD_CHARACTERS, SYMBOLS, UPPER_CASE } from "./characters.ts";
import { passwordProblem } from "./check.ts";
import { generatePassword, type PasswordWish } from "./generate.ts";
import { countIn, seeded } from "./testing.fixture.ts";

const policies = fc.record({
  minimumLength: fc.integer({ min: 6, max: 99 }),
  requireUppercase: fc.boolean(),
  requireLowercase: fc.boolean(),
  requireNumbers: fc.boolean(),
  requireSymbols: fc.boolean(),
  historySize: fc.constant(0),
  temporaryPasswordValidityDays: fc.constant(7),
});
const constraint = fc.record({
  charSet: fc.oneof(
    fc.constantFrom(UPPER_CASE, LOWER_CASE, DIGITS, SYMBOLS, UPPER_CASE + DIGITS, "aA1!"),
    fc.string({ unit: fc.constantFrom(...Array.from(PASSWORD_CHARACTERS)), minLength: 1, maxLength: 12 }),
  ),
  minCount: fc.integer({ min: 0, max: 5 }),
});
// Four more than the constraints: then no wish is impossible.
const wishes: fc.Arbitrary<PasswordWish> = fc
  .tuple(
    fc.array(constraint, { maxLength: 4 }),
    fc.option(fc.integer({ min: 24, max: 64 }), { nil: undefined }),
  )
  .map(([constraints, length]) => ({ constraints, ...(length === undefined ? {} : { length }) }));

describe("L-22: a generated password", () => {
  test("100,000 over random policies and wishes all satisfy both", () => {
    let count = 0;
    const property = fc.property(policies, wishes, fc.nat(), (policy, wish, seed) => {
      const random = seeded(seed);
      for (let n = 0; n < 10; n++, count++) {
        const password = generatePassword(policy, wish, random).reveal();
        const constraints = wish.constraints ?? [];
        const problem = passwordProblem(policy, password);
        if (problem !== undefined) throw new Error(`it ${problem}`);
        const sum = constraints.reduce((total, { minCount }) => total + minCount, 0);
        if (password.length !== Math.max(policy.minimumLength, wish.length ?? Math.max(20, sum))) {
          throw new Error(`its length is ${password.length}`);
        }
        for (const { charSet, minCount } of constraints) {
          if (countIn(password, charSet) < minCount) throw new Error("a constraint is not met");
        }
        if (constraints.length === 0) {
          for (const set of [UPPER_CASE, LOWER_CASE, DIGITS, SYMBOLS]) {
            if (countIn(password, set) === 0) throw new Error("a class is missing");
          }
        }
      }
    });
    const { failed, seed, counterexample, errorInstance } = fc.check(property, { numRuns: 10_000 });
    expect({ failed, seed, counterexample, errorInstance }).toMatchObject({ failed: false });
    expect(count).toBe(100_000);
  });
});
