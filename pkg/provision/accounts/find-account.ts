import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import type { Parts } from "../parts.ts";
import type { AccountDraft } from "./draft.ts";
import { type Address, sameName } from "./naming.ts";

/** The name that an account is looked up by. */
export interface Sought {
  readonly by: "username" | Address;
  readonly name: string;
}

type LookParts = Pick<Parts, "directory" | "users">;

/** What the draft's account is found by before it exists. */
export function soughtBy({ username, by, attributes }: AccountDraft): Sought {
  return { by, name: (by === "username" ? username : attributes.get(by)) ?? "" };
}

/**
 * The account that has the name already. Usernames are compared by the pool's case rule (mark 27), since AdminGetUser
 * takes a sub and an alias for one too. Rejects with `already-exists` when several accounts have the address.
 */
export async function findAccount(
  parts: LookParts,
  pool: Pool,
  sought: Sought,
  signal: AbortSignal,
): Promise<User | undefined> {
  const direct = await userByName(parts, sought.name, signal);
  if (direct !== undefined && answersTo(pool, direct, sought)) return direct;
  if (sought.by === "username") return undefined;
  // An address that nobody has verified is no name to AdminGetUser, and emulators know none at all.
  const listed = await parts.directory.findUsers(sought.by, sought.name, signal);
  const found: User[] = [];
  for (const one of listed) {
    const fresh = await parts.users.again(one, signal);
    if (fresh !== undefined && answersTo(pool, fresh, sought)) found.push(fresh);
  }
  if (found.length > 1) {
    const ids = found.map(({ sub }) => sub).join(", ");
    throw new GovernanceError(
      "already-exists",
      `profile.${sought.by}: ${found.length} accounts have it already: ${ids}`,
      { reason: "user-exists" },
    );
  }
  return found[0];
}

/** Whoever AWS means by the name, be it username, sub or alias. */
export async function userByName(
  { directory }: Pick<Parts, "directory">,
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

/** A fresh account may not show in a read for a moment (mark 50). */
const PAUSES_MS = [200, 400, 800, 1600];

/** A fresh account shows by then. */
export const SHOWS_WITHIN_MS = 30_000;

/** Looks again a few times before it says that there is nothing. */
export async function patiently<T>(
  { options }: Pick<Parts, "options">,
  look: (signal: AbortSignal) => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (const pauseMs of PAUSES_MS) {
    const found = await look(signal);
    if (found !== undefined) return found;
    await options.sleep(pauseMs, signal);
  }
  return await look(signal);
}

/** A profile that a provider's sign-in made is another account: the person may get one of the pool beside it. */
function answersTo(pool: Pool, user: User, { by, name }: Sought): boolean {
  if (by === "username") return sameName(pool, by, user.username, name);
  const value = user.attributes.get(by);
  return user.status !== "EXTERNAL_PROVIDER" && value !== undefined && sameName(pool, by, value, name);
}
