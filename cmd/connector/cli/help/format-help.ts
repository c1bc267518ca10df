import type { Command, Help, Option } from "commander";
import type { CommandName } from "../../../../pkg/config/table/setting.ts";
import { type SettingName, settingsFor } from "../../../../pkg/config/table/settings.ts";
import type { Output } from "../../process/context.ts";
import { pathOf, settingOfOption, settingsReader } from "../settings-options.ts";
import { EXAMPLES } from "./examples.ts";

/** The settings that people set most for each command. `connector help settings` shows the others. */
const MAIN_SETTINGS: Readonly<Record<CommandName, readonly SettingName[]>> = {
  baton: ["user-pool-id", "client-id", "client-secret", "file", "provisioning"],
  sync: ["user-pool-id", "file", "accept-shrink", "aws-profile", "output"],
  serve: [
    "user-pool-id",
    "listen",
    "tls-cert-file",
    "tls-key-file",
    "tls-client-ca-file",
    "auth-tokens-file",
    "provisioning",
    "file",
    "sync-every",
    "health-check",
    "state-dir",
    "log-level",
  ],
  validate: ["user-pool-id", "region", "aws-profile", "aws-assume-role-arn", "output"],
  list: ["user-pool-id", "user-id", "output"],
  write: ["user-pool-id", "provisioning", "dry-run", "reason", "state-dir", "output"],
  recover: ["user-pool-id", "provisioning", "state-dir", "output"],
  audit: ["user-pool-id", "state-dir", "output"],
  actions: ["output"],
  inspect: ["output"],
  query: ["inventory", "output"],
  changes: ["inventory", "user-pool-id", "output"],
  diff: ["inventory", "user-pool-id", "output"],
  report: ["inventory", "user-pool-id"],
  "iam-policy": ["user-pool-id"],
  config: ["user-pool-id", "config", "output"],
  "health-check": ["health-check-port", "health-check-bind-address"],
};

const MORE_SETTINGS = '"connector help settings" shows all settings and how to set them.';

const PROGRAM_NOTES = [
  '"connector" without a command does what Baton connectors do: with a client id it does the platform\'s tasks, with one of the settings of "connector help settings operation" that operation, else one full sync.',
  '"connector <command> --help" shows the options of a command and an example. "connector help settings" shows all settings, such as --user-pool-id.',
  "Commands that change the pool need --provisioning. With --dry-run they show the change and do not make it. A change that is already made succeeds again.",
  "Results go to stdout, logs and progress to stderr. Exit codes: 0 success; 2 wrong usage or setting; 20 partial result; 21 refused by a guard; 22 diff found a difference; otherwise the gRPC code of the failure (1 canceled, 7 permission denied, 14 unavailable, ...).",
];

/** The width of help without a terminal: that of the narrowest usual terminal. */
const USUAL_WIDTH = 80;
const WIDEST = 100;

export function helpWidth({ isTerminal, columns }: Output): number {
  return isTerminal ? Math.min(columns() ?? USUAL_WIDTH, WIDEST) : USUAL_WIDTH;
}

/**
 * The help of one command. The usage, the command's own options and the example come first, then its main settings,
 * then where to find the others. The program itself lists its commands first.
 */
export function formatHelp(command: Command, help: Help): string {
  const width = help.helpWidth ?? USUAL_WIDTH;
  const options = help.visibleOptions(command);
  const reads = settingsReader(command);
  const own = options.filter(
    (option) => settingOfOption(option) === undefined && isWorthALine(option, command),
  );
  const main = reads === undefined ? [] : mainOptions(options, MAIN_SETTINGS[reads]);
  const groups = commandGroups(command, help);
  const example = EXAMPLES[pathOf(command)] ?? [];

  const sections: readonly Section[] = [
    {
      title: "Arguments:",
      rows: help
        .visibleArguments(command)
        .map((argument) => [help.argumentTerm(argument), help.argumentDescription(argument)]),
    },
    ...groups,
    { title: "Options:", rows: own.map((option) => optionRow(option, help)) },
    { title: exampleTitle(reads, example), rows: example.map((line) => [line, ""]) },
    { title: "Settings:", rows: main.map((option) => optionRow(option, help)) },
  ];
  const termWidth = Math.max(
    ...sections.flatMap(({ rows }) => rows.filter(([, text]) => text !== "").map(([term]) => term.length)),
  );
  const blocks = [
    `Usage: ${help.commandUsage(command)}`,
    help.boxWrap(command.description(), width),
    ...sections
      .filter(({ rows }) => rows.length > 0)
      .map(({ title, rows }) =>
        [title, ...rows.map(([term, text]) => help.formatItem(term, termWidth, text, help))].join("\n"),
      ),
    ...(command.parent === null ? PROGRAM_NOTES.map((note) => help.boxWrap(note, width)) : []),
    ...(reads === undefined ? [] : [MORE_SETTINGS]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

interface Section {
  readonly title: string;
  /** Pairs of a term and its text. */
  readonly rows: readonly (readonly [string, string])[];
}

/** Leaves out `--help` of subcommands: only the program itself lists it. */
function isWorthALine({ long }: Option, { parent }: Command): boolean {
  return parent === null || long !== "--help";
}

function mainOptions(options: readonly Option[], names: readonly SettingName[]): readonly Option[] {
  return names.flatMap((name) => options.filter((option) => settingOfOption(option) === name));
}

function optionRow(option: Option, help: Help): readonly [string, string] {
  return [help.optionTerm(option), help.optionDescription(option)];
}

function commandGroups(command: Command, help: Help): readonly Section[] {
  const below = help.visibleCommands(command);
  const titles = new Set(below.map((each) => titleOf(each)));
  return [...titles].map((title) => ({
    title,
    rows: below
      .filter((each) => titleOf(each) === title)
      .map((each) => [commandTerm(each), help.subcommandDescription(each)] as const),
  }));
}

function titleOf(command: Command): string {
  return command.helpGroup() || "Commands:";
}

/** Every command takes options, so they are left out: `list`, `completion <shell>`. */
function commandTerm(command: Command): string {
  const names = command.registeredArguments.map((each) =>
    each.required ? `<${each.name()}>` : `[${each.name()}]`,
  );
  return [command.name(), ...names].join(" ");
}

function exampleTitle(reads: CommandName | undefined, lines: readonly string[]): string {
  const needsPool = reads !== undefined && settingsFor(reads).includes("user-pool-id");
  const noun = lines.length > 1 && !lines.some((line) => line.endsWith("\\")) ? "Examples" : "Example";
  return needsPool ? `${noun}, with the pool ID in BATON_USER_POOL_ID:` : `${noun}:`;
}
