import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import type { Deps } from "../deps.ts";
import type { AccountDraft } from "./draft.ts";
import { type Address, sameAccountName } from "./naming.ts";

/** The name by which an account is looked up. */
export interface AccountLookup {
  readonly by: "username" | Address;
  readonly name: string;
}

type LookupDeps = Pick<Deps, "directory" | "users">;

/** By what an existing account with the draft's name is found. */
export function lookupOf({ username, by, attributes }: AccountDraft): AccountLookup {
  return { by, name: (by === "username" ? username : attributes.get(by)) ?? "" };
}

/**
 * The account that has the name already. Usernames are compared by the pool's case rule (mark 27), because AdminGetUser
 * also accepts a sub or an alias. Rejects with `already-exists` when several accounts have the address.
 */
export async function findAccount(
  deps: LookupDeps,
  pool: Pool,
  lookup: AccountLookup,
  signal: AbortSignal,
): Promise<User | undefined> {
  const direct = await userByName(deps, lookup.name, signal);
  if (direct !== undefined && hasName(pool, direct, lookup)) return direct;
  if (lookup.by === "username") return undefined;
  // AdminGetUser accepts only verified addresses; emulators accept none.
  const listed = await deps.directory.findUsers(lookup.by, lookup.name, signal);
  const found: User[] = [];
  for (const one of listed) {
    const fresh = await deps.users.reread(one, signal);
    if (fresh !== undefined && hasName(pool, fresh, lookup)) found.push(fresh);
  }
  if (found.length > 1) {
    const ids = found.map(({ sub }) => sub).join(", ");
    throw new GovernanceError(
      "already-exists",
      `profile.${lookup.by}: ${found.length} accounts have it already: ${ids}`,
      { reason: "user-exists" },
    );
  }
  return found[0];
}

/** The account that AWS finds by the name: a username, a sub or an alias. */
export async function userByName(
  { directory }: Pick<Deps, "directory">,
  name: string,
  signal: AbortSignal,
): Promise<User | undefined> {
  try {
    return await directory.getUser(name, signal);
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "user-gone") return undefined;
    throw error;
  }
}

/** The profile of a federated sign-in is another account: the person may get an account of the pool too. */
function hasName(pool: Pool, user: User, { by, name }: AccountLookup): boolean {
  if (by === "username") return sameAccountName(pool, by, user.username, name);
  const value = user.attributes.get(by);
  return user.status !== "EXTERNAL_PROVIDER" && value !== undefined && sameAccountName(pool, by, value, name);
}
