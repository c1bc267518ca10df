import { GovernanceError } from "../errors.ts";
import type { PasswordPolicy } from "../pool.ts";
import { Secret } from "../secret.ts";
import {
  DIGITS,
  LOWER_CASE,
  MAX_PASSWORD_LENGTH,
  PASSWORD_CHARACTERS,
  SYMBOLS,
  UPPER_CASE,
} from "./characters.ts";
import { passwordProblem } from "./check.ts";
import { slotsFor } from "./slots.ts";

interface PasswordConstraint {
  /** A character named twice counts once. */
  readonly charSet: string;
  readonly minCount: number;
}

/** What the caller requires of a generated password, in the terms of the protocol. */
export interface PasswordWish {
  /** At least 8. A length below the pool's policy is raised to the policy. */
  readonly length?: number;
  /** Empty: at least one upper-case letter, lower-case letter, digit and symbol, whatever the policy requires. */
  readonly constraints?: readonly PasswordConstraint[];
}

const FIELD = "credential_options.random_password";
const DEFAULT_LENGTH = 20;
const SHORTEST_WISH = 8;
const MAX_CONSTRAINTS = 64;
const MAX_CHAR_SET = 256;

/**
 * A password that satisfies the caller's constraints and the pool's policy. Rejects with `invalid-argument`, naming the
 * field, when both together are impossible. `randomBelow(n)` gives a whole number from 0 to n − 1, all equally likely, from a source fit for keys.
 */
export function generatePassword(
  policy: PasswordPolicy,
  wish: PasswordWish,
  randomBelow: (n: number) => number,
): Secret {
  const constraints = wish.constraints ?? [];
  const wanted = wantedCharacters(constraints);
  const classes = demandedClasses(policy, constraints.length === 0);
  const slots =
    wish.length === undefined
      ? slotsOfDefaultLength(policy, wanted, classes)
      : slotsFor(wanted, classes, wishedLength(policy, wish.length, wanted.length));
  if (slots === undefined) {
    throw new GovernanceError(
      "invalid-argument",
      `${FIELD}: the length leaves no room for the constraints and what the pool's password policy demands; ask for a longer password`,
    );
  }
  const drawn = slots.map((set) => set[randomBelow(set.length)] ?? "");
  const password = shuffled(drawn, randomBelow).join("");
  const problem = passwordProblem(policy, password);
  if (problem !== undefined) {
    throw new GovernanceError("invalid-argument", `${FIELD}: no such password fits the pool: it ${problem}`);
  }
  return new Secret(password);
}

function demandedClasses(policy: PasswordPolicy, all: boolean): readonly string[] {
  return [
    ...(all || policy.requireUppercase ? [UPPER_CASE] : []),
    ...(all || policy.requireLowercase ? [LOWER_CASE] : []),
    ...(all || policy.requireNumbers ? [DIGITS] : []),
    ...(all || policy.requireSymbols ? [SYMBOLS] : []),
  ];
}

/** One set for each character that the constraints require. */
function wantedCharacters(constraints: readonly PasswordConstraint[]): string[] {
  const wanted: string[] = [];
  if (constraints.length > MAX_CONSTRAINTS) {
    throw new GovernanceError(
      "invalid-argument",
      `${FIELD}.constraints: has ${constraints.length} entries; give at most ${MAX_CONSTRAINTS}`,
    );
  }
  for (const [i, { charSet, minCount }] of constraints.entries()) {
    const field = `${FIELD}.constraints[${i}]`;
    if (charSet.length > MAX_CHAR_SET) {
      throw new GovernanceError(
        "invalid-argument",
        `${field}.char_set: has ${charSet.length} characters; give at most ${MAX_CHAR_SET}`,
      );
    }
    if (charSet === "") throw new GovernanceError("invalid-argument", `${field}.char_set: is empty`);
    if (Array.from(charSet).some((one) => !PASSWORD_CHARACTERS.includes(one))) {
      throw new GovernanceError(
        "invalid-argument",
        `${field}.char_set: may hold ASCII letters, digits and symbols only, and no white space`,
      );
    }
    if (!Number.isInteger(minCount) || minCount < 0) {
      throw new GovernanceError("invalid-argument", `${field}.min_count: must be a whole number from 0 up`);
    }
    if (minCount > MAX_PASSWORD_LENGTH - wanted.length) {
      throw new GovernanceError(
        "invalid-argument",
        `${field}.min_count: the constraints ask for more than ${MAX_PASSWORD_LENGTH} characters, the most Cognito takes`,
      );
    }
    const set = [...new Set(charSet)].join("");
    for (let n = 0; n < minCount; n++) wanted.push(set);
  }
  return wanted;
}

function wishedLength(policy: PasswordPolicy, length: number, constrained: number): number {
  const field = `${FIELD}.length`;
  if (!Number.isInteger(length) || length < SHORTEST_WISH || length > MAX_PASSWORD_LENGTH) {
    throw new GovernanceError(
      "invalid-argument",
      `${field}: must be a whole number from ${SHORTEST_WISH} to ${MAX_PASSWORD_LENGTH}, got ${length}`,
    );
  }
  if (length < constrained) {
    throw new GovernanceError(
      "invalid-argument",
      `${field}: is ${length}, but the constraints ask for ${constrained} characters`,
    );
  }
  return Math.max(policy.minimumLength, length);
}

/** Without a given length the password grows until everything fits; four more characters are always enough. */
function slotsOfDefaultLength(
  policy: PasswordPolicy,
  wanted: readonly string[],
  classes: readonly string[],
): string[] | undefined {
  const shortest = Math.max(policy.minimumLength, DEFAULT_LENGTH, wanted.length);
  for (let extra = 0; extra <= classes.length; extra++) {
    const slots = slotsFor(wanted, classes, shortest + extra);
    if (slots !== undefined) return slots;
  }
  return undefined;
}

/** Fisher–Yates: every order is equally likely. */
function shuffled(characters: readonly string[], randomBelow: (n: number) => number): string[] {
  const result = [...characters];
  for (let i = result.length - 1; i > 0; i--) {
    const j = randomBelow(i + 1);
    [result[i], result[j]] = [result[j] ?? "", result[i] ?? ""];
  }
  return result;
}
