import type { Command } from "commander";
import { describedRows, type ManCommand, type ManOption } from "./man-model.ts";

/** The manual page of the whole tree in roff, the same for the same tree: connector(1). */
export function manPage(program: Command, version: string): string {
  const { commands, shared } = describedRows(program);
  return [
    `.\\" Made from the tree of commands by "make man"; not to be edited.`,
    `.TH CONNECTOR 1 "" "connector ${roff(version)}" "User Commands"`,
    // Names of options are not hyphenated, and lines not stretched.
    ".nh",
    ".ad l",
    ".SH NAME",
    `connector \\- ${roff(lowerFirst(program.description()))}`,
    ".SH SYNOPSIS",
    ".B connector",
    ".I command",
    "[options]",
    ".SH DESCRIPTION",
    roff(
      "connector reads and changes exactly one user pool. It answers the Baton protocol over gRPC (serve), writes whole syncs to a .c1z file (sync), and does single changes from the command line, which need --provisioning. Results go to stdout, logs and progress to stderr.",
    ),
    ".SH COMMANDS",
    ...commands.flatMap(commandRows),
    ".SH SETTINGS",
    roff(
      "Each of these is read by the commands named after it. A setting may also stand in the environment as BATON_ and its name in capitals, and under its name in a YAML file. A flag beats the environment, which beats the file.",
    ),
    ...shared.flatMap((option) => optionRows(option, ` Read by: ${option.commands.join(", ")}.`)),
    ...ENDING,
    "",
  ].join("\n");
}

const ENDING: readonly string[] = [
  ".SH EXIT STATUS",
  ...pair("0", "Done."),
  ...pair("2", "Bad usage or a bad setting; nothing was done."),
  ...pair("20", "A partial result: something was done, but not all; stderr says which steps stand."),
  ...pair("21", "A guard refused: the groups that may be granted, the deletions in an hour, and the like."),
  ...pair(
    "other",
    "The number of the gRPC code of the failure: 1 canceled, 7 permission denied, 14 unavailable.",
  ),
  ".SH ENVIRONMENT",
  ...pair("BATON_<NAME>", "Any setting, such as BATON_USER_POOL_ID."),
  ...pair("BATON_<NAME>_FILE", "The file that holds a secret, such as BATON_AWS_SECRET_ACCESS_KEY_FILE."),
  ...pair("BATON_CONFIG_PATH", "The YAML file with settings."),
  ...pair("AWS_*", "What the AWS SDK reads to find credentials."),
  ".SH FILES",
  ...pair("./.baton.yaml", "Settings, where no other file is named."),
  ...pair("<state-dir>/<pool>.journal.db", "Changes under way; connector recover settles what was cut off."),
  ...pair("<state-dir>/<pool>.audit.jsonl", "The audit log: what was changed, by whom."),
  ".SH SIGNALS",
  ...pair(
    "SIGTERM, SIGINT",
    "Takes no new calls, lets those under way finish, then ends. A second one ends at once.",
  ),
  ...pair("SIGHUP", "Reads certificates, tokens and keys again."),
];

function commandRows(command: ManCommand): readonly string[] {
  return [
    `.SS "${roff(command.usage)}"`,
    roff(`${command.description}.`),
    ...command.own.flatMap((option) => optionRows(option, "")),
  ];
}

function optionRows({ flags, description }: ManOption, more: string): readonly string[] {
  return pair(flags, `${description}.${more}`);
}

function pair(term: string, text: string): readonly string[] {
  return [".TP", `.B ${roff(term)}`, roff(text)];
}

/** Text as roff prints it: dashes that can be copied, and no line that begins as a request. */
export function roff(text: string): string {
  const plain = text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replaceAll(/\s+/g, " ");
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
