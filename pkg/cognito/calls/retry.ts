// When a failed call is sent again. Written here because the SDK's own retries take no turn from the limiter and cannot
// be seen, and because it repeats calls that must not be sent twice (D8).
import type { Operation } from "../../core/operations.ts";
import type { FailureKind } from "../failures/failure-kind.ts";

/** The limits of one call. Waiting for a turn does not count: the limiter may delay a call for as long as necessary. */
export interface RetryPolicy {
  /** Including the first attempt. */
  readonly maxAttempts: number;
  /** All attempts and the waits between them. */
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

/** The attempts of a call so far. */
export interface CallHistory {
  readonly attempts: number;
  readonly spentMs: number;
  /** The kinds whose one extra attempt is used up. */
  readonly retriedOnce: ReadonlySet<FailureKind>;
}

type RetryDecision =
  | { readonly kind: "retry"; readonly delayMs: number }
  | { readonly kind: "give-up"; readonly retryInMs: number | undefined };

/**
 * `refused` and `unsent`: AWS did nothing, so any call may be sent again. `ambiguous`: AWS may have carried out the call,
 * so only idempotent operations are sent again (D8). `once`: the cause may be corrected now (new credentials, the clock
 * offset), so there is one more attempt.
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
  "source-absent": "once",
  "clock-skew": "once",
  "no-credentials": "never",
  "proxy-refused": "never",
  denied: "never",
  replica: "never",
  "feature-off": "never",
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

/** Whether AWS may have carried out a call that failed so. */
export function isAmbiguous(kind: FailureKind): boolean {
  return RETRY_RULES[kind] === "ambiguous";
}

/**
 * Whether sending the operation twice has the same effect as sending it once, on the pool and on the mailbox of the
 * user. If not, a lost answer is followed by a read. A password is not sent twice, since the pool's password history may
 * reject it.
 */
export const IDEMPOTENT: Readonly<Record<Operation, boolean>> = {
  DescribeUserPool: true,
  ListUsers: true,
  ListUsersInGroup: true,
  ListGroups: true,
  GetGroup: true,
  AdminGetUser: true,
  AdminListGroupsForUser: true,
  AdminListUserAuthEvents: true,
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

/** Full jitter: a random wait up to a doubling bound, so that calls that were throttled together are spread out. */
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
