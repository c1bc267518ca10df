import { randomInt } from "node:crypto";

import { AwsError } from "./errors.ts";
import type { PasswordPolicy } from "./pool-settings.ts";
import type { StoredUser } from "./stored-user.ts";

// The symbols that count. A space does not: the member's pattern forbids whitespace anyway.
const symbol = /[\^$*.[\]{}()?\-"!@#%&/\\,><':;|_~`+=]/u;

/** InvalidPasswordException with the service's own reason for the first rule that is broken. */
export function assertPassword(policy: PasswordPolicy, password: string): void {
  const rules: readonly [broken: boolean, reason: string][] = [
    [password.length < policy.minimumLength, "Password not long enough"],
    [policy.requireUppercase && !/[A-Z]/u.test(password), "Password must have uppercase characters"],
    [policy.requireLowercase && !/[a-z]/u.test(password), "Password must have lowercase characters"],
    [policy.requireNumbers && !/[0-9]/u.test(password), "Password must have numeric characters"],
    [policy.requireSymbols && !symbol.test(password), "Password must have symbol characters"],
  ];
  const reason = rules.find(([broken]) => broken)?.[1];
  if (reason !== undefined) {
    throw new AwsError("InvalidPasswordException", `Password did not conform with policy: ${reason}`);
  }
}

/** Refuses one of the last passwords; with a history of 0 nothing is remembered. */
export function assertNotReused(policy: PasswordPolicy, user: StoredUser, password: string): void {
  if (user.passwords.slice(0, policy.historySize).includes(password)) {
    throw new AwsError("PasswordHistoryPolicyViolationException", "Password has previously been used.");
  }
}

/** The temporary password that Cognito makes when the call brings none. */
export const generatedPassword = (): string =>
  `Aa1!${randomInt(2 ** 40).toString(36)}${randomInt(2 ** 40).toString(36)}`;
