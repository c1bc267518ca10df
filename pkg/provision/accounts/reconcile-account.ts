import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Deps } from "../deps.ts";
import { VISIBLE_WITHIN_MS } from "../find-user.ts";
import { groupsOfUser } from "../groups/listings.ts";
import type { RecoveryResult } from "../provisioner.ts";
import { goneIsDone, type StepLog } from "../steps.ts";
import { retryUntilVisible } from "../visibility.ts";
import { type AccountLookup, findAccount } from "./find-account.ts";
import { creationProofIn, isMadeByUs, UNTOUCHED_MS } from "./proof.ts";

/** A change makes its calls within this time, waits for turns included. */
const LONGEST_CALL_MS = 5 * 60_000;

/**
 * What became of an account when the process was killed while it made it. A change of one call is left as it is. Of two
 * calls the first is undone, because the account did not get its password, but only when the account is proven to be ours
 * and nobody has changed it.
 */
export async function reconcileAccount(
  deps: Deps,
  change: OpenChange,
  steps: StepLog,
): Promise<RecoveryResult> {
  const { hints } = change;
  const create = change.steps.find(({ operation }) => operation === "AdminCreateUser");
  const password = change.steps.find(({ operation }) => operation === "AdminSetUserPassword");
  const undo = change.steps.findLast((step) => step.undo);
  if (create === undefined || create.state === "not-done") {
    return { outcome: "failed", says: "no account was made" };
  }
  if (undo?.state === "done") {
    return { outcome: "undone", says: "an account was made, and has been deleted" };
  }
  const found = await find(deps, change, steps.signal);
  if (found === undefined) {
    if (undo !== undefined) return { outcome: "undone", says: "an account was made, and has been deleted" };
    const { sub: madeSub } = hints;
    const says =
      typeof madeSub === "string"
        ? `user ${madeSub} was made, and is no longer in the pool`
        : "no account was made";
    return { outcome: "failed", says };
  }
  const { sub } = found;
  if (!isOurs(deps, change, found)) {
    return {
      outcome: "unknown",
      says: `an account with that name exists (user ${sub}), but there is no proof that this change made it, so it is not changed`,
    };
  }
  await steps.note({ target: { ...change.target, user: sub } });
  if (hints["twoSteps"] !== true) {
    return { outcome: "done", says: `user ${sub} was made; ${adviceOf(change)}` };
  }
  if (password?.state === "done") {
    return { outcome: "done", says: `user ${sub} was made and has its password; ${adviceOf(change)}` };
  }
  if (!(await isUntouched(deps, change, found, steps.signal))) {
    return {
      outcome: "partial",
      says: `user ${sub} was made, but may lack its password; the account was changed since, so it is not deleted: rotate the credential`,
    };
  }
  const gone = await steps.takeBack(1, "AdminDeleteUser", (signal) =>
    goneIsDone(deps.directory.deleteUser(found.username, signal)),
  );
  return gone
    ? { outcome: "undone", says: `user ${sub} was made without its password, and has been deleted` }
    : {
        outcome: "partial",
        says: `user ${sub} was made without its password, and could not be deleted: delete it, or rotate the credential`,
      };
}

/** By its id when that is known, otherwise by the requested name. */
async function find(deps: Deps, { hints }: OpenChange, signal: AbortSignal): Promise<User | undefined> {
  const { sub, username, createAtMs } = hints;
  // Most recoveries come much later, and then there is nothing to wait for.
  const fresh = typeof createAtMs !== "number" || deps.now() - createAtMs < VISIBLE_WITHIN_MS;
  const look = (search: (inner: AbortSignal) => Promise<User | undefined>) =>
    fresh ? retryUntilVisible(deps, search, signal) : search(signal);
  if (typeof sub === "string" && typeof username === "string") {
    return await look((inner) => deps.users.reread({ sub, username }, inner));
  }
  const lookup = lookupIn(hints);
  if (lookup === undefined) return undefined;
  const pool = await deps.directory.describePool(signal);
  return await look((inner) => findAccount(deps, pool, lookup, inner));
}

function lookupIn({ by, name }: OpenChange["hints"]): AccountLookup | undefined {
  if (typeof name !== "string") return undefined;
  return by === "username" || by === "email" || by === "phone_number" ? { by, name } : undefined;
}

function isOurs(deps: Deps, { hints }: OpenChange, user: User): boolean {
  if (hints["sub"] === user.sub) return true;
  const proof = creationProofIn(hints);
  const fromMs = hints["createAtMs"];
  if (proof === undefined || typeof fromMs !== "number") return false;
  return isMadeByUs(deps, proof, user, fromMs, fromMs + LONGEST_CALL_MS);
}

/** Since our last call nobody has changed it, signed in to it or added it to a group. Compares only times of AWS's clock. */
async function isUntouched(
  { directory }: Deps,
  { hints }: OpenChange,
  user: User,
  signal: AbortSignal,
): Promise<boolean> {
  const { createAtMs, passwordAtMs } = hints;
  const betweenMs =
    typeof createAtMs === "number" && typeof passwordAtMs === "number" ? passwordAtMs - createAtMs : 0;
  const changedMs = user.modifiedAt.getTime() - user.createdAt.getTime();
  const asLeft = user.status === "FORCE_CHANGE_PASSWORD" || user.status === "CONFIRMED";
  if (!user.enabled || !asLeft || changedMs > Math.max(0, betweenMs) + UNTOUCHED_MS) return false;
  return (await groupsOfUser(directory, user.username, signal)).size === 0;
}

function adviceOf({ hints }: OpenChange): string {
  const lost =
    hints["generated"] === true ? "nobody has received the generated password: rotate the credential" : "";
  const invitation = hints["invite"] === true ? "the invitation may not have been sent: send it again" : "";
  const all = [lost, invitation].filter((text) => text !== "").join("; ");
  return all === "" ? "the caller got no answer" : all;
}
