import type { PasswordPolicy } from "../pool.ts";
import { DIGITS, LOWER_CASE, MAX_PASSWORD_LENGTH, SYMBOLS, UPPER_CASE } from "./characters.ts";

/**
 * The first reason why Cognito would refuse the password, in words that do not contain it. The password history of the pool
 * is not checked, because no API reads it.
 */
export function passwordProblem(policy: PasswordPolicy, password: string): string | undefined {
  const characters = Array.from(password);
  const lacks = (set: string): boolean => !characters.some((one) => set.includes(one));
  // Length is undocumented for characters beyond 16 bits: a password passes only if it fits by either way of counting.
  if (characters.length < policy.minimumLength) return `needs at least ${policy.minimumLength} characters`;
  if (password === "") return "is empty";
  if (password.length > MAX_PASSWORD_LENGTH) return `is longer than ${MAX_PASSWORD_LENGTH} characters`;
  if (!password.isWellFormed()) return "is not well-formed Unicode text";
  if (/[\s\p{White_Space}]/u.test(password)) return "must not contain white space";
  if (policy.requireUppercase && lacks(UPPER_CASE)) return "needs an upper-case letter (A to Z)";
  if (policy.requireLowercase && lacks(LOWER_CASE)) return "needs a lower-case letter (a to z)";
  if (policy.requireNumbers && lacks(DIGITS)) return "needs a digit";
  if (policy.requireSymbols && lacks(SYMBOLS)) return `needs a symbol, one of ${SYMBOLS}`;
  return undefined;
}
