import type { Help } from "commander";
import { CALLING_AWS, type CommandName } from "../../../../pkg/config/table/setting.ts";
import {
  environmentNames,
  SETTING_NAMES,
  type SettingName,
  settingOf,
} from "../../../../pkg/config/table/settings.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { nearest } from "../../../../pkg/core/nearest.ts";
import { settingOptions } from "../settings-options.ts";

const INTRODUCTION = [
  'A setting can be a flag, an environment variable or a line in a YAML file. A flag overrides the environment, and the environment overrides the file. The file is ./.baton.yaml or the one that --config names. Its keys are the names of the flags without dashes in front, such as "user-pool-id: eu-west-1_AbCd12345".',
  "A flag can come before or after the name of the command. A setting without a value is true or false in the environment and in the file, such as BATON_PROVISIONING=true. A secret is not given as a flag: use the environment, the YAML file, or a file that contains only the secret.",
  '"connector help settings tls" shows only the settings with "tls" in the name of the setting or of its group.',
];

/** What `connector help settings` prints: the settings with this text in their name or group; all for "". */
export function settingsText(text: string, help: Help, width: number): string {
  const part = text.replace(/^--/, "").toLowerCase();
  const names = SETTING_NAMES.filter(
    (name) => name.includes(part) || settingOf(name).group.toLowerCase().includes(part),
  );
  if (names.length === 0) throw noSetting(text);
  const groups = [...new Set(names.map((name) => settingOf(name).group))];
  const blocks = groups.map((group) =>
    [
      `${group}:`,
      ...names
        .filter((name) => settingOf(name).group === group)
        .map((name) => settingText(name, help, width)),
    ].join("\n"),
  );
  return `${[...(text === "" ? INTRODUCTION.map((each) => help.boxWrap(each, width)) : []), ...blocks].join("\n\n")}\n`;
}

function settingText(name: SettingName, help: Help, width: number): string {
  const { term, lines } = settingEntry(name, help);
  return [`  ${term}`, ...lines.map((line) => indented(help.boxWrap(line, width - INDENT.length)))].join(
    "\n",
  );
}

export interface SettingEntry {
  /** `-f, --file <path>`; for a secret the flag for its file. */
  readonly term: string;
  /** What it does, its environment variables, and the commands that use it. */
  readonly lines: readonly string[];
}

/** One setting as help and the manual page print it. */
export function settingEntry(name: SettingName, help: Help): SettingEntry {
  const options = settingOptions(name).map(({ option }) => option);
  const environment = environmentNames(name);
  return {
    term: options
      .filter(({ hidden }) => !hidden)
      .map((option) => help.optionTerm(option))
      .join(", "),
    lines: [
      (options[0]?.description ?? "") +
        (settingOf(name).secret ? "; the flag names a file that contains it" : ""),
      `Environment: ${environment.length === 0 ? "none, only as a flag" : environment.join(", ")}`,
      `Used by: ${usedBy(settingOf(name).commands)}`,
    ],
  };
}

function usedBy(commands: readonly CommandName[]): string {
  const callsAws = CALLING_AWS.every((command) => commands.includes(command));
  const named = commands
    .filter((command) => !(callsAws && CALLING_AWS.includes(command)))
    .map((command) => IN_WORDS[command] ?? command);
  return [...(callsAws ? ["every command that calls AWS"] : []), ...named].join(", ");
}

const IN_WORDS: Readonly<Partial<Record<CommandName, string>>> = {
  write: "every command that changes the pool",
  baton: '"connector" without a command',
};

const INDENT = " ".repeat(6);

function indented(text: string): string {
  return text.replaceAll(/^/gm, INDENT);
}

function noSetting(text: string): GovernanceError {
  const close = nearest(text, SETTING_NAMES, 3);
  const hint = close === undefined ? '"connector help settings" shows all' : `did you mean ${close}?`;
  return new GovernanceError(
    "invalid-argument",
    `no setting or group has ${JSON.stringify(text)} in its name; ${hint}`,
  );
}
