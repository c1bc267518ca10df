import { Argument, type Command, type Option } from "commander";
import { parseUserSearch } from "../../../../pkg/core/user-search.ts";
import { addHiddenSettings, addSettings, flagsOf } from "../settings-options.ts";
import type { CommandTree } from "./command-tree.ts";
import { repeatedOption, textOf, textOption, textsOf } from "./option-types.ts";

// Each command is imported when it runs: loading the AWS SDK alone takes longer than most commands.

export function addSync({ program, context, configured }: CommandTree): void {
  configured(
    program
      .command("sync")
      .summary("Write the whole pool to a .c1z file")
      .description(
        "Read all users, groups and memberships of the pool and write them to a .c1z file. A sync that was interrupted continues where it stopped.",
      ),
    "sync",
    async (config) => (await import("../commands/sync.ts")).syncCommand(config, context),
  );
}

export function addList({ program, context, configured }: CommandTree): void {
  const list = program
    .command("list")
    .summary("Print users, groups or members")
    .description("Print users, groups or members of a group, directly from the pool.")
    .enablePositionalOptions()
    .helpCommand(false);
  addHiddenSettings(list);

  const users = list
    .command("users")
    .summary("Print all users, or those that a filter selects")
    .description("Print all users of the pool, or those that one filter selects. Nobody is printed twice.")
    .addOption(
      textOption(
        "--filter <filter>",
        `Only these users: an attribute, = or ^= (begins with), a value, such as 'email ^= "a"'`,
      ),
    )
    .addOption(columnsOption())
    .addOption(attributesOption());
  configured(users, "list", async (config) => {
    const filter = textOf(users, "filter");
    const search = filter === undefined ? undefined : parseUserSearch(filter);
    const { listCommand } = await import("../commands/list.ts");
    return listCommand({ kind: "users", search, ...chosenColumns(users) }, config, context);
  });

  const groups = list
    .command("groups")
    .summary("Print all groups, or those of a user")
    .description("Print all groups of the pool, or those of one user.")
    .addOption(
      textOption("--user <who>", "Only the groups of this user: sub, username, e-mail, phone or alias"),
    )
    .addOption(columnsOption());
  configured(groups, "list", async (config) => {
    const { listCommand } = await import("../commands/list.ts");
    const { columns } = chosenColumns(groups);
    return listCommand({ kind: "groups", user: textOf(groups, "user"), columns }, config, context);
  });

  const members = list
    .command("members")
    .summary("Print the members of a group")
    .description("Print the users that are members of a group.")
    .addArgument(new Argument("<group>", "Name of the group"))
    .addOption(columnsOption())
    .addOption(attributesOption());
  configured(members, "list", async (config, [group = ""]) => {
    const { listCommand } = await import("../commands/list.ts");
    return listCommand({ kind: "members", group, ...chosenColumns(members) }, config, context);
  });
}

export function addGet({ program, context, configured }: CommandTree): void {
  const get = program
    .command("get")
    .summary("Print everything about one user")
    .description("Print everything that Cognito says of one user.")
    .enablePositionalOptions()
    .helpCommand(false);
  addHiddenSettings(get);
  configured(
    get
      .command("user")
      .summary("Print all attributes, groups and second factors of a user")
      .description(
        "Print all attributes, the groups, the status, the second factors and the dates of one user. AWS counts the user as active in this month.",
      )
      .addArgument(new Argument("<who>", "The user: sub, username, e-mail, phone or alias")),
    "list",
    async (config, [who = ""]) =>
      (await import("../commands/get-user.ts")).getUserCommand(who, config, context),
  );
}

export function addInspect({ program, context }: CommandTree, done: (exitCode: number) => void): void {
  const what = new Argument("[what]", "runs, users, groups or memberships (default: runs)");
  const inspect = program
    .command("inspect")
    .summary("Print what a .c1z file holds")
    .description(
      "Print the runs that a .c1z file holds, or the rows of its newest complete run. The pool is not asked.",
    )
    .addArgument(new Argument("<file>", "The .c1z file"))
    .addArgument(what.choices(["runs", "users", "groups", "memberships"]).default("runs"));
  addSettings(inspect, "inspect");
  inspect.action(async (file: string, given: string) => {
    const { INSPECTED, inspectCommand } = await import("../commands/inspect.ts");
    const chosen = INSPECTED.find((each) => each === given) ?? "runs";
    done(await inspectCommand(file, chosen, flagsOf(inspect, "inspect"), context));
  });
}

function columnsOption(): Option {
  return repeatedOption("--columns <names>", "Only these columns, with commas between them");
}

function attributesOption(): Option {
  return repeatedOption("--attributes <names>", "These attributes too, such as custom:department");
}

function chosenColumns(command: Command): {
  readonly columns: readonly string[];
  readonly attributes: readonly string[];
} {
  const names = (option: string): readonly string[] =>
    textsOf(command, option).flatMap((text) =>
      text
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
    );
  return { columns: names("columns"), attributes: names("attributes") };
}
