import type { Pool } from "../../core/pool.ts";

/** What may hold the name that a person signs in with. */
export type NameSource = "username" | "email" | "phone_number" | "preferred_username";

const ALIASES = ["preferred_username", "email", "phone_number"] as const;

/** Where the userName of a user can be found, the first one first. */
export function nameSourcesOf({
  usernameAttributes,
  aliasAttributes,
}: Pick<Pool, "usernameAttributes" | "aliasAttributes">): readonly NameSource[] {
  const addresses = usernameAttributes.length > 0 ? usernameAttributes : aliasAttributes;
  return [...ALIASES.filter((one) => addresses.includes(one)), "username"];
}
