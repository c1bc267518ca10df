import type { EpochMs } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import { isMadeBetween, LONGEST_CALL_MS } from "../made-between.ts";
import type { AccountRequest } from "../provisioner.ts";
import { type AccountDraft, draftAccount } from "./draft.ts";
import { holdsAttribute } from "./existing-account.ts";
import { hasNoOthers, isAsCreated, needsNoPassword } from "./proof.ts";

/**
 * Whether the account is as this request makes it, and of its time: the request began then, found no such account, and its
 * outcome is not known (PROVISION-5). Who has signed up, or was made by somebody else, differs in one of them.
 */
export function isAccountOfRequest(
  pool: Pool,
  request: AccountRequest,
  user: User,
  begunAt: EpochMs,
): boolean {
  const draft = draftOf(pool, request);
  if (draft === undefined) return false;
  const { attributes } = draft;
  const { credential, enabled = true } = request;
  const getsPassword = credential.kind !== "none" && !credential.temporary;
  return (
    isMadeBetween(user, begunAt, begunAt + LONGEST_CALL_MS) &&
    isAsCreated(user, getsPassword || needsNoPassword(pool)) &&
    (user.enabled || !enabled) &&
    hasNoOthers(user, attributes) &&
    [...attributes].every(([name, value]) => holdsAttribute(pool, user, name, value))
  );
}

/** Undefined: the pool has changed, and takes the request no longer. */
function draftOf(pool: Pool, request: AccountRequest): AccountDraft | undefined {
  try {
    return draftAccount(pool, request);
  } catch (error) {
    if (error instanceof GovernanceError && error.code === "invalid-argument") return undefined;
    throw error;
  }
}
