import { expect, test } from "vitest";
import { temporaryPassword } from "./temporary-password.ts";

const NOW = Date.UTC(2026, 10, 21);
const daysAgo = (days: number): Date => new Date(NOW - days * 86_400_000);

test.for([
  ["a confirmed account", "CONFIRMED", 90, 90, 7, undefined],
  ["an account made yesterday", "FORCE_CHANGE_PASSWORD", 1, 1, 7, "valid"],
  ["an account made eight days ago and not changed since", "FORCE_CHANGE_PASSWORD", 8, 8, 7, "expired"],
  ["an account that was changed within the validity", "FORCE_CHANGE_PASSWORD", 90, 2, 7, "unknown"],
  ["an account that was changed before the validity", "FORCE_CHANGE_PASSWORD", 90, 30, 7, "expired"],
  ["a pool of 60 days", "FORCE_CHANGE_PASSWORD", 30, 30, 60, "valid"],
  ["a policy of 0 days, which means 7", "FORCE_CHANGE_PASSWORD", 6, 6, 0, "valid"],
  ["a policy of 0 days, after 7", "FORCE_CHANGE_PASSWORD", 7, 7, 0, "expired"],
] as const)("the temporary password of %s", ([, status, created, modified, days, expected]) => {
  const user = { status, createdAt: daysAgo(created), modifiedAt: daysAgo(modified) };
  expect(temporaryPassword(user, { temporaryPasswordValidityDays: days }, NOW)).toBe(expected);
});

test("it is not known where the policy of the pool is not", () => {
  const user = { status: "FORCE_CHANGE_PASSWORD", createdAt: daysAgo(90), modifiedAt: daysAgo(90) };
  expect(temporaryPassword(user, undefined, NOW)).toBe("unknown");
});
