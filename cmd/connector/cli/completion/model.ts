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

/** One command of the tree: what may come after it. */
export interface CompletionNode {
  /** From the program's name down, such as `connector list users`. */
  readonly path: string;
  readonly description: string;
  /** Commands below it, or the choices of its argument. */
  readonly words: readonly CompletionWord[];
  readonly options: readonly CompletionOption[];
}

/** The whole tree, the program first, each command before those below it. */
export function completionNodes(program: Command): readonly CompletionNode[] {
  return nodesOf(program, program.name());
}

function nodesOf(command: Command, path: string): readonly CompletionNode[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const node: CompletionNode = {
    path,
    description: command.description(),
    words: [
      ...below.map((each) => ({ word: each.name(), description: each.description() })),
      ...command.registeredArguments.flatMap((argument) =>
        (argument.argChoices ?? []).map((word) => ({ word, description: "" })),
      ),
    ],
    options: help.visibleOptions(command).map(optionOf),
  };
  return [
    node,
    ...below
      .filter((each) => each.name() !== "help")
      .flatMap((each) => nodesOf(each, `${path} ${each.name()}`)),
  ];
}

function optionOf(option: Option): CompletionOption {
  return {
    names: [option.long, option.short].filter((name) => name !== undefined && name !== null),
    description: option.description,
    values: valuesOf(option),
  };
}

// The placeholder in the flags says what may follow: <path>, <a|b|c>, or anything.
function valuesOf({ flags, argChoices }: Option): OptionValues {
  if (argChoices !== undefined) return argChoices;
  const placeholder = /<([^>]+)>/.exec(flags)?.[1];
  if (placeholder === undefined) return "none";
  if (placeholder === "path") return "path";
  return placeholder.includes("|") ? placeholder.split("|") : "any";
}
