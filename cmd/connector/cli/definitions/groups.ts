import type { Option } from "commander";
import { groupNameProblem } from "../../../../pkg/core/attributes/names.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Tree } from "./configured.ts";
import {
  anyTextOption,
  neededOption,
  neededTextOf,
  numberOf,
  refusedOption,
  repeatedOption,
  textOf,
  textOption,
  textsOf,
  wholeNumberOption,
} from "./option-types.ts";
import { userOption } from "./users.ts";

const NO_RENAME =
  "Cognito cannot rename a group, and its name is its id; create another with create-group, grant it to the members, then delete this one";

/** The commands that change groups and who is in them. */
export function addGroups(tree: Tree): void {
  addMembership(tree, "grant", "Put a person into groups");
  addMembership(tree, "revoke", "Take a person out of groups");
  addCreateGroup(tree);
  addUpdateGroup(tree);
  addDeleteGroup(tree);
}

function addMembership({ program, context, configured }: Tree, kind: "grant" | "revoke", what: string): void {
  const command = program
    .command(kind)
    .description(what)
    .addOption(repeatedOption("--group <name>", "Name of the group (required)").makeOptionMandatory())
    .addOption(userOption());
  configured(command, "write", async (config) => {
    const groups = textsOf(command, "group").map((name) => groupName("--group", name));
    const { membershipsCommand } = await import("../commands/memberships.ts");
    return membershipsCommand({ kind, user: neededTextOf(command, "user"), groups }, config, context);
  });
}

function addCreateGroup({ program, context, configured }: Tree): void {
  const command = program
    .command("create-group")
    .description("Create a group; the same one again is a success")
    .addOption(neededOption("--name <name>", "Name, which can never be changed"))
    .addOption(textOption("--description <text>", "What the group is for"))
    .addOption(roleOption())
    .addOption(precedenceOption());
  configured(command, "write", async (config) => {
    const name = groupName("--name", neededTextOf(command, "name"));
    const fields = {
      description: textOf(command, "description"),
      roleArn: textOf(command, "roleArn"),
      precedence: numberOf(command, "precedence"),
    };
    const { createGroupCommand } = await import("../commands/groups.ts");
    return createGroupCommand(name, fields, config, context);
  });
}

function addUpdateGroup({ program, context, configured }: Tree): void {
  const command = program
    .command("update-group")
    .description("Change description, role or precedence of a group")
    .addOption(neededOption("--group <name>", "Name of the group"))
    .addOption(anyTextOption("--description <text>", "What the group is for; an empty text takes it away"))
    .addOption(roleOption())
    .addOption(precedenceOption())
    .addOption(refusedOption("--name [name]", NO_RENAME))
    .addOption(refusedOption("--new-name [name]", NO_RENAME));
  configured(command, "write", async (config) => {
    const name = groupName("--group", neededTextOf(command, "group"));
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

function addDeleteGroup({ program, context, configured }: Tree): void {
  const command = program
    .command("delete-group")
    .description("Delete a group, with every membership of it")
    .addOption(neededOption("--group <name>", "Name of the group"));
  configured(command, "write", async (config) => {
    const name = groupName("--group", neededTextOf(command, "group"));
    const { deleteGroupCommand } = await import("../commands/groups.ts");
    return deleteGroupCommand(name, config, context);
  });
}

function roleOption(): Option {
  return textOption("--role-arn <arn>", "IAM role that members may assume; needs --allow-role-groups");
}

function precedenceOption(): Option {
  return wholeNumberOption(
    "--precedence <n>",
    "Whose role counts for members of several groups; 0 is the first",
  );
}

/** Names are judged before the first call, all of them: a bad one must not be met half way. */
function groupName(flag: string, name: string): string {
  const problem = groupNameProblem(name);
  if (problem === undefined) return name;
  throw new GovernanceError("invalid-argument", `${flag}: ${JSON.stringify(name)}: the name ${problem}`);
}
