import type { Operation } from "../../core/operations.ts";
import type { FailureKind } from "../failures/failure-kind.ts";

/** How far one call goes on trying. Waiting for a turn is not counted: the limiter may hold a call as long as it must. */
export interface RetryPolicy {
  /** The first attempt included. */
  readonly maxAttempts: number;
  /** Attempts and the waits between them, together. */
  readonly maxTotalMs: number;
  readonly throttledBaseMs: number;
  readonly transientBaseMs: number;
  /** The longest single wait. */
  readonly capMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 10,
  maxTotalMs: 120_000,
  throttledBaseMs: 200,
  transientBaseMs: 100,
  capMs: 20_000,
};

/** What became of a call so far. */
export interface CallHistory {
  readonly attempts: number;
  readonly spentMs: number;
  /** The kinds for which the one extra attempt has been had. */
  readonly retriedOnce: ReadonlySet<FailureKind>;
}

export type RetryDecision =
  | { readonly kind: "retry"; readonly delayMs: number }
  | { readonly kind: "give-up"; readonly retryInMs: number | undefined };

/**
 * `refused` and `unsent`: AWS did nothing, so anything may be sent again. `ambiguous`: it may have been done, so only
 * what can be repeated harmlessly is sent again (D8). `once`: something was put right, and that is tried one time.
 */
type RetryRule = "refused" | "unsent" | "ambiguous" | "once" | "never";

const RETRY_RULES: Readonly<Record<FailureKind, RetryRule>> = {
  throttled: "refused",
  "source-unreachable": "refused",
  unsent: "unsent",
  transient: "ambiguous",
  timeout: "ambiguous",
  malformed: "ambiguous",
  credentials: "once",
  "clock-skew": "once",
  "no-credentials": "never",
  denied: "never",
  replica: "never",
  "resource-missing": "never",
  "user-missing": "never",
  "user-state": "never",
  "user-exists": "never",
  "alias-exists": "never",
  "group-exists": "never",
  "password-refused": "never",
  "password-reused": "never",
  "delivery-failed": "never",
  "trigger-failed": "never",
  "marker-refused": "never",
  parameter: "never",
  limit: "never",
  unimplemented: "never",
  foreign: "never",
  certificate: "never",
  configuration: "never",
  unknown: "never",
};

/** A failure after which AWS may have done what was asked. */
export function isAmbiguous(kind: FailureKind): boolean {
  return RETRY_RULES[kind] === "ambiguous";
}

/**
 * Whether sending the operation twice leaves the pool, and the person's mailbox, as sending it once. Where it does not,
 * a lost answer is settled by reading. A password is not repeated since the pool's history may refuse it.
 */
export const IDEMPOTENT: Readonly<Record<Operation, boolean>> = {
  DescribeUserPool: true,
  ListUsers: true,
  ListUsersInGroup: true,
  ListGroups: true,
  GetGroup: true,
  AdminGetUser: true,
  AdminListGroupsForUser: true,
  AdminCreateUser: false,
  AdminDeleteUser: true,
  AdminEnableUser: true,
  AdminDisableUser: true,
  AdminUserGlobalSignOut: true,
  AdminUpdateUserAttributes: true,
  AdminDeleteUserAttributes: true,
  AdminSetUserPassword: false,
  AdminResetUserPassword: false,
  AdminConfirmSignUp: false,
  AdminSetUserMFAPreference: true,
  AdminAddUserToGroup: true,
  AdminRemoveUserFromGroup: true,
  CreateGroup: false,
  UpdateGroup: true,
  DeleteGroup: true,
};

/** Full jitter: any wait up to the doubling bound, so that calls throttled together do not come back together. */
export function decideRetry(
  policy: RetryPolicy,
  kind: FailureKind,
  idempotent: boolean,
  history: CallHistory,
  random: () => number,
): RetryDecision {
  const rule = RETRY_RULES[kind];
  if (rule === "never") return { kind: "give-up", retryInMs: undefined };
  if (rule === "once") {
    if (history.retriedOnce.has(kind)) return { kind: "give-up", retryInMs: undefined };
    return { kind: "retry", delayMs: 0 };
  }
  const base = rule === "refused" ? policy.throttledBaseMs : policy.transientBaseMs;
  const boundMs = Math.min(policy.capMs, base * 2 ** Math.min(history.attempts - 1, 30));
  const delayMs = Math.round(random() * boundMs);
  const exhausted =
    (rule === "ambiguous" && !idempotent) ||
    history.attempts >= policy.maxAttempts ||
    history.spentMs + delayMs > policy.maxTotalMs;
  return exhausted ? { kind: "give-up", retryInMs: boundMs } : { kind: "retry", delayMs };
}
