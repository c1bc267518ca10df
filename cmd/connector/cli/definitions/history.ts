import { Argument } from "commander";
import { addSettings, flagsOf } from "../settings-options.ts";
import type { CommandTree } from "./command-tree.ts";
import { flagOf, flagOption, repeatedOption, textOf, textOption, textsOf } from "./option-types.ts";

export function addChanges({ program, context }: CommandTree, done: (exitCode: number) => void): void {
  const changes = program
    .command("changes")
    .summary("Print what changed in the pool, and who asked for it")
    .description(
      "Print the changes that the runs of the inventory found, oldest first: when, what, and who asked the connector for it. A change without a requester was made outside the connector. The pool is not asked.",
    )
    .addOption(
      textOption(
        "--since <time>",
        "From this time or run: 7d or 24h ago, 2026-11-21, 2026-11-21T08:00:00Z, run:12",
      ),
    )
    .addOption(textOption("--until <time>", "Before this time, or up to this run, in the same formats"))
    .addOption(repeatedOption("--kind <kinds>", "Only these kinds, such as user_created,membership_added"))
    .addOption(textOption("--group <name>", "Changes of this group or its memberships"))
    .addOption(
      textOption(
        "--user <user>",
        "Changes of this user, also of one that was deleted: sub, username, e-mail address or phone number",
      ),
    )
    .addOption(flagOption("--outside", "Only changes that nobody is known to have asked the connector for"))
    .addOption(flagOption("--values", "Print the values of attributes before and after too"));
  addSettings(changes, "changes");
  changes.action(async () => {
    const { changesCommand } = await import("../commands/changes.ts");
    const options = {
      since: textOf(changes, "since"),
      until: textOf(changes, "until"),
      kinds: textsOf(changes, "kind"),
      group: textOf(changes, "group"),
      user: textOf(changes, "user"),
      outside: flagOf(changes, "outside"),
      values: flagOf(changes, "values"),
    };
    done(await changesCommand(options, flagsOf(changes, "changes"), context));
  });
}

export function addDiff({ program, context }: CommandTree, done: (exitCode: number) => void): void {
  const side =
    "A .c1z file (pool.c1z, pool.c1z@previous, pool.c1z@<sync id>), a run or time of the inventory (run:12, run:newest, 2026-10-01, 7d), or live";
  const diff = program
    .command("diff")
    .summary("Compare two readings of the pool")
    .description(
      "Print what differs between two readings of the pool: files, runs or times of the inventory, or the pool as it is now. The exit code is 0 if nothing differs and 22 if something does.",
    )
    .addArgument(new Argument("<old>", side))
    .addArgument(new Argument("<new>", "The same for the later reading"))
    .addOption(flagOption("--values", "Print the values of attributes before and after too"))
    .addOption(flagOption("--allow-different-pools", "Compare readings of two pools"));
  addSettings(diff, "diff");
  diff.action(async (older: string, newer: string) => {
    const { diffCommand } = await import("../commands/diff.ts");
    const options = {
      old: older,
      new: newer,
      values: flagOf(diff, "values"),
      allowDifferentPools: flagOf(diff, "allowDifferentPools"),
    };
    done(await diffCommand(options, flagsOf(diff, "diff"), context));
  });
}
