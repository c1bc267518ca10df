import type { Option } from "commander";
import { groupNameProblem } from "../../../../pkg/core/attributes/names.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { showUnseen } from "../../../../pkg/core/text.ts";
import type { CommandTree } from "./command-tree.ts";
import {
  numberOf,
  optionalTextOption,
  rejectedOption,
  repeatedOption,
  requiredOption,
  requiredTextOf,
  textOf,
  textOption,
  textsOf,
  wholeNumberOption,
} from "./option-types.ts";
import { userOption } from "./users.ts";

const NO_RENAME =
  "Cognito cannot rename a group; create a new group, grant it to the members, then delete this one";

/** The commands that change groups and memberships. */
export function addGroupCommands(tree: CommandTree): void {
  addMembership(tree, "grant", "Add a user to groups");
  addMembership(tree, "revoke", "Remove a user from groups");
  addCreateGroup(tree);
  addUpdateGroup(tree);
  addDeleteGroup(tree);
}

function addMembership(
  { program, context, configured }: CommandTree,
  kind: "grant" | "revoke",
  summary: string,
): void {
  const command = program
    .command(kind)
    .summary(summary)
    .description(`${summary}. Each group is a separate change.`)
    .addOption(
      repeatedOption("--group <name>", "Name of a group; at least one is required").makeOptionMandatory(),
    )
    .addOption(userOption());
  configured(command, "write", async (config) => {
    const groups = textsOf(command, "group").map((name) => groupName("--group", name));
    const { membershipsCommand } = await import("../commands/memberships.ts");
    return membershipsCommand({ kind, user: requiredTextOf(command, "user"), groups }, config, context);
  });
}

function addCreateGroup({ program, context, configured }: CommandTree): void {
  const command = program
    .command("create-group")
    .summary("Create a group")
    .description("Create a group. If the same group already exists, nothing is changed.")
    .addOption(requiredOption("--name <name>", "Name, which cannot be changed later"))
    .addOption(textOption("--description <text>", "Purpose of the group"))
    .addOption(roleOption())
    .addOption(precedenceOption());
  configured(command, "write", async (config) => {
    const name = groupName("--name", requiredTextOf(command, "name"));
    const fields = {
      description: textOf(command, "description"),
      roleArn: textOf(command, "roleArn"),
      precedence: numberOf(command, "precedence"),
    };
    const { createGroupCommand } = await import("../commands/groups.ts");
    return createGroupCommand(name, fields, config, context);
  });
}

function addUpdateGroup({ program, context, configured }: CommandTree): void {
  const command = program
    .command("update-group")
    .summary("Change a group")
    .description("Change the description, the IAM role or the precedence of a group.")
    .addOption(requiredOption("--group <name>", "Name of the group"))
    .addOption(optionalTextOption("--description <text>", "Purpose of the group; an empty text removes it"))
    .addOption(roleOption())
    .addOption(precedenceOption())
    .addOption(rejectedOption("--name [name]", NO_RENAME))
    .addOption(rejectedOption("--new-name [name]", NO_RENAME));
  configured(command, "write", async (config) => {
    const name = groupName("--group", requiredTextOf(command, "group"));
    const patch = {
      description: textOf(command, "description"),
      roleArn: textOf(command, "roleArn"),
      precedence: numberOf(command, "precedence"),
    };
    if (Object.values(patch).every((value) => value === undefined)) {
      throw new GovernanceError(
        "invalid-argument",
        "nothing to change: give --description, --role-arn or --precedence",
      );
    }
    const { updateGroupCommand } = await import("../commands/groups.ts");
    return updateGroupCommand(name, patch, config, context);
  });
}

function addDeleteGroup({ program, context, configured }: CommandTree): void {
  const command = program
    .command("delete-group")
    .summary("Delete a group and its memberships")
    .description("Delete a group and all its memberships. The members remain in the pool.")
    .addOption(requiredOption("--group <name>", "Name of the group"));
  configured(command, "write", async (config) => {
    const name = groupName("--group", requiredTextOf(command, "group"));
    const { deleteGroupCommand } = await import("../commands/groups.ts");
    return deleteGroupCommand(name, config, context);
  });
}

function roleOption(): Option {
  return textOption("--role-arn <arn>", "IAM role that members can assume; needs --allow-role-groups");
}

function precedenceOption(): Option {
  return wholeNumberOption(
    "--precedence <n>",
    "Priority among the groups of a user; the role of the lowest number applies",
  );
}

/** All names are checked before the first call, so that a wrong one cannot stop the command half way. */
function groupName(flag: string, name: string): string {
  const problem = groupNameProblem(name);
  if (problem === undefined) return name;
  throw new GovernanceError(
    "invalid-argument",
    `${flag}: ${JSON.stringify(showUnseen(name))}: the name ${problem}`,
  );
}
