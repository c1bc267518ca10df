import { Argument } from "commander";
import { addHiddenSettings } from "../settings-options.ts";
import type { CommandTree } from "./command-tree.ts";

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
  configured(
    list.command("users").summary("Print all users").description("Print all users of the pool."),
    "list",
    async (config) => (await import("../commands/list.ts")).listCommand({ kind: "users" }, config, context),
  );
  configured(
    list.command("groups").summary("Print all groups").description("Print all groups of the pool."),
    "list",
    async (config) => (await import("../commands/list.ts")).listCommand({ kind: "groups" }, config, context),
  );
  configured(
    list
      .command("members")
      .summary("Print the members of a group")
      .description("Print the users that are members of a group.")
      .addArgument(new Argument("<group>", "Name of the group")),
    "list",
    async (config, [group = ""]) =>
      (await import("../commands/list.ts")).listCommand({ kind: "members", group }, config, context),
  );
}
