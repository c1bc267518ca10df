import { emailProblem, phoneProblem } from "../../core/attributes/formats.ts";
import type { Pool } from "../../core/pool.ts";
import type { AccountRequest } from "../provisioner.ts";

/** The attributes by which users may sign in, besides or instead of the username. */
export type Address = "email" | "phone_number";

export const ADDRESSES: readonly Address[] = ["email", "phone_number"];

/** Keys of a profile that are not attributes. */
export const SPECIAL_KEYS = ["login", "username", "sendInviteEmail", "deliverInviteBy"] as const;

/**
 * Keys that platforms add to a profile: parts of the request, and what a resource of this connector says of an account.
 * They are ignored, unless an attribute of the pool has the name.
 */
export const PLATFORM_KEYS = [
  "emails",
  "login_aliases",
  "loginAliases",
  "user_id",
  "userId",
  "user_status",
  "created_at",
  "modified_at",
  "federated",
  "linked_usernames",
] as const;

/** Which address a login looks like, if any. */
export function addressKind(text: string): Address | undefined {
  if (emailProblem(text) === undefined) return "email";
  return phoneProblem(text) === undefined ? "phone_number" : undefined;
}

/** Whether two texts name the same account in this pool. The case of an e-mail address never matters. */
export function sameAccountName(
  pool: Pick<Pool, "caseSensitiveUsernames">,
  by: "username" | Address,
  a: string,
  b: string,
): boolean {
  if (a === b) return true;
  return (by === "email" || !pool.caseSensitiveUsernames) && a.toLowerCase() === b.toLowerCase();
}

/**
 * The name of the account in the lock and the audit log before it has an id. Lower case in every pool: the case rule is
 * not known before the pool is read, and when two logins share a lock, one only waits for the other.
 */
export function lockName({ login, emails, profile }: AccountRequest): string {
  const candidates = [
    login,
    profile.get("login"),
    profile.get("username"),
    emails[0],
    profile.get("email"),
    profile.get("phone_number"),
    profile.get("phoneNumber"),
    profile.get("phone"),
  ];
  for (const one of candidates) {
    if (typeof one === "string" && one.trim() !== "") return one.trim().toLowerCase();
  }
  return "";
}
