import type { EpochMs } from "../clock.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../user.ts";

/**
 * Whether a temporary password can still be used. Cognito does not say when it was set, so `unknown`: the account was
 * changed since its creation, perhaps by a new invitation.
 */
export type TemporaryPassword = "valid" | "expired" | "unknown";

const DAY_MS = 24 * 60 * 60 * 1000;
/** What a policy of 0 days means. */
const DEFAULT_DAYS = 7;

/** Undefined for an account that does not wait for its first sign-in with a temporary password. */
export function temporaryPassword(
  { status, createdAt, modifiedAt }: Pick<User, "status" | "createdAt" | "modifiedAt">,
  policy: Pick<Pool["passwordPolicy"], "temporaryPasswordValidityDays"> | undefined,
  nowMs: EpochMs,
): TemporaryPassword | undefined {
  if (status !== "FORCE_CHANGE_PASSWORD") return undefined;
  if (policy === undefined) return "unknown";
  const { temporaryPasswordValidityDays: days } = policy;
  const validMs = (days === 0 ? DEFAULT_DAYS : days) * DAY_MS;
  // It was set at the creation or later, and not after the last change of the account.
  if (createdAt.getTime() + validMs > nowMs) return "valid";
  return modifiedAt.getTime() + validMs <= nowMs ? "expired" : "unknown";
}
