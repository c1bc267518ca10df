import type { Command, Option } from "commander";

/** What may follow an option. */
export type OptionValues = "none" | "any" | "path" | readonly string[];

export interface CompletionOption {
  /** `--file`, and `-f` where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  readonly values: OptionValues;
}

export interface CompletionWord {
  readonly word: string;
  readonly description: string;
}

/** One command and the words that may follow it. */
export interface CompletionNode {
  /** The full command, such as `connector list users`. */
  readonly path: string;
  /** The subcommands, or the choices of the argument. */
  readonly words: readonly CompletionWord[];
  readonly options: readonly CompletionOption[];
}

/** All commands, each before its subcommands, beginning with the program. */
export function completionNodes(program: Command): readonly CompletionNode[] {
  return nodesOf(program, program.name());
}

function nodesOf(command: Command, path: string): readonly CompletionNode[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const node: CompletionNode = {
    path,
    words: [
      ...below.map((each) => ({ word: each.name(), description: help.subcommandDescription(each) })),
      ...command.registeredArguments.flatMap((argument) =>
        (argument.argChoices ?? []).map((word) => ({ word, description: "" })),
      ),
    ],
    options: help.visibleOptions(command).map(optionOf),
  };
  return [node, ...below.flatMap((each) => nodesOf(each, `${path} ${each.name()}`))];
}

function optionOf(option: Option): CompletionOption {
  return {
    names: [option.long, option.short].filter((name) => name !== undefined && name !== null),
    description: option.description,
    values: valuesOf(option),
  };
}

// The placeholder says what may follow: a path for <path>, one word of <a|b|c>, otherwise anything.
function valuesOf({ flags, argChoices }: Option): OptionValues {
  if (argChoices !== undefined) return argChoices;
  const placeholder = /<([^>]+)>/.exec(flags)?.[1];
  if (placeholder === undefined) return "none";
  if (placeholder === "path") return "path";
  return placeholder.includes("|") ? placeholder.split("|") : "any";
}
