import type { ChangeStep } from "../../core/change.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Deps } from "../deps.ts";
import { VISIBLE_WITHIN_MS } from "../find-user.ts";
import { groupsOfUser } from "../groups/listings.ts";
import { LONGEST_CALL_MS } from "../made-between.ts";
import type { RecoveryResult } from "../provisioner.ts";
import { goneIsDone, type StepLog } from "../steps.ts";
import { retryUntilVisible } from "../visibility.ts";
import { type AccountLookup, findAccount } from "./find-account.ts";
import { creationProofIn, isMadeByUs, UNTOUCHED_MS } from "./proof.ts";

/**
 * What became of an account when the process was killed while it made it. One that has all that was asked for stays. One
 * that lacks its password, a group or its disabling is deleted, but only when it is proven to be ours and nobody has
 * changed it.
 */
export async function reconcileAccount(
  deps: Deps,
  change: OpenChange,
  steps: StepLog,
): Promise<RecoveryResult> {
  const { hints } = change;
  const create = change.steps.find(({ operation }) => operation === "AdminCreateUser");
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
  const lacks = await missingParts(deps, change, found, steps.signal);
  if (lacks.length === 0) {
    const has = hints["twoSteps"] === true ? " and has its password" : "";
    return { outcome: "done", says: `user ${sub} was made${has}; ${adviceOf(change)}` };
  }
  const missing = lacks.join(" and ");
  const cure =
    change.steps.some(isPasswordSet) || hints["twoSteps"] !== true ? "" : ", or rotate the credential";
  if (!(await isUntouched(deps, change, found, steps.signal))) {
    return {
      outcome: "partial",
      says: `user ${sub} was made, but may lack ${missing}; the account was changed since, so it is not deleted: delete it${cure}`,
    };
  }
  const gone = await steps.takeBack("all", "AdminDeleteUser", (signal) =>
    goneIsDone(deps.directory.deleteUser(found.username, signal)),
  );
  if (gone) deps.recentMembers.forgetUser(found.username);
  return gone
    ? { outcome: "undone", says: `user ${sub} was made without ${missing}, and has been deleted` }
    : {
        outcome: "partial",
        says: `user ${sub} was made without ${missing}, and could not be deleted: delete it${cure}`,
      };
}

function isPasswordSet({ operation, state }: ChangeStep): boolean {
  return operation === "AdminSetUserPassword" && state === "done";
}

/** What was asked for, and the pool or the journal does not show of the account. */
async function missingParts(
  { directory }: Deps,
  { hints, steps: made }: OpenChange,
  user: User,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const groups = groupsIn(hints);
  const memberOf = groups.length === 0 ? NO_GROUPS : await groupsOfUser(directory, user.username, signal);
  const missing = groups.filter((name) => !memberOf.has(name));
  return [
    ...(hints["disabled"] === true && user.enabled ? ["its disabling"] : []),
    ...(hints["twoSteps"] === true && !made.some(isPasswordSet) ? ["its password"] : []),
    ...missing.map((name) => `group ${name}`),
  ];
}

const NO_GROUPS: ReadonlySet<string> = new Set();

function groupsIn({ groups }: OpenChange["hints"]): readonly string[] {
  return typeof groups === "object" ? groups : [];
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
  const pool = await deps.pool(signal);
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

/** Since our last call nobody has changed it, signed in to it or added it to another group. Compares only times of AWS's clock. */
async function isUntouched(
  { directory }: Deps,
  { hints }: OpenChange,
  user: User,
  signal: AbortSignal,
): Promise<boolean> {
  const { createAtMs, lastCallAtMs } = hints;
  const betweenMs =
    typeof createAtMs === "number" && typeof lastCallAtMs === "number" ? lastCallAtMs - createAtMs : 0;
  const changedMs = user.modifiedAt.getTime() - user.createdAt.getTime();
  const asLeft = user.status === "FORCE_CHANGE_PASSWORD" || user.status === "CONFIRMED";
  const isEnabledAsLeft = user.enabled || hints["disabled"] === true;
  if (!isEnabledAsLeft || !asLeft || changedMs > Math.max(0, betweenMs) + UNTOUCHED_MS) return false;
  const wanted = groupsIn(hints);
  return [...(await groupsOfUser(directory, user.username, signal))].every((name) => wanted.includes(name));
}

function adviceOf({ hints }: OpenChange): string {
  const lost =
    hints["generated"] === true ? "nobody has received the generated password: rotate the credential" : "";
  const invitation = hints["invite"] === true ? "the invitation may not have been sent: send it again" : "";
  const all = [lost, invitation].filter((text) => text !== "").join("; ");
  return all === "" ? "the caller got no answer" : all;
}
