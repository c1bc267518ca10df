import type { Page, PageRequest } from "./page.ts";
import type { UserDetails } from "./user.ts";

/** The facts that no listing has. Each costs at least one call for each user, so they are read by a budget. */
export const USER_FACTS = ["mfa", "last-sign-in"] as const;

export type UserFact = (typeof USER_FACTS)[number];

/** What one user did at the pool, from its history. */
export interface AuthEvent {
  /** As Cognito names it, such as `SignIn` or `ForgotPassword`; also names that we do not know. */
  readonly kind: string;
  readonly at: Date;
  /** False: it failed, or was not finished. */
  readonly passed: boolean;
}

/**
 * The port for reading these facts. The limiter lets its calls wait behind all others. By username, not by alias:
 * `not-found`, reason `user-gone`, when there is no such user.
 */
export interface UserFactsSource {
  /** AWS bills the user as active in this month. The caller must check whose account came back (Directory.getUser). */
  readDetails(username: string, signal: AbortSignal): Promise<UserDetails>;
  /** The username that the account has now, by a listing, for which AWS does not bill. Undefined: there is no such account. */
  usernameOf(sub: string, signal: AbortSignal): Promise<string | undefined>;
  /** The caller must check whose history it is (`usernameOf`). Newest first. `failed-precondition`, reason `feature-off`, when the pool keeps no history. */
  listAuthEvents(username: string, page: PageRequest, signal: AbortSignal): Promise<Page<AuthEvent>>;
}

/** What was read of one user at some time. A fact that is undefined is unknown, which is never "none". */
export interface UserFacts {
  readonly secondFactors?: SecondFactors | undefined;
  readonly lastSignIn?: LastSignIn | undefined;
}

export interface SecondFactors {
  /** Those that were on, as Cognito names them. */
  readonly factors: readonly string[];
  readonly preferred: string | undefined;
  readonly readAt: Date;
}

export interface LastSignIn {
  /** Undefined: the history, which reaches back a limited time, has none. */
  readonly at: Date | undefined;
  readonly readAt: Date;
}

/** Finds what is known of the users of one page, by `sub`. Rejects only when the signal fires: else it is unknown. */
export type FindUserFacts = (
  subs: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, UserFacts>>;
