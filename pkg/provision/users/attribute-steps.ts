// What a change of attributes comes to for one account, its calls, and what a recovery needs of it.
import { deletionProblem } from "../../core/attributes/coerce.ts";
import { collectAttributes } from "../../core/attributes/collect.ts";
import { resolveAttributeName } from "../../core/attributes/resolve.ts";
import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { RecoveryHints } from "../../core/journal.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import type { Reconciled, Steps } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { AttributeChange } from "../provisioner.ts";
import { isRefusedByAws } from "../steps.ts";
import { reconciledBy } from "../visibility.ts";
import { reconcileUser } from "./user-change.ts";

/** Each of them has a flag that says whether it was verified. */
const CONTACTS = ["email", "phone_number"] as const;

/** What differs from the account as it is, by Cognito's names. */
export interface AttributeDifference {
  readonly set: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
}

export const NO_DIFFERENCE: AttributeDifference = { set: new Map(), removed: [] };

/** Throws `invalid-argument` for names and values that the pool does not take. */
export function attributeDifference(pool: Pool, user: User, change: AttributeChange): AttributeDifference {
  const set = wanted(pool, user, change.set);
  return { set, removed: unwanted(pool, user, change.remove, set) };
}

/** The names that the change writes. A new e-mail address or phone number changes its flag too, also without it in the call. */
export function writtenFields({ set, removed }: AttributeDifference): readonly string[] {
  const names = [...set.keys(), ...removed];
  const flags = CONTACTS.filter((contact) => names.includes(contact)).map((contact) => `${contact}_verified`);
  return [...new Set([...names, ...flags])];
}

/** The user as the calls leave it. A new contact without its flag may wait until its person has verified it. */
export function asWritten(user: User, { set, removed }: AttributeDifference): User {
  const attributes = new Map(user.attributes);
  for (const [name, value] of set) {
    const contact = CONTACTS.find((one) => one === name);
    if (contact === undefined || set.get(`${contact}_verified`) === "true") attributes.set(name, value);
  }
  for (const name of removed) attributes.delete(name);
  return { ...user, attributes };
}

export async function attributeSteps(
  deps: Pick<Deps, "directory" | "sleep" | "users">,
  steps: Steps,
  user: User,
  { set, removed }: AttributeDifference,
): Promise<void> {
  const { directory } = deps;
  if (set.size > 0) {
    await steps.make(
      "AdminUpdateUserAttributes",
      (signal) => directory.setAttributes(user.username, set, signal, steps.clientMetadata),
      (signal) => reconcileSet(deps, user, set, signal),
    );
  }
  if (removed.length > 0) {
    await steps.make(
      "AdminDeleteUserAttributes",
      (signal) => directory.deleteAttributes(user.username, removed, signal),
      (signal) =>
        reconcileUser(deps, user, (now) => !removed.some((name) => now.attributes.has(name)), signal),
    );
  }
}

/** Removes them for a recovery. Resolves with whether that was done. */
export async function finishRemoval(
  { directory }: Pick<Deps, "directory">,
  steps: Steps,
  { username }: Pick<User, "username">,
  names: readonly string[],
): Promise<boolean> {
  return await steps.tryOptional(
    "AdminDeleteUserAttributes",
    `${names.join(", ")} could not be removed`,
    (signal) => directory.deleteAttributes(username, names, signal),
    isRefusedByAws,
  );
}

/** Where nothing but awaited contacts was sent, the account shows nothing of the call. */
async function reconcileSet(
  deps: Pick<Deps, "sleep" | "users">,
  user: User,
  set: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<Reconciled<Receipt>> {
  const found = await reconciledBy(
    deps,
    async (inner): Promise<Receipt | undefined> => {
      const now = await deps.users.reread(user, inner);
      if (now === undefined) return undefined;
      const pending = pendingOf(now, set);
      const isShown = pending.length < set.size && pending.every((name) => isAwaited(name, set));
      return isShown ? { requestId: undefined } : undefined;
    },
    signal,
  );
  const showsNothing = [...set.keys()].every((name) => isAwaited(name, set));
  return found.state === "not-done" && showsNothing ? { state: "unknown" } : found;
}

/** A new contact that is sent without its flag: its person must verify it before the account shows it. */
function isAwaited(name: string, sent: { has(name: string): boolean }): boolean {
  return CONTACTS.some((contact) => contact === name) && !sent.has(`${name}_verified`);
}

/** What AWS accepted and does not show yet: a contact that the person must verify first. */
export function pendingOf(now: User, set: ReadonlyMap<string, string>): readonly string[] {
  return [...set].filter(([name, value]) => now.attributes.get(name) !== value).map(([name]) => name);
}

/** Values may not be written down. A digest shows later whether the account has the value that was asked for. */
export function attributeHints(
  { newId, sha256 }: Pick<Deps, "newId" | "sha256">,
  { set, removed }: AttributeDifference,
): RecoveryHints {
  const salt = newId();
  const digest = ([name, value]: readonly [string, string]) => `${name} ${sha256(salt + name + value)}`;
  return { removed, salt, set: [...set].map(digest) };
}

/** What the pool shows of a change of attributes that was cut off. */
interface ShownAttributes {
  /** Names of the attributes that have the value that was asked for, and of those that do not. */
  readonly applied: readonly string[];
  readonly missing: readonly string[];
  /** Contacts that the account shows only once their person has verified them. */
  readonly awaited: readonly string[];
  /** Attributes that were to be removed and are there. */
  readonly left: readonly string[];
}

export function shownAttributes(
  { sha256 }: Pick<Deps, "sha256">,
  { removed, salt, set }: RecoveryHints,
  user: User,
): ShownAttributes | undefined {
  if (typeof salt !== "string" || typeof set !== "object" || typeof removed !== "object") return undefined;
  const applied: string[] = [];
  const missing: string[] = [];
  const awaited: string[] = [];
  const names = new Set(set.map((line) => line.split(" ")[0]));
  for (const line of set) {
    const [name = "", digest] = line.split(" ");
    const isApplied = sha256(salt + name + (user.attributes.get(name) ?? "")) === digest;
    if (isApplied) applied.push(name);
    else (isAwaited(name, names) ? awaited : missing).push(name);
  }
  return { applied, missing, awaited, left: removed.filter((name) => user.attributes.has(name)) };
}

/**
 * What is to be written: the values that differ, and with a new e-mail address or phone number its flag. Without a flag
 * in the call Cognito clears it, and the person can no longer sign in by the alias. It is true only when the caller asks
 * for it (mark 43). Where the pool verifies a new value first, no flag is sent: it would replace the verification.
 */
function wanted(pool: Pool, user: User, entries: ReadonlyMap<string, unknown>): ReadonlyMap<string, string> {
  const asked = collectAttributes(pool, entries, "update");
  const set = new Map([...asked].filter(([name, value]) => user.attributes.get(name) !== value));
  for (const contact of CONTACTS) {
    const flag = `${contact}_verified`;
    const value = asked.get(contact) ?? user.attributes.get(contact) ?? "";
    if (asked.get(flag) === "true" && value === "") {
      throw new GovernanceError(
        "invalid-argument",
        `profile.${flag}: the account has no ${contact}; set it as well`,
      );
    }
    if (!set.has(contact)) continue;
    const given = asked.get(flag);
    if (given !== undefined) set.set(flag, given);
    else if (!pool.verifiedBeforeUpdate.includes(contact)) set.set(flag, "false");
  }
  return set;
}

/** What is to be removed and is there. */
function unwanted(
  pool: Pool,
  user: User,
  keys: readonly string[],
  set: ReadonlyMap<string, string>,
): readonly string[] {
  const names = new Set<string>();
  const problems: string[] = [];
  for (const [i, key] of keys.entries()) {
    const resolved = resolveAttributeName(pool, key);
    const problem =
      "problem" in resolved
        ? resolved.problem
        : set.has(resolved.name)
          ? `${resolved.name} is set by the same change; leave it out of one of them`
          : deletionProblem(resolved.attribute);
    if (problem !== undefined) problems.push(`remove[${i}]: ${problem}`);
    else if ("name" in resolved) names.add(resolved.name);
  }
  if (problems.length > 0) throw new GovernanceError("invalid-argument", problems.join("; "));
  return [...names].filter((name) => user.attributes.has(name));
}
