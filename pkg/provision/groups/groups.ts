import {
  descriptionProblem,
  groupNameProblem,
  precedenceProblem,
  roleArnProblem,
} from "../../core/attributes/names.ts";
import type { GroupFields, Made } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Group } from "../../core/group.ts";
import type { OpenChange } from "../../core/journal.ts";
import { showUnseen } from "../../core/text.ts";
import type { Plan, Reconciled } from "../change-plan.ts";
import type { Deps } from "../deps.ts";
import type { Family } from "../family.ts";
import { isMadeBetween, LONGEST_CALL_MS } from "../made-between.ts";
import type { GroupPatch, RecoveryResult } from "../provisioner.ts";
import type { StepLog } from "../steps.ts";
import { reconciledBy } from "../visibility.ts";
import { differingFields } from "./group-of-request.ts";
import { groupGone } from "./listings.ts";

export function createGroupChanges(
  deps: Deps,
): Family<"createGroup" | "updateGroup", "create-group" | "update-group"> {
  const { directory, policy, changes, groups, now } = deps;

  async function planCreate(name: string, fields: GroupFields, signal: AbortSignal): Promise<Plan<Group>> {
    policy.notManaged(name);
    policy.group(name);
    policy.role(fields.roleArn, name);
    const there = await groups.current(name, signal);
    if (there !== undefined) return { kind: "nothing-to-do", result: sameOrTaken(there, fields) };
    const startedMs = now();
    const preview: Group = {
      name,
      ...fields,
      createdAt: new Date(startedMs),
      modifiedAt: new Date(startedMs),
    };
    return {
      kind: "change",
      steps: ["CreateGroup"],
      preview,
      hints: { ...hintsOf(fields), createAtMs: startedMs },
      async apply(steps) {
        try {
          const { made } = await steps.make(
            "CreateGroup",
            (inner) => directory.createGroup(name, fields, inner).finally(() => groups.forget(name)),
            (inner) => reconcileGroup(name, fields, inner),
          );
          return made;
        } catch (error) {
          // Another process was faster.
          if (!(error instanceof GovernanceError) || error.reason !== "group-exists") throw error;
          const other = await groups.current(name, steps.signal);
          if (other === undefined) throw error;
          return sameOrTaken(other, fields);
        }
      },
    };
  }

  async function planUpdate(name: string, patch: GroupPatch, signal: AbortSignal): Promise<Plan<Group>> {
    policy.group(name);
    const group = await groups.current(name, signal);
    if (group === undefined) throw groupGone(name);
    // All three are sent, so that a server that replaces them keeps those that do not change (mark 37).
    const fields: GroupFields = {
      description: patch.description ?? group.description,
      roleArn: patch.roleArn ?? group.roleArn,
      precedence: patch.precedence ?? group.precedence,
    };
    if (same(group, fields)) return { kind: "nothing-to-do", result: group };
    if (fields.roleArn !== group.roleArn) policy.role(fields.roleArn, name);
    return {
      kind: "change",
      steps: ["UpdateGroup"],
      preview: { ...group, ...fields },
      hints: hintsOf(fields),
      undo: {
        group: {
          description: group.description,
          roleArn: group.roleArn,
          precedence: group.precedence,
        },
        fields: differingFields(group, fields),
      },
      async apply(steps) {
        const { made } = await steps.make(
          "UpdateGroup",
          (inner) => directory.updateGroup(name, fields, inner).finally(() => groups.forget(name)),
          (inner) => reconcileGroup(name, fields, inner),
        );
        return made;
      },
    };
  }

  async function reconcileGroup(
    name: string,
    fields: GroupFields,
    signal: AbortSignal,
  ): Promise<Reconciled<Made<Group>>> {
    async function find(inner: AbortSignal): Promise<Made<Group> | undefined> {
      const group = await groups.current(name, inner);
      return group !== undefined && same(group, fields) ? { made: group, requestId: undefined } : undefined;
    }
    return await reconciledBy(deps, find, signal);
  }

  async function reconcile(
    { kind, target, hints }: OpenChange,
    { signal }: Pick<StepLog, "signal">,
  ): Promise<RecoveryResult> {
    const { group: name = "" } = target;
    const group = await groups.current(name, signal);
    if (group === undefined) return { outcome: "failed", says: `group ${name} is not in the pool` };
    if (Object.keys(hints).length === 0) {
      return { outcome: "unknown", says: `it is not known whether ${kind} for group ${name} was done` };
    }
    if (!same(group, fieldsOf(hints)))
      return { outcome: "failed", says: `group ${name} is not as requested` };
    const { createAtMs: fromMs } = hints;
    if (typeof fromMs === "number" && !isMadeBetween(group, fromMs, fromMs + LONGEST_CALL_MS)) {
      return {
        outcome: "unknown",
        says: `group ${name} is as requested, but there is no proof that this change made it`,
      };
    }
    return { outcome: "done", says: `group ${name} is as requested` };
  }

  return {
    methods: {
      async createGroup(name, fields, context, signal) {
        if (!context.dryRun) policy.enabled();
        checkName(name);
        checkFields(fields);
        const plan = (inner: AbortSignal) => planCreate(name, fields, inner);
        const request = {
          kind: "create-group",
          lock: `group:${name}`,
          target: { group: name },
          plan,
        } as const;
        return await changes.run(request, context, signal);
      },
      async updateGroup(name, patch, context, signal) {
        if (!context.dryRun) policy.enabled();
        checkName(name);
        checkFields({ description: patch.description, roleArn: patch.roleArn, precedence: patch.precedence });
        if (
          patch.description === undefined &&
          patch.roleArn === undefined &&
          patch.precedence === undefined
        ) {
          throw new GovernanceError(
            "invalid-argument",
            "nothing to change: give description, role_arn or precedence",
          );
        }
        const plan = (inner: AbortSignal) => planUpdate(name, patch, inner);
        const request = {
          kind: "update-group",
          lock: `group:${name}`,
          target: { group: name },
          plan,
        } as const;
        return await changes.run(request, context, signal);
      },
    },
    reconcile: { "create-group": reconcile, "update-group": reconcile },
  };
}

/** Checked before the call, because the refusal of Cognito quotes a regular expression (mark 39). */
function checkName(name: string): void {
  const problem = groupNameProblem(name);
  if (problem !== undefined) {
    throw new GovernanceError(
      "invalid-argument",
      `group ${JSON.stringify(showUnseen(name))}: the name ${problem}`,
    );
  }
}

function checkFields({ description, roleArn, precedence }: GroupFields): void {
  const problems = [
    ["description", description === undefined ? undefined : descriptionProblem(description)],
    ["role_arn", roleArn === undefined ? undefined : rolesProblem(roleArn)],
    ["precedence", precedence === undefined ? undefined : precedenceProblem(precedence)],
  ].flatMap(([field, problem]) => (problem === undefined ? [] : [`${field}: ${problem}`]));
  if (problems.length > 0) throw new GovernanceError("invalid-argument", problems.join("; "));
}

function rolesProblem(roleArn: string): string | undefined {
  return roleArn === ""
    ? "Cognito cannot take a role from a group; delete the group and create it again"
    : roleArnProblem(roleArn);
}

function same(group: Group, fields: GroupFields): boolean {
  return differingFields(group, fields).length === 0;
}

function sameOrTaken(there: Group, fields: GroupFields): Group {
  if (same(there, fields)) return there;
  throw new GovernanceError(
    "already-exists",
    `group ${there.name} exists with different fields; change it with update_group`,
    { reason: "group-exists" },
  );
}

function hintsOf({ description, roleArn, precedence }: GroupFields) {
  return {
    fields: true,
    ...(description === undefined ? {} : { description }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(precedence === undefined ? {} : { precedence }),
  };
}

function fieldsOf({ description, roleArn, precedence }: OpenChange["hints"]): GroupFields {
  return {
    description: typeof description === "string" ? description : undefined,
    roleArn: typeof roleArn === "string" ? roleArn : undefined,
    precedence: typeof precedence === "number" ? precedence : undefined,
  };
}
