import type { Command } from "commander";
import { EXAMPLES } from "../help/examples.ts";
import { pathOf, settingOfOption } from "../settings-options.ts";

export interface ManOption {
  /** As help shows them: `-f, --file <path>`. */
  readonly flags: string;
  readonly description: string;
}

export interface ManCommand {
  /** `connector list members <group> [options]`. */
  readonly usage: string;
  readonly description: string;
  /** The options of its own, without settings and without `--help`. */
  readonly options: readonly ManOption[];
}

/** The commands that do something, in the order of help. */
export function manCommands(program: Command): readonly ManCommand[] {
  return leavesOf(program, []).map(({ command, path }) => ({
    usage: `${["connector", ...path, ...argumentsOf(command)].join(" ")} [options]`,
    description: command.description(),
    options: optionsOf(command),
  }));
}

interface Leaf {
  readonly command: Command;
  readonly path: readonly string[];
}

/** Without the commands that only have subcommands. */
function leavesOf(command: Command, path: readonly string[]): readonly Leaf[] {
  const below = command.createHelp().visibleCommands(command);
  const itself = path.length > 0 && (below.length === 0 || runsAlone(command)) ? [{ command, path }] : [];
  return [...itself, ...below.flatMap((each) => leavesOf(each, [...path, each.name()]))];
}

/** `connector config` runs, and has a subcommand too. Only a command that runs has an example. */
function runsAlone(command: Command): boolean {
  return EXAMPLES[pathOf(command)] !== undefined;
}

function optionsOf(command: Command): readonly ManOption[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .filter((option) => option.long !== "--help" && settingOfOption(option) === undefined)
    .map((option) => ({ flags: help.optionTerm(option), description: help.optionDescription(option) }));
}

function argumentsOf(command: Command): readonly string[] {
  return command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
}
