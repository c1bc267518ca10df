import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import type { CreatedAccount } from "../provisioner.ts";
import type { AccountDraft } from "./draft.ts";
import { ADDRESSES, sameAccountName } from "./naming.ts";

/** What was asked of an account that exists already. */
interface Asked {
  readonly pool: Pool;
  readonly draft: AccountDraft;
  readonly password: unknown;
}

/** The answer for an account that exists already: it is not changed, and what of the request does not hold is named. */
export function alreadyExists(user: User, asked: Asked): CreatedAccount {
  return {
    state: "already-exists",
    user,
    notApplied: notApplied(user, asked),
    password: undefined,
    actionRequired: undefined,
    nextStep: undefined,
    invitationExpiresAt: undefined,
  };
}

/** Names only. Whether an earlier request has set the password or sent an invitation cannot be read. */
function notApplied(user: User, { pool, draft, password }: Asked): readonly string[] {
  const different = [...draft.attributes].filter(([name, value]) => !holds(pool, user, name, value));
  return [
    ...different.map(([name]) => name),
    ...(password === undefined ? [] : ["password"]),
    ...(draft.invite ? ["invitation"] : []),
  ];
}

function holds(pool: Pool, { attributes }: User, name: string, wanted: string): boolean {
  // AWS shows no flag for a contact that was never verified.
  const value = attributes.get(name) ?? (name.endsWith("_verified") ? "false" : "");
  const address = ADDRESSES.find((one) => one === name);
  return address === undefined ? value === wanted : sameAccountName(pool, address, value, wanted);
}
