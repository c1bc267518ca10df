import type { User } from "../core/user.ts";
import { patiently } from "./accounts/find-account.ts";
import type { Parts } from "./parts.ts";

/**
 * The account as it is after the change, or `before` where it cannot be read: the change is made all the same, and its
 * answer may hold a password that is told only once (mark 50).
 */
export async function readBack(parts: Parts, before: User, signal: AbortSignal): Promise<User> {
  try {
    return (await patiently(parts, (inner) => parts.users.again(before, inner), signal)) ?? before;
  } catch {
    return before;
  }
}
