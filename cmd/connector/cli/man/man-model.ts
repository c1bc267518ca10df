import type { Command } from "commander";

export interface ManOption {
  /** As help shows them: `-f, --file <path>`. */
  readonly flags: string;
  readonly description: string;
  /** Paths of the commands that take it, without the program's name. */
  readonly commands: readonly string[];
}

export interface ManCommand {
  /** `connector list members <group> [options]`. */
  readonly usage: string;
  readonly description: string;
  readonly own: readonly ManOption[];
}

export interface ManModel {
  readonly commands: readonly ManCommand[];
  readonly shared: readonly ManOption[];
}

type Found = Omit<ManOption, "commands">;

/** The tree with the options that several commands take told once. Help itself is left out. */
export function describedRows(program: Command): ManModel {
  const tree = leavesOf(program, []).map(({ command, path }) => ({
    command,
    path: path.join(" "),
    options: optionsOf(command),
  }));
  const takers = new Map<string, string[]>();
  for (const { path, options } of tree) {
    for (const found of options) takers.set(keyOf(found), [...(takers.get(keyOf(found)) ?? []), path]);
  }
  const isShared = (found: Found): boolean => (takers.get(keyOf(found))?.length ?? 0) > 1;
  const everything = new Map(tree.flatMap(({ options }) => options.map((found) => [keyOf(found), found])));
  return {
    commands: tree.map(({ command, path, options }) => ({
      usage: `connector ${path}${argumentsOf(command)} [options]`,
      description: command.description(),
      own: options.filter((found) => !isShared(found)).map((found) => ({ ...found, commands: [path] })),
    })),
    shared: [...everything.entries()]
      .filter(([, found]) => isShared(found))
      .map(([key, found]) => ({ ...found, commands: takers.get(key) ?? [] })),
  };
}

interface Leaf {
  readonly command: Command;
  readonly path: readonly string[];
}

/** The commands that do something: those without others below them, and those that act all the same. */
function leavesOf(command: Command, path: readonly string[]): readonly Leaf[] {
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== "help");
  const itself =
    path.length > 0 && (below.length === 0 || optionsOf(command).length > 0) ? [{ command, path }] : [];
  return [...itself, ...below.flatMap((each) => leavesOf(each, [...path, each.name()]))];
}

function optionsOf(command: Command): readonly Found[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .filter(({ long }) => long !== "--help")
    .map((option) => ({ flags: help.optionTerm(option), description: help.optionDescription(option) }));
}

function keyOf({ flags, description }: Found): string {
  return `${flags}\n${description}`;
}

function argumentsOf(command: Command): string {
  return command.registeredArguments
    .map((argument) => (argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`))
    .join("");
}
