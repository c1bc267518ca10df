import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import type { Deps } from "../deps.ts";
import { groupsOfUser } from "../groups/listings.ts";
import type { CreatedAccount } from "../provisioner.ts";
import type { AccountDraft } from "./draft.ts";
import { ADDRESSES, sameAccountName } from "./naming.ts";

/** What was asked of an account that exists already. */
interface Asked {
  readonly pool: Pool;
  readonly draft: AccountDraft;
  readonly password: unknown;
  readonly disabled: boolean;
  readonly groups: readonly string[];
}

/** The answer for an account that exists already: it is not changed, and what of the request does not hold is named. */
export async function alreadyExists(
  { directory, recentMembers }: Pick<Deps, "directory" | "recentMembers">,
  user: User,
  asked: Asked,
  signal: AbortSignal,
): Promise<CreatedAccount> {
  const { groups } = asked;
  const memberOf =
    groups.length === 0 ? new Set<string>() : await groupsOfUser(directory, user.username, signal);
  const isSure = (name: string): boolean => !recentMembers.contradicts(name, user.username, true);
  return {
    state: "already-exists",
    user,
    notApplied: [
      ...notApplied(user, asked),
      ...(groups.every((name) => memberOf.has(name) && isSure(name)) ? [] : ["groups"]),
    ],
    password: undefined,
    actionRequired: undefined,
    nextStep: undefined,
    invitationExpiresAt: undefined,
  };
}

/** Among what is not applied: the account does not show whether it was sent. */
export const UNSEEN_INVITATION = "invitation";

/** Names only. Whether an earlier request has set the password or sent an invitation cannot be read. */
function notApplied(user: User, { pool, draft, password, disabled }: Asked): readonly string[] {
  const different = [...draft.attributes].filter(([name, value]) => !holdsAttribute(pool, user, name, value));
  return [
    ...different.map(([name]) => name),
    ...(password === undefined ? [] : ["password"]),
    ...(draft.invite ? [UNSEEN_INVITATION] : []),
    ...(disabled && user.enabled ? ["enabled"] : []),
  ];
}

/** Whether the account has the attribute so, as this pool compares. */
export function holdsAttribute(pool: Pool, { attributes }: User, name: string, wanted: string): boolean {
  // AWS shows no flag for a contact that was never verified.
  const value = attributes.get(name) ?? (name.endsWith("_verified") ? "false" : "");
  const address = ADDRESSES.find((one) => one === name);
  return address === undefined ? value === wanted : sameAccountName(pool, address, value, wanted);
}
