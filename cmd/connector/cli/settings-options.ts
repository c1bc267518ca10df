import { type Command, Option } from "commander";
import type { Flags } from "../../../pkg/config/sources/read-settings.ts";
import type { CommandName } from "../../../pkg/config/table/setting.ts";
import {
  fileForm,
  SETTING_NAMES,
  type SettingName,
  settingOf,
  settingsFor,
} from "../../../pkg/config/table/settings.ts";
import { isUnservedFlag, UNSERVED_NAMES } from "../../../pkg/config/table/unserved.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";

/** An option that gives the value of a setting. */
export interface SettingOption {
  /** The key in `Flags`: the name of the setting, or that of its file form. */
  readonly name: string;
  readonly setting: SettingName;
  readonly option: Option;
}

const OPTION_OF = new WeakMap<Option, SettingOption>();
/** Commander keeps values in its commands, so all commands share one option of a setting. */
const SHOWN = new Map<SettingName, readonly Option[]>();
/** Of settings that a command can do without, and others cannot. */
const OPTIONAL = new Map<SettingName, readonly Option[]>();
const HIDDEN = new Map<SettingName, readonly Option[]>();
/** Baton's settings that are not ours, by their options: taken everywhere, so that the arguments of a manifest still work. */
const UNSERVED_OF = new WeakMap<Option, string>();
const UNSERVED: readonly Option[] = UNSERVED_NAMES.flatMap(unservedOptions);
const READER_OF = new WeakMap<Command, CommandName>();

/** Gives a command the options of the settings that it reads. */
export function addSettings(command: Command, reads: CommandName): void {
  READER_OF.set(command, reads);
  for (const name of settingsFor(reads)) {
    const shown = settingOf(name).optionalFor.includes(reads) ? OPTIONAL : SHOWN;
    const isRequired = shown === SHOWN && settingOf(name).required;
    for (const option of kept(shown, name, () => allOptionsOf(name, isRequired))) command.addOption(option);
  }
  for (const option of UNSERVED) command.addOption(option);
}

/** Whose settings the command reads; undefined if it reads none. */
export function settingsReader(command: Command): CommandName | undefined {
  return READER_OF.get(command);
}

/** The setting that the option gives a value to; undefined for an option of the command's own. */
export function settingOfOption(option: Option): SettingName | undefined {
  return OPTION_OF.get(option)?.setting;
}

/** Accepts the options also before the name of the command. */
export function addHiddenSettings(command: Command): void {
  for (const name of SETTING_NAMES) {
    const hidden = kept(HIDDEN, name, () => allOptionsOf(name).map((option) => option.hideHelp()));
    for (const option of hidden) command.addOption(option);
  }
  for (const option of UNSERVED) command.addOption(option);
}

function kept(
  store: Map<SettingName, readonly Option[]>,
  name: SettingName,
  create: () => readonly Option[],
): readonly Option[] {
  const known = store.get(name);
  if (known !== undefined) return known;
  const options = create();
  store.set(name, options);
  return options;
}

/**
 * The settings given on the command line, to the command or to its parents, with those of Baton that are not ours. Throws
 * for a setting that the command does not read.
 */
export function flagsOf(command: Command, reads: CommandName): Flags {
  const flags = new Map<string, string>();
  for (let level: Command | null = command; level !== null; level = level.parent) {
    for (const option of level.options) {
      if (level.getOptionValueSource(option.attributeName()) !== "cli") continue;
      const unserved = UNSERVED_OF.get(option);
      if (unserved !== undefined) flags.set(unserved, String(level.getOptionValue(option.attributeName())));
      const known = OPTION_OF.get(option);
      if (known === undefined) continue;
      if (!settingsFor(reads).includes(known.setting)) throw foreign(known.name, known.setting, command);
      const value: unknown = level.getOptionValue(option.attributeName());
      const given = flags.get(known.name);
      if (NAMES_THE_POOL.has(known.setting)) oneValue(known.setting, String(value), given);
      if (given === undefined) flags.set(known.name, String(value));
      else if (settingOf(known.setting).repeats && !LAST_COUNTS.has(known.setting))
        flags.set(known.name, `${String(value)},${given}`);
    }
  }
  return flags;
}

/** Rewrites `--flag=true` and `--flag=false`, which Baton accepts, to the forms that commander knows. */
export function plainFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.map((word, i) => {
    const [, name = "", value = ""] = /^--([a-z0-9-]+)=(.*)$/.exec(word) ?? [];
    if ((end >= 0 && i > end) || !isFlagName(name)) return word;
    if (value === "true") return `--${name}`;
    if (value === "false") return `--no-${name}`;
    throw new GovernanceError(
      "invalid-argument",
      `--${name}: must be true or false, got ${JSON.stringify(value)}`,
    );
  });
}

function isFlagName(name: string): boolean {
  return isUnservedFlag(name) || SETTING_NAMES.some((known) => known === name && isFlag(known));
}

function unservedOptions(name: string): readonly Option[] {
  const options = isUnservedFlag(name)
    ? [new Option(`--${name}`), new Option(`--no-${name}`)]
    : [new Option(`--${name} <value>`)];
  for (const option of options) UNSERVED_OF.set(option.hideHelp(), name);
  return options;
}

function isFlag(name: SettingName): boolean {
  return settingOf(name).shape.kind === "flag";
}

/** The options of a setting, with `--no-<flag>` for a flag: `--flag=false` becomes that. */
function allOptionsOf(name: SettingName, isRequired = settingOf(name).required): readonly Option[] {
  const options = settingOptions(name, isRequired).map(({ option }) => option);
  const { formerly } = settingOf(name);
  if (formerly !== undefined) options.push(formerOption(name, formerly));
  return isFlag(name) ? [...options, new Option(`--no-${name}`).hideHelp()] : options;
}

/** New options for a setting: its value and, for a secret, the file that holds it. */
export function settingOptions(
  name: SettingName,
  isRequired = settingOf(name).required,
): readonly SettingOption[] {
  const { secret } = settingOf(name);
  const options = [valueOption(name, isRequired)];
  if (secret) {
    const option = new Option(`--${fileForm(name)} <path>`, `File that contains ${name}`);
    options.push({ name: fileForm(name), setting: name, option });
  }
  for (const known of options) OPTION_OF.set(known.option, known);
  return options;
}

function valueOption(name: SettingName, isRequired: boolean): SettingOption {
  const { shape, short, repeats, secret, description, fallbackText } = settingOf(name);
  const flags = `${short === undefined ? "" : `-${short}, `}--${name}`;
  const notes: string[] = [];
  let value = "";
  switch (shape.kind) {
    case "flag":
      break;
    case "text":
      value = ` <${shape.example}>`;
      break;
    case "choice":
      value = ` <${shape.of.join("|")}>`;
      break;
    case "whole-number":
      value = " <n>";
      notes.push(`${shape.min} to ${shape.max}`);
      break;
  }
  if (isRequired) notes.push("required");
  else if (fallbackText !== "" && shape.kind !== "flag") notes.push(`default: ${fallbackText}`);
  const option = new Option(
    flags + value,
    notes.length === 0 ? description : `${description} (${notes.join("; ")})`,
  );
  // Commander reads a leading "no-" as the opposite of a flag.
  option.negate = false;
  if (repeats) {
    option.argParser((next: string, before: unknown) =>
      typeof before === "string" ? `${before},${next}` : next,
    );
  }
  if (NAMES_THE_POOL.has(name))
    option.argParser((next: string, before: unknown) => oneValue(name, next, before));
  if (secret) option.hideHelp();
  return { name, setting: name, option };
}

/**
 * Which pool is read and changed. Of every other setting the last value counts, so that a script or an alias may give a default
 * before the arguments of its caller.
 */
const NAMES_THE_POOL: ReadonlySet<SettingName> = new Set<SettingName>(["user-pool-id", "region"]);

/** Of those that may be repeated: a rate for every category replaces another one. */
const LAST_COUNTS: ReadonlySet<SettingName> = new Set<SettingName>(["rate"]);

function oneValue(name: SettingName, next: string, before: unknown): string {
  if (before === undefined || before === next) return next;
  throw new GovernanceError("invalid-argument", `--${name}: is given twice with different values; keep one`);
}

function formerOption(setting: SettingName, name: string): Option {
  const option = new Option(`--${name} <value>`).hideHelp();
  OPTION_OF.set(option, { name, setting, option });
  return option;
}

/** Beside a command, a setting that asks for one operation would ask for two things. */
export function ofNoCommand(name: string): GovernanceError {
  return new GovernanceError(
    "invalid-argument",
    `--${name}: asks for an operation of "connector" without a command; leave out this or the command`,
  );
}

function foreign(name: string, setting: SettingName, command: Command): GovernanceError {
  if (settingOf(setting).group === "One operation") return ofNoCommand(name);
  return new GovernanceError(
    "invalid-argument",
    `--${name}: ${pathOf(command)} does not use this setting; leave it out`,
  );
}

/** `connector list users` */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
