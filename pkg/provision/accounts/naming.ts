import { emailProblem, phoneProblem } from "../../core/attributes/formats.ts";
import type { Pool } from "../../core/pool.ts";
import type { AccountRequest } from "../provisioner.ts";

/** The attributes that people may sign in by beside, or instead of, the username. */
export type Address = "email" | "phone_number";

export const ADDRESSES: readonly Address[] = ["email", "phone_number"];

/** Keys of a profile that are no attributes. */
export const SPECIAL_KEYS = ["login", "username", "sendInviteEmail"] as const;

/** What kind of address a login is where it looks like one. */
export function addressKind(text: string): Address | undefined {
  if (emailProblem(text) === undefined) return "email";
  return phoneProblem(text) === undefined ? "phone_number" : undefined;
}

/** Whether two texts name the same account to this pool. An e-mail address is one whatever its case. */
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
 * What the lock and the audit log know the account by before it has an id. Lower-cased in every pool: before the pool is
 * read its case rule is not known, and two logins that share a lock cost no more than a wait.
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
