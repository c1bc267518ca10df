// A change of several parts of a user that was cut off.
import type { OpenChange, RecoveryHints } from "../../core/journal.ts";
import type { UserDetails } from "../../core/user.ts";
import { recordedState } from "../change-recovery.ts";
import type { Deps } from "../deps.ts";
import { groupsOfUser } from "../groups/listings.ts";
import { finishLeaving } from "../groups/membership-steps.ts";
import type { RecoveryResult } from "../provisioner.ts";
import type { StepLog } from "../steps.ts";
import { signOutStep } from "../users/access-steps.ts";
import { finishRemoval, shownAttributes } from "../users/attribute-steps.ts";

/** One part of the change, in the order of its calls. */
interface Part {
  /** As it completes "the user is …" or "not: …". */
  readonly words: string;
  readonly state: "done" | "not-done" | "unknown";
  /** Makes it, where that takes something away and gives nothing. Resolves with whether it was made. */
  readonly finish?: () => Promise<boolean>;
}

/**
 * Reads the user again. The parts that only take something away are finished, as long as all parts before them are done.
 * The others are not: what they need is not written down (values, passwords), or they give access, perhaps hours later.
 */
export async function reconcileParts(
  deps: Deps,
  change: OpenChange,
  steps: StepLog,
): Promise<RecoveryResult> {
  const { target, hints } = change;
  const { user: sub = "" } = target;
  const { username } = hints;
  if (typeof username !== "string") {
    return { outcome: "unknown", says: `it is not known which parts of user ${sub} were changed` };
  }
  const user = await deps.users.reread({ sub, username }, steps.signal);
  if (user === undefined) return { outcome: "failed", says: `user ${sub} is no longer in the pool` };
  const parts = await partsOf(deps, change, user, steps);
  if (!parts.some(({ state }) => state === "done")) {
    const unknown = parts.flatMap(({ words, state }) => (state === "unknown" ? [words] : []));
    return unknown.length > 0
      ? {
          outcome: "unknown",
          says: `it is not known whether of user ${sub} this was done: ${unknown.join(", ")}; ask for it again`,
        }
      : { outcome: "failed", says: `nothing of user ${sub} was changed` };
  }
  const done: string[] = [];
  const open = [...parts];
  for (const part of parts) {
    if (part.state !== "done" && !((await part.finish?.()) ?? false)) break;
    done.push(part.words);
    open.shift();
  }
  if (open.length === 0) return { outcome: "done", says: `user ${sub} is as requested` };
  done.push(...open.filter(({ state }) => state === "done").map(({ words }) => words));
  const missing = open.filter(({ state }) => state !== "done");
  const left = missing.map(({ words, state }) => (state === "unknown" ? `perhaps ${words}` : words));
  const says = `of the change of user ${sub} only this was done: ${done.join(", ")}; not done: ${left.join(", ")}; ask for it again`;
  return { outcome: "partial", says: [says, ...steps.warnings()].join("; ") };
}

async function partsOf(
  deps: Deps,
  { hints, steps: made }: OpenChange,
  user: UserDetails,
  steps: StepLog,
): Promise<readonly Part[]> {
  const removed = textsIn(hints, "removedGroups");
  const added = textsIn(hints, "addedGroups");
  const memberOf =
    removed.length + added.length === 0
      ? new Set<string>()
      : await groupsOfUser(deps.directory, user.username, steps.signal);
  const signedOut: Part = {
    words: "end the sessions",
    state: made.some(({ operation, state }) => operation === "AdminUserGlobalSignOut" && state === "done")
      ? "done"
      : "not-done",
    finish: () => signOutStep(deps, steps, user),
  };
  return [
    ...(hints["disable"] === true ? [shown("disable", !user.enabled)] : []),
    ...(hints["signOut"] === true ? [signedOut] : []),
    ...attributeParts(deps, { hints, steps: made }, user, steps),
    ...(hints["password"] === true ? [passwordPart(made)] : []),
    ...removed.map((name) => ({
      ...shown(`take out of group ${name}`, !memberOf.has(name)),
      finish: () => finishLeaving(deps, steps, user, name),
    })),
    ...(hints["endSessions"] === true ? [signedOut] : []),
    ...added.map((name) => shown(`put into group ${name}`, memberOf.has(name))),
    ...(hints["enable"] === true ? [shown("enable", user.enabled)] : []),
  ];
}

function attributeParts(
  deps: Deps,
  { hints, steps: made }: Pick<OpenChange, "hints" | "steps">,
  user: UserDetails,
  steps: StepLog,
): readonly Part[] {
  const found = shownAttributes(deps, hints, user);
  if (found === undefined) return [];
  const { applied, missing, awaited, left } = found;
  // One call sets all of them, so what is missing says that it was not made.
  const isSet =
    missing.length > 0
      ? "not-done"
      : applied.length > 0
        ? "done"
        : recordedState(made, "AdminUpdateUserAttributes");
  const set = [
    ...(applied.length === 0 ? [] : [shown(`set ${applied.join(", ")}`, true)]),
    ...(missing.length === 0 ? [] : [shown(`set ${missing.join(", ")}`, false)]),
    ...(awaited.length === 0 ? [] : [{ words: `set ${awaited.join(", ")}`, state: isSet }]),
  ];
  const removed = textsIn(hints, "removed");
  if (removed.length === 0) return set;
  const removal: Part = {
    ...shown(`remove ${removed.join(", ")}`, left.length === 0),
    finish: () => finishRemoval(deps, steps, user, left),
  };
  return [...set, removal];
}

/** Nothing in the pool shows which password an account has. */
function passwordPart(made: OpenChange["steps"]): Part {
  return { words: "set the password", state: recordedState(made, "AdminSetUserPassword") };
}

function shown(words: string, isDone: boolean): Part {
  return { words, state: isDone ? "done" : "not-done" };
}

function textsIn(hints: RecoveryHints, member: string): readonly string[] {
  const found = hints[member];
  return typeof found === "object" ? found : [];
}
