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
import type { Settlement } from "../changes.ts";
import type { Outcome, WriteContext } from "../context.ts";
import type { Parts } from "../parts.ts";
import type { Plan, Settled } from "../plan.ts";
import type { GroupPatch } from "../provisioner.ts";

export interface Groups {
  create(
    name: string,
    fields: GroupFields,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<Group>>;
  update(
    name: string,
    patch: GroupPatch,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<Group>>;
  settle(change: OpenChange, signal: AbortSignal): Promise<Settlement>;
}

export function createGroups(parts: Parts): Groups {
  const { directory, guard, changes, options } = parts;

  async function planCreate(name: string, fields: GroupFields, signal: AbortSignal): Promise<Plan<Group>> {
    guard.notManaged(name);
    guard.group(name);
    guard.role(fields.roleArn, name);
    const there = await groupIfThere(parts, name, signal);
    if (there !== undefined) return { kind: "nothing-to-do", result: sameOrTaken(there, fields) };
    const startedMs = options.now();
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
      facts: factsOf(fields),
      async apply(steps) {
        try {
          const { made } = await steps.make(
            "CreateGroup",
            (inner) => directory.createGroup(name, fields, inner),
            (inner) => settledGroup(name, fields, inner),
          );
          return made;
        } catch (error) {
          // Another process was faster.
          if (!(error instanceof GovernanceError) || error.reason !== "group-exists") throw error;
          const other = await groupIfThere(parts, name, steps.signal);
          if (other === undefined) throw error;
          return sameOrTaken(other, fields);
        }
      },
    };
  }

  async function planUpdate(name: string, patch: GroupPatch, signal: AbortSignal): Promise<Plan<Group>> {
    guard.group(name);
    const group = await groupIfThere(parts, name, signal);
    if (group === undefined) throw groupGone(name);
    // All three go along, so that a server that replaces keeps what is not to change (mark 37).
    const fields: GroupFields = {
      description: patch.description ?? group.description,
      roleArn: patch.roleArn ?? group.roleArn,
      precedence: patch.precedence ?? group.precedence,
    };
    if (same(group, fields)) return { kind: "nothing-to-do", result: group };
    if (fields.roleArn !== group.roleArn) guard.role(fields.roleArn, name);
    return {
      kind: "change",
      steps: ["UpdateGroup"],
      preview: { ...group, ...fields },
      facts: factsOf(fields),
      undo: {
        group: {
          description: group.description,
          roleArn: group.roleArn,
          precedence: group.precedence,
        },
      },
      async apply(steps) {
        const { made } = await steps.make(
          "UpdateGroup",
          (inner) => directory.updateGroup(name, fields, inner),
          (inner) => settledGroup(name, fields, inner),
        );
        return made;
      },
    };
  }

  async function settledGroup(
    name: string,
    fields: GroupFields,
    signal: AbortSignal,
  ): Promise<Settled<Made<Group>>> {
    const group = await groupIfThere(parts, name, signal);
    if (group === undefined || !same(group, fields)) return { state: "not-done" };
    return { state: "done", receipt: { made: group, requestId: undefined } };
  }

  return {
    async create(name, fields, context, signal) {
      checkName(name);
      checkFields(fields);
      return await changes.run(
        {
          kind: "create-group",
          lock: `group:${name}`,
          target: { group: name },
          plan: (inner) => planCreate(name, fields, inner),
        },
        context,
        signal,
      );
    },
    async update(name, patch, context, signal) {
      checkName(name);
      checkFields({ description: patch.description, roleArn: patch.roleArn, precedence: patch.precedence });
      if (patch.description === undefined && patch.roleArn === undefined && patch.precedence === undefined) {
        throw new GovernanceError(
          "invalid-argument",
          "nothing to change: give description, role_arn or precedence",
        );
      }
      return await changes.run(
        {
          kind: "update-group",
          lock: `group:${name}`,
          target: { group: name },
          plan: (inner) => planUpdate(name, patch, inner),
        },
        context,
        signal,
      );
    },
    async settle({ kind, target, facts }, signal) {
      const { group: name = "" } = target;
      const group = await groupIfThere(parts, name, signal);
      if (group === undefined) return { outcome: "failed", says: `group ${name} is not in the pool` };
      if (Object.keys(facts).length === 0) {
        return { outcome: "unknown", says: `whether ${kind} of group ${name} was made cannot be told` };
      }
      return same(group, fieldsOf(facts))
        ? { outcome: "done", says: `group ${name} is as it was asked for` }
        : { outcome: "failed", says: `group ${name} is not as it was asked for` };
    },
  };
}

/** The group, or undefined when the pool has none of that name. */
export async function groupIfThere(
  { directory }: Pick<Parts, "directory">,
  name: string,
  signal: AbortSignal,
): Promise<Group | undefined> {
  try {
    return await directory.getGroup(name, signal);
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "group-gone") return undefined;
    throw error;
  }
}

export function groupGone(name: string): GovernanceError {
  return new GovernanceError("not-found", `group ${name} is not in this pool`, { reason: "group-gone" });
}

/** Names are refused before the call: Cognito would answer with a regular expression (mark 39). */
function checkName(name: string): void {
  const problem = groupNameProblem(name);
  if (problem !== undefined) {
    throw new GovernanceError("invalid-argument", `group ${JSON.stringify(name)}: the name ${problem}`);
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
    ? "Cognito cannot take a role from a group; delete the group and make it anew"
    : roleArnProblem(roleArn);
}

function same(group: Group, fields: GroupFields): boolean {
  return (
    (group.description ?? "") === (fields.description ?? "") &&
    group.roleArn === fields.roleArn &&
    group.precedence === fields.precedence
  );
}

function sameOrTaken(there: Group, fields: GroupFields): Group {
  if (same(there, fields)) return there;
  throw new GovernanceError(
    "already-exists",
    `group ${there.name} exists with other fields; change it with update_group`,
    { reason: "group-exists" },
  );
}

function factsOf({ description, roleArn, precedence }: GroupFields) {
  return {
    fields: true,
    ...(description === undefined ? {} : { description }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(precedence === undefined ? {} : { precedence }),
  };
}

function fieldsOf({ description, roleArn, precedence }: OpenChange["facts"]): GroupFields {
  return {
    description: typeof description === "string" ? description : undefined,
    roleArn: typeof roleArn === "string" ? roleArn : undefined,
    precedence: typeof precedence === "number" ? precedence : undefined,
  };
}
