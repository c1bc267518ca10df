import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Settlement } from "../changes.ts";
import { goneIsDone } from "../groups/gone.ts";
import { groupsOfUser } from "../groups/listings.ts";
import type { Parts } from "../parts.ts";
import type { StepLog } from "../steps.ts";
import { findAccount, patiently, SHOWS_WITHIN_MS, type Sought } from "./find-account.ts";
import { fingerprintIn, isMadeByUs, UNTOUCHED_MS } from "./proof.ts";

/** A change makes its calls within this time, waits for turns included. */
const LONGEST_CALL_MS = 5 * 60_000;

/**
 * What became of an account whose maker was killed. One call stands as it is. Of two the first is taken back, since the
 * account never got its password, and only when it is proven ours and nobody has touched it.
 */
export async function settleAccount(parts: Parts, change: OpenChange, steps: StepLog): Promise<Settlement> {
  const { facts } = change;
  const create = change.steps.find(({ operation }) => operation === "AdminCreateUser");
  const password = change.steps.find(({ operation }) => operation === "AdminSetUserPassword");
  const undo = change.steps.findLast((step) => step.undo);
  if (create === undefined || create.state === "not-done") {
    return { outcome: "failed", says: "no account was made" };
  }
  if (undo?.state === "done") {
    return { outcome: "undone", says: "the account that was made is deleted again" };
  }
  const found = await find(parts, change, steps.signal);
  if (found === undefined) {
    if (undo !== undefined) return { outcome: "undone", says: "the account that was made is deleted again" };
    const whom = typeof facts["sub"] === "string" ? `; user ${facts["sub"]} is no longer in the pool` : "";
    return { outcome: "failed", says: `no account stands${whom}` };
  }
  const { sub } = found;
  if (!isOurs(parts, change, found)) {
    return {
      outcome: "unknown",
      says: `an account with that name is there (user ${sub}), but cannot be shown to come from this change; it is left as it is`,
    };
  }
  steps.note({ target: { ...change.target, user: sub } });
  if (facts["twoSteps"] !== true) {
    return { outcome: "done", says: `user ${sub} was made; ${adviceOf(change)}` };
  }
  if (password?.state === "done") {
    return { outcome: "done", says: `user ${sub} was made and has its password; ${adviceOf(change)}` };
  }
  if (!(await isUntouched(parts, change, found, steps.signal))) {
    return {
      outcome: "partial",
      says: `user ${sub} was made, but may lack its password; somebody has changed the account since, so it is left as it is: rotate the credential`,
    };
  }
  const gone = await steps.takeBack(1, "AdminDeleteUser", (signal) =>
    goneIsDone(parts.directory.deleteUser(found.username, signal)),
  );
  return gone
    ? { outcome: "undone", says: `user ${sub} was made without its password, and is deleted again` }
    : {
        outcome: "partial",
        says: `user ${sub} was made without its password, and could not be deleted again: delete it, or rotate the credential`,
      };
}

/** By its id where that was known; otherwise by the name that it was asked for with. */
async function find(parts: Parts, { facts }: OpenChange, signal: AbortSignal): Promise<User | undefined> {
  const { sub, username, createAtMs } = facts;
  // A recovery mostly comes long after; then there is nothing to wait for.
  const fresh = typeof createAtMs !== "number" || parts.options.now() - createAtMs < SHOWS_WITHIN_MS;
  const look = (search: (inner: AbortSignal) => Promise<User | undefined>) =>
    fresh ? patiently(parts, search, signal) : search(signal);
  if (typeof sub === "string" && typeof username === "string") {
    return await look((inner) => parts.users.again({ sub, username }, inner));
  }
  const sought = soughtIn(facts);
  if (sought === undefined) return undefined;
  const pool = await parts.directory.describePool(signal);
  return await look((inner) => findAccount(parts, pool, sought, inner));
}

function soughtIn({ by, name }: OpenChange["facts"]): Sought | undefined {
  if (typeof name !== "string") return undefined;
  return by === "username" || by === "email" || by === "phone_number" ? { by, name } : undefined;
}

function isOurs({ options }: Parts, { facts }: OpenChange, user: User): boolean {
  if (facts["sub"] === user.sub) return true;
  const made = fingerprintIn(facts);
  const fromMs = facts["createAtMs"];
  if (made === undefined || typeof fromMs !== "number") return false;
  return isMadeByUs(options, made, user, fromMs, fromMs + LONGEST_CALL_MS);
}

/** Since our last call nobody has changed it, signed in to it or given it access. By AWS's own clock throughout. */
async function isUntouched(
  { directory }: Parts,
  { facts }: OpenChange,
  user: User,
  signal: AbortSignal,
): Promise<boolean> {
  const { createAtMs, passwordAtMs } = facts;
  const betweenMs =
    typeof createAtMs === "number" && typeof passwordAtMs === "number" ? passwordAtMs - createAtMs : 0;
  const changedMs = user.modifiedAt.getTime() - user.createdAt.getTime();
  const asLeft = user.status === "FORCE_CHANGE_PASSWORD" || user.status === "CONFIRMED";
  if (!user.enabled || !asLeft || changedMs > Math.max(0, betweenMs) + UNTOUCHED_MS) return false;
  return (await groupsOfUser(directory, user.username, signal)).size === 0;
}

function adviceOf({ facts }: OpenChange): string {
  const lost =
    facts["generated"] === true ? "nobody was told the generated password: rotate the credential" : "";
  const invitation = facts["invite"] === true ? "the invitation may not have gone out: send it again" : "";
  const all = [lost, invitation].filter((text) => text !== "").join("; ");
  return all === "" ? "whoever asked was not told" : all;
}
