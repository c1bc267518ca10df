// By hand: generators of manual pages turn Markdown into roff, and this page is made from the commands themselves.
import type { Command, Help } from "commander";
import { SETTING_NAMES, settingOf } from "../../../../pkg/config/table/settings.ts";
import { settingEntry } from "../help/settings-text.ts";
import { type ManCommand, manCommands } from "./man-model.ts";

/** The manual page connector(1) in roff. The same commands always give the same page. */
export function manPage(program: Command, version: string): string {
  return [
    `.\\" Generated from the commands by "make man"; do not edit.`,
    `.TH CONNECTOR 1 "" "connector ${roff(version)}" "User Commands"`,
    // Do not hyphenate the names of options, and do not justify lines.
    ".nh",
    ".ad l",
    ".SH NAME",
    `connector \\- ${roff(lowerFirst(program.description().replace(/\.$/, "")))}`,
    ".SH SYNOPSIS",
    ".B connector",
    ".I command",
    "[options]",
    ".SH DESCRIPTION",
    roff(
      "connector reads and changes one Amazon Cognito user pool. It runs as a gRPC service for the Baton protocol (serve), writes the pool to a .c1z file (sync), and makes single changes from the command line, which need --provisioning. Results go to stdout, logs and progress to stderr.",
    ),
    ".SH COMMANDS",
    ...manCommands(program).flatMap(commandRows),
    ".SH SETTINGS",
    roff(
      "A setting can be a flag, an environment variable or a line in a YAML file. A flag overrides the environment, and the environment overrides the file.",
    ),
    ...settingRows(program.createHelp()),
    ...ENDING,
    "",
  ].join("\n");
}

const ENDING: readonly string[] = [
  ".SH EXIT STATUS",
  ...pair("0", "Success."),
  ...pair("2", "Wrong usage or a wrong setting; nothing was done."),
  ...pair("20", "A partial result: only a part was done, and stderr says which."),
  ...pair("21", "A guard refused the change, such as --groups-deny or --max-deletions-per-hour."),
  ...pair("other", "The gRPC code of the failure: 1 canceled, 7 permission denied, 14 unavailable."),
  ".SH ENVIRONMENT",
  ...pair("BATON_<NAME>", "Any setting, such as BATON_USER_POOL_ID."),
  ...pair("BATON_<NAME>_FILE", "The file that contains a secret, such as BATON_AWS_SECRET_ACCESS_KEY_FILE."),
  ...pair("BATON_CONFIG_PATH", "The YAML file with settings."),
  ...pair("AWS_*", "The variables that the AWS SDK reads to find credentials."),
  ".SH FILES",
  ...pair("./.baton.yaml", "Settings, unless --config names another file."),
  ...pair(
    "<state-dir>/<pool>.journal.db",
    "Open changes; connector recover finishes or undoes interrupted ones.",
  ),
  ...pair("<state-dir>/<pool>.audit.jsonl", "The audit log of all changes."),
  ".SH SIGNALS",
  ...pair(
    "SIGTERM, SIGINT",
    "Stop: refuse new calls and let running calls finish. A second signal stops at once.",
  ),
  ...pair("SIGHUP", "Reload certificates, tokens and keys."),
];

function commandRows({ usage, description, options }: ManCommand): readonly string[] {
  return [
    `.SS "${roff(usage)}"`,
    roff(description),
    ...options.flatMap((option) => pair(option.flags, `${option.description}.`)),
  ];
}

function settingRows(help: Help): readonly string[] {
  return SETTING_NAMES.flatMap((name, index) => {
    const { group } = settingOf(name);
    const before = SETTING_NAMES[index - 1];
    const isFirst = before === undefined || settingOf(before).group !== group;
    const { term, lines } = settingEntry(name, help);
    const text = lines.map((line) => `${line}.`).join(" ");
    return [...(isFirst ? [`.SS "${roff(group)}"`] : []), ...pair(term, text)];
  });
}

function pair(term: string, text: string): readonly string[] {
  return [".TP", `.B ${roff(term)}`, roff(text)];
}

/** Escapes text for roff: dashes that can be copied, and no line that begins like a request. */
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
