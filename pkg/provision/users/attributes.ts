import type { OpenChange } from "../../core/journal.ts";
import type { User } from "../../core/user.ts";
import type { Plan } from "../change-plan.ts";
import { recordedState } from "../change-recovery.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import type { AttributeChange, ChangedAttributes, RecoveryResult } from "../provisioner.ts";
import type { StepLog } from "../steps.ts";
import { readBack } from "../visibility.ts";
import {
  asWritten,
  attributeDifference,
  attributeHints,
  attributeSteps,
  finishRemoval,
  pendingOf,
  shownAttributes,
  writtenFields,
} from "./attribute-steps.ts";
import { changeUser } from "./user-change.ts";

export function createAttributes(deps: Deps): Family<"updateAttributes", "update-user-attributes"> {
  const { users, policy } = deps;

  async function plan(
    user: User,
    change: AttributeChange,
    signal: AbortSignal,
  ): Promise<Plan<ChangedAttributes>> {
    const pool = await deps.pool(signal);
    const difference = attributeDifference(pool, user, change);
    const { set, removed } = difference;
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
      hints: { username: user.username, ...attributeHints(deps, difference) },
      undo: { fields: writtenFields(difference) },
      async apply(steps) {
        await attributeSteps(deps, steps, user, difference);
        const now = await readBack(deps, asWritten(user, difference), steps.signal);
        const pending = pendingOf(now, set);
        return { user: now, set: names.filter((name) => !pending.includes(name)), removed, pending };
      },
    };
  }

  async function reconcile(
    { target, hints, steps: made }: OpenChange,
    steps: StepLog,
  ): Promise<RecoveryResult> {
    const { user: sub = "" } = target;
    const { username } = hints;
    const unknown = `it is not known which attributes of user ${sub} were changed`;
    if (typeof username !== "string") return { outcome: "unknown", says: unknown };
    const user = await users.reread({ sub, username }, steps.signal);
    if (user === undefined) return { outcome: "failed", says: `user ${sub} is no longer in the pool` };
    const shown = shownAttributes(deps, hints, user);
    if (shown === undefined) return { outcome: "unknown", says: unknown };
    const { applied, missing, awaited, left } = shown;
    if (missing.length > 0) {
      if (applied.length === 0) return { outcome: "failed", says: `no attribute of user ${sub} was changed` };
      return {
        outcome: "partial",
        says: `of user ${sub} only these attributes were changed: ${applied.join(", ")}`,
      };
    }
    const recorded = awaited.length > 0 ? recordedState(made, "AdminUpdateUserAttributes") : "not-done";
    const isSet = applied.length > 0 || recorded === "done";
    if (!isSet && recorded === "unknown") return { outcome: "unknown", says: unknown };
    if (!isSet && awaited.length > 0)
      return { outcome: "failed", says: `no attribute of user ${sub} was changed` };
    if (left.length > 0) {
      if (!isSet) return { outcome: "failed", says: `no attribute of user ${sub} was removed` };
      if (!(await finishRemoval(deps, steps, user, left))) {
        const says = `of user ${sub} only the new values were set`;
        return { outcome: "partial", says: [says, ...steps.warnings()].join("; ") };
      }
    }
    const waits = awaited.length === 0 ? "" : `, but for ${awaited.join(" and ")}, to be verified first`;
    return { outcome: "done", says: `the attributes of user ${sub} are as requested${waits}` };
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
