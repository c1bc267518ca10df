import { deletionProblem } from "../../core/attributes/coerce.ts";
import { collectAttributes } from "../../core/attributes/collect.ts";
import { resolveAttributeName } from "../../core/attributes/resolve.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { OpenChange } from "../../core/journal.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import type { Plan } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import type { AttributeChange, ChangedAttributes, RecoveryResult } from "../provisioner.ts";
import type { StepLog } from "../steps.ts";
import { readBack } from "../visibility.ts";
import { changeUser, reconcileUser } from "./user-change.ts";

/** Each of them has a flag that says whether it was verified. */
const CONTACTS = ["email", "phone_number"] as const;

export function createAttributes(deps: Deps): Family<"updateAttributes", "update-user-attributes"> {
  const { directory, users, policy, newId, sha256 } = deps;

  async function plan(
    user: User,
    change: AttributeChange,
    signal: AbortSignal,
  ): Promise<Plan<ChangedAttributes>> {
    const pool = await directory.describePool(signal);
    const set = wanted(pool, user, change.set);
    const removed = unwanted(pool, user, change.remove, set);
    policy.ownProfile(user, "a change of attributes");
    const names = [...set.keys()];
    if (set.size === 0 && removed.length === 0) {
      return { kind: "nothing-to-do", result: { user, set: [], removed: [], pending: [] } };
    }
    return {
      kind: "change",
      steps: [
        ...(set.size > 0 ? (["AdminUpdateUserAttributes"] as const) : []),
        ...(removed.length > 0 ? (["AdminDeleteUserAttributes"] as const) : []),
      ],
      preview: { user, set: names, removed, pending: [] },
      hints: { username: user.username, removed, ...digests(set) },
      undo: { fields: written([...names, ...removed]) },
      async apply(steps) {
        if (set.size > 0) {
          await steps.make(
            "AdminUpdateUserAttributes",
            (inner) => directory.setAttributes(user.username, set, inner, steps.clientMetadata),
            (inner) => reconcileUser(deps, user, (now) => pendingOf(now, set).length === 0, inner),
          );
        }
        if (removed.length > 0) {
          await steps.make(
            "AdminDeleteUserAttributes",
            (inner) => directory.deleteAttributes(user.username, removed, inner),
            (inner) =>
              reconcileUser(deps, user, (now) => !removed.some((name) => now.attributes.has(name)), inner),
          );
        }
        const now = await readBack(deps, user, steps.signal);
        const pending = pendingOf(now, set);
        return { user: now, set: names.filter((name) => !pending.includes(name)), removed, pending };
      },
    };
  }

  /** Values may not be written down. A digest shows later whether the account has the value that was asked for. */
  function digests(set: ReadonlyMap<string, string>) {
    const salt = newId();
    const digest = ([name, value]: readonly [string, string]) => `${name} ${sha256(salt + name + value)}`;
    return { salt, set: [...set].map(digest) };
  }

  async function reconcile({ target, hints }: OpenChange, steps: StepLog): Promise<RecoveryResult> {
    const { user: sub = "" } = target;
    const { username, removed, salt, set } = hints;
    if (typeof username !== "string" || typeof salt !== "string" || !isList(set) || !isList(removed)) {
      return { outcome: "unknown", says: `it is not known which attributes of user ${sub} were changed` };
    }
    const user = await users.reread({ sub, username }, steps.signal);
    if (user === undefined) return { outcome: "failed", says: `user ${sub} is no longer in the pool` };
    const applied = set.filter((line) => {
      const [name = "", digest] = line.split(" ");
      return sha256(salt + name + (user.attributes.get(name) ?? "")) === digest;
    });
    if (applied.length < set.length) {
      if (applied.length === 0) return { outcome: "failed", says: `no attribute of user ${sub} was changed` };
      return {
        outcome: "partial",
        says: `of user ${sub} only these attributes were changed: ${applied.map(nameOf).join(", ")}`,
      };
    }
    const left = removed.filter((name) => user.attributes.has(name));
    if (left.length > 0) {
      if (set.length === 0) return { outcome: "failed", says: `no attribute of user ${sub} was removed` };
      await steps.make("AdminDeleteUserAttributes", (signal) =>
        directory.deleteAttributes(username, left, signal),
      );
    }
    return { outcome: "done", says: `the attributes of user ${sub} are as requested` };
  }

  return {
    methods: {
      updateAttributes: (user, change, context, signal) =>
        changeUser(
          deps,
          { kind: "update-user-attributes", user, plan: (now, inner) => plan(now, change, inner) },
          context,
          signal,
        ),
    },
    reconcile: { "update-user-attributes": reconcile },
  };
}

/** A new e-mail address or phone number changes its flag too, also where the flag is not in the call. */
function written(names: readonly string[]): readonly string[] {
  const flags = CONTACTS.filter((contact) => names.includes(contact)).map((contact) => `${contact}_verified`);
  return [...new Set([...names, ...flags])];
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

/** What AWS accepted and does not show yet: a contact that the person must verify first. */
function pendingOf(now: User, set: ReadonlyMap<string, string>): readonly string[] {
  return [...set].filter(([name, value]) => now.attributes.get(name) !== value).map(([name]) => name);
}

function nameOf(line: string): string {
  return line.split(" ")[0] ?? "";
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}
