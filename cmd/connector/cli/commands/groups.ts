import type { Config } from "../../../../pkg/config/config.ts";
import type { GroupFields } from "../../../../pkg/core/directory-writer.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Group } from "../../../../pkg/core/group.ts";
import { tokensNote } from "../../../../pkg/provision/groups/end-sessions.ts";
import type { GroupPatch } from "../../../../pkg/provision/provisioner.ts";
import type { Context } from "../../process/context.ts";
import { makeChanges } from "../make-changes.ts";
import { changeRow, type Detail, failureOf } from "../output/change-output.ts";
import { counted } from "../output/text.ts";

const FIELD_KEYS = ["description", "role_arn", "precedence"];
const FLAGS = { description: "--description", role_arn: "--role-arn", precedence: "--precedence" };

export function createGroupCommand(
  name: string,
  fields: GroupFields,
  config: Config,
  context: Context,
): Promise<number> {
  return makeChanges(config, context, {
    detailKeys: FIELD_KEYS,
    flags: FLAGS,
    changes: [
      {
        name: `group ${name}`,
        async make({ provisioner, write, signal }) {
          const outcome = await withCommandName(provisioner.createGroup(name, fields, write, signal));
          return changeRow("create-group", outcome, {
            group: name,
            details: detailsOf(outcome.result),
            done: `created: group ${name}`,
            already: `group ${name} already exists with these fields`,
          });
        },
      },
    ],
  });
}

export function updateGroupCommand(
  name: string,
  patch: GroupPatch,
  config: Config,
  context: Context,
): Promise<number> {
  return makeChanges(config, context, {
    detailKeys: FIELD_KEYS,
    flags: FLAGS,
    changes: [
      {
        name: `group ${name}`,
        async make({ provisioner, write, signal }) {
          const outcome = await provisioner.updateGroup(name, patch, write, signal);
          return changeRow("update-group", outcome, {
            group: name,
            details: detailsOf(outcome.result),
            done: `updated: group ${name}`,
            already: `group ${name} already has these fields`,
          });
        },
      },
    ],
  });
}

export function deleteGroupCommand(name: string, config: Config, context: Context): Promise<number> {
  return makeChanges(config, context, {
    detailKeys: ["members", "signed_out", "warning"],
    changes: [
      {
        name: `group ${name}`,
        async make({ provisioner, write, signal }) {
          const outcome = await provisioner.deleteGroup(name, write, signal);
          const { members, signedOut } = outcome.result;
          const outOf = signedOut > 0 ? `, ${signedOut} of them signed out` : "";
          const would =
            outcome.outcome === "planned" ? [`${counted(members, "member")} would be affected`] : [];
          const tokens =
            outcome.outcome === "nothing-to-do" || members === 0
              ? []
              : [tokensNote(name, signedOut === members, signedOut > 0 || outcome.warnings.length > 0)];
          return changeRow("delete-group", outcome, {
            group: name,
            details: {
              members,
              signed_out: signedOut,
              warning: outcome.warnings.length === 0 ? undefined : outcome.warnings.join("; "),
            },
            done: `deleted: group ${name}; ${counted(members, "member")} affected${outOf}`,
            already: `group ${name} is not in the pool`,
            more: [...would, ...tokens],
            failure: failureOf(outcome),
          });
        },
      },
    ],
  });
}

function detailsOf({ description, roleArn, precedence }: Group): Readonly<Record<string, Detail>> {
  return { description, role_arn: roleArn, precedence };
}

/** Names the command, not the action, in the error of a group that already exists. */
async function withCommandName<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    const failure = GovernanceError.from(error);
    if (failure.reason !== "group-exists") throw failure;
    const message = failure.message.replaceAll("update_group", '"connector update-group"');
    throw new GovernanceError(failure.code, message, { cause: failure.cause, reason: "group-exists" });
  }
}
