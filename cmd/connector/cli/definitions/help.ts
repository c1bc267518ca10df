import { Argument, type Command } from "commander";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { nearest } from "../../../../pkg/core/nearest.ts";
import { OK } from "../../process/exit-codes.ts";
import { helpWidth } from "../help/format-help.ts";
import { settingsText } from "../help/settings-text.ts";
import { pathOf } from "../settings-options.ts";
import type { CommandTree } from "./command-tree.ts";

/** `connector help <command>` and `connector help settings`. Must come last, so that it knows every command. */
export function addHelp({ program, context }: CommandTree, done: (exitCode: number) => void): void {
  const topic = new Argument("[topic...]", 'A command, or "settings" and part of the name of a setting');
  // Offered by completion. `choices()` would refuse "list users" and the name of a setting.
  topic.argChoices = ["settings", ...program.commands.map((command) => command.name())];
  const { stdout } = context;
  program
    .helpCommand(false)
    .command("help")
    .summary("Show help for a command, or all settings")
    .description(
      'Show help for a command, or the settings. "connector help settings" shows every setting with its default and its environment variable.',
    )
    .addArgument(topic)
    // "connector help settings --tls-cert-file" names a setting and does not set it.
    .allowUnknownOption()
    .action(async ([first = "", ...others]: string[]) => {
      if (first !== "settings") return commandAt(program, [first, ...others]).help();
      await stdout.write(settingsText(others.join(" "), program.createHelp(), helpWidth(stdout)));
      done(OK);
    });
}

function commandAt(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words.filter((each) => each !== "")) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) throw unknownTopic(command, word);
    command = next;
  }
  return command;
}

function unknownTopic(command: Command, word: string): GovernanceError {
  const names = command.commands.map((each) => each.name());
  const close = nearest(word, command.parent === null ? ["settings", ...names] : names);
  const hint =
    close === undefined ? `"${pathOf(command)} --help" shows the commands` : `did you mean ${close}?`;
  return new GovernanceError("invalid-argument", `unknown command ${JSON.stringify(word)}; ${hint}`);
}
