import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";

/** What the user may type at sign-in instead of the username, if this pool allows it. */
export function loginAliases(user: User, pool: Pool): string[] {
  const aliases = new Set<string>();
  for (const attribute of [...pool.usernameAttributes, ...pool.aliasAttributes]) {
    const value = user.attributes.get(attribute);
    if (value === undefined || value === "" || value === user.username) continue;
    // An alias counts at sign-in only once it is verified; preferred_username needs no verification.
    const verified = user.attributes.get(`${attribute}_verified`) === "true";
    if (attribute === "preferred_username" || pool.usernameAttributes.includes(attribute) || verified) {
      aliases.add(value);
    }
  }
  return [...aliases];
}
