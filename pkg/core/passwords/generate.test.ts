import { describe, expect, test } from "vitest";
import type { PasswordPolicy } from "../pool.ts";
import { DIGITS } from "./characters.ts";
import { passwordProblem } from "./check.ts";
import { generatePassword, type PasswordWish } from "./generate.ts";
import { countIn, seeded } from "./testing.fixture.ts";

const policyOf = (changes: Partial<PasswordPolicy> = {}): PasswordPolicy => ({
  minimumLength: 8,
  requireUppercase: true,
  requireLowercase: true,
  requireNumbers: true,
  requireSymbols: true,
  historySize: 0,
  temporaryPasswordValidityDays: 7,
  ...changes,
});
const undemanding = policyOf({
  requireUppercase: false,
  requireLowercase: false,
  requireNumbers: false,
  requireSymbols: false,
});

const made = (policy: PasswordPolicy, wish: PasswordWish, seed = 1): string =>
  generatePassword(policy, wish, seeded(seed)).reveal();

describe("L-22: a generated password", () => {
  test.for([
    [8, undefined, 20],
    [33, undefined, 33],
    [8, 8, 8],
    [8, 64, 64],
    [99, 12, 99],
    [8, 256, 256],
  ] as const)("policy from %i, wish %s: %i characters", ([minimumLength, length, expected]) => {
    const wish = length === undefined ? {} : { length };
    expect(made(policyOf({ minimumLength }), wish)).toHaveLength(expected);
  });

  test("has all four classes when nothing was asked, whatever the policy demands", () => {
    for (let seed = 0; seed < 500; seed++) {
      const password = made(undemanding, { length: 8 }, seed);
      expect(passwordProblem(policyOf(), password), `seed ${seed}`).toBeUndefined();
    }
  });

  test("is not shown by accident", () => {
    const secret = generatePassword(policyOf(), {}, seeded(1));
    expect(`${String(secret)} ${JSON.stringify({ secret })}`).not.toContain(secret.reveal());
  });

  test("draws every character and uses every place", () => {
    const seen = new Set<string>();
    const digitPlaces = new Set<number>();
    for (let seed = 0; seed < 2000; seed++) {
      const password = made(policyOf(), { length: 8 }, seed);
      for (const one of password) seen.add(one);
      digitPlaces.add(Array.from(password).findIndex((one) => DIGITS.includes(one)));
    }
    expect(seen.size).toBe(94);
    // The first digit may be anywhere: the narrowed places were shuffled with the rest.
    expect(digitPlaces.size).toBe(8);
  });

  test("a character named twice in a set is no likelier", () => {
    const counts = { a: 0, b: 0 };
    const random = seeded(7);
    for (let n = 0; n < 2000; n++) {
      const wish = { length: 8, constraints: [{ charSet: "aaaaaaaab", minCount: 8 }] };
      const password = generatePassword(undemanding, wish, random).reveal();
      counts.a += countIn(password, "a");
      counts.b += countIn(password, "b");
    }
    expect(counts.a / 16_000).toBeGreaterThan(0.47);
    expect(counts.a / 16_000).toBeLessThan(0.53);
    expect(counts.a + counts.b).toBe(16_000);
  });

  test("fits the policy inside the constraints when there is no other room", () => {
    for (let seed = 0; seed < 300; seed++) {
      const constraints = [
        { charSet: "abcABC", minCount: 6 },
        { charSet: "123!", minCount: 2 },
      ];
      const password = made(policyOf(), { length: 8, constraints }, seed);
      expect(passwordProblem(policyOf(), password), `seed ${seed}`).toBeUndefined();
      expect(countIn(password, "abcABC")).toBe(6);
      expect(countIn(password, "123!")).toBe(2);
    }
  });

  test("grows beyond the constraints when no length was asked for", () => {
    const constraints = [{ charSet: DIGITS, minCount: 30 }];
    const password = made(policyOf(), { constraints });
    expect(password).toHaveLength(33);
    expect(passwordProblem(policyOf(), password)).toBeUndefined();
  });

  test("an empty list of constraints counts as none", () => {
    expect(passwordProblem(policyOf(), made(undemanding, { constraints: [] }))).toBeUndefined();
  });
});

describe("a wish that cannot be met names its field", () => {
  const P = "credential_options.random_password";
  const one = (charSet: string, minCount = 1): PasswordWish => ({
    length: 20,
    constraints: [
      { charSet: "a", minCount: 1 },
      { charSet, minCount },
    ],
  });
  test.for([
    [{ length: 7 }, `${P}.length: must be a whole number from 8 to 256, got 7`],
    [{ length: 0 }, `${P}.length: must be a whole number from 8 to 256, got 0`],
    [{ length: 257 }, `${P}.length: must be a whole number from 8 to 256, got 257`],
    [{ length: 8.5 }, `${P}.length: must be a whole number from 8 to 256, got 8.5`],
    [{ length: Number.NaN }, `${P}.length: must be a whole number from 8 to 256, got NaN`],
    [one("ab", 20), `${P}.length: is 20, but the constraints ask for 21 characters`],
    [one("a".repeat(257)), `${P}.constraints[1].char_set: has 257 characters; give at most 256`],
    [
      { constraints: Array.from({ length: 65 }, () => ({ charSet: "a", minCount: 0 })) },
      `${P}.constraints: has 65 entries; give at most 64`,
    ],
    [one(""), `${P}.constraints[1].char_set: is empty`],
    [one("a b"), `${P}.constraints[1].char_set: may hold ASCII letters, digits and symbols only`],
    [one("a\t"), `${P}.constraints[1].char_set: may hold`],
    [one("äöü"), `${P}.constraints[1].char_set: may hold`],
    [one("a\u0000"), `${P}.constraints[1].char_set: may hold`],
    [one("😀"), `${P}.constraints[1].char_set: may hold`],
    [one("a", -1), `${P}.constraints[1].min_count: must be a whole number from 0 up`],
    [one("a", 0.5), `${P}.constraints[1].min_count: must be a whole number from 0 up`],
    [
      one("a", 4_294_967_295),
      `${P}.constraints[1].min_count: the constraints ask for more than 256 characters`,
    ],
    [
      { length: 8, constraints: [{ charSet: DIGITS, minCount: 8 }] },
      `${P}: the length leaves no room for the constraints and what the pool's password policy demands`,
    ],
    [
      { constraints: [{ charSet: DIGITS, minCount: 254 }] },
      `${P}: no such password fits the pool: it is longer than 256 characters`,
    ],
  ] as const)("%j", ([wish, message]) => {
    const attempt = (): unknown => generatePassword(policyOf(), wish, seeded(1));
    expect(attempt).toThrow(expect.objectContaining({ name: "GovernanceError", code: "invalid-argument" }));
    expect(attempt).toThrow(message);
  });
});
