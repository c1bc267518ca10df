import { resolve } from "node:path";
import { GovernanceError } from "../../core/errors.ts";
import type { CommandName } from "../table/setting.ts";
import {
  envName,
  fileForm,
  SETTING_NAMES,
  type SettingName,
  settingOf,
  settingsFor,
  type Values,
} from "../table/settings.ts";
import { isUnserved, noteUnserved, type UnservedNotes, type UnservedOperation } from "../table/unserved.ts";
import { type ConfigFile, type FileReader, readConfigFile } from "./config-file.ts";
import { checkEnvironment, type Environment, fromEnvironment } from "./environment.ts";
import { checkModeOf, type Uid } from "./file-trust.ts";
import { invalidSetting, type Origin, type SourceText, withoutPassword } from "./origin.ts";
import { readAtMost } from "./read-at-most.ts";

/** What the process was started with. */
export interface ProcessInfo {
  readonly env: Environment;
  readonly cwd: string;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Whose files are obeyed; undefined: all. */
  readonly uid?: Uid;
  /** The groups of that user. */
  readonly gids?: readonly number[];
}

/** Texts by the names of the flags. A flag without a value has the text "true" or "false". */
export type Flags = ReadonlyMap<string, string>;

/** The value of every setting, and the text that it was parsed from. */
export interface Settings {
  readonly values: Values;
  /** No entry for a setting that has its default. */
  readonly given: ReadonlyMap<SettingName, SourceText>;
  /** One line each. */
  readonly warnings: readonly string[];
}

/**
 * Reads and parses the settings of the command, each from flag, environment, file or default, in this order. The others
 * have their defaults. Throws the first error, as one line.
 */
export function readSettings(command: CommandName, flags: Flags, info: ProcessInfo): Settings {
  const { env, cwd, uid } = info;
  const warnings: string[] = [];
  const asked: UnservedOperation[] = [];
  const warn = (line: string): void => void warnings.push(line);
  const reader: FileReader = { cwd, uid, warn, ask: (operation) => void asked.push(operation) };
  checkFlags(flags, reader);
  checkEnvironment(env, reader);
  const file = readConfigFile(fromFlags(flags, "config") ?? fromEnvironment(env, "config", []), reader);
  const client =
    fromFlags(flags, "client-id") ?? fromEnvironment(env, "client-id", []) ?? file?.values.get("client-id");
  const isDaemon = settingsFor(command).includes("client-id");
  for (const { label, isFlag, problem } of asked) {
    if (client === undefined || (isFlag && !isDaemon)) throw new GovernanceError("invalid-argument", problem);
    warn(`${label} has no effect: with a client id the connector does the platform's tasks`);
  }
  const allowed = fromFlags(flags, "allow-secret-flags") ?? fromEnvironment(env, "allow-secret-flags", []);
  const isAllowed = allowed !== undefined && isTrue("allow-secret-flags", allowed);
  const secretFlags = isAllowed ? "allowed" : command === "baton" ? "warned" : "refused";
  const sources: SettingSources = { flags, env, file, reader, secretFlags };

  const read = settingsFor(command);
  const given = new Map<SettingName, SourceText>();
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of SETTING_NAMES) {
    const setting = settingOf(name);
    const found = read.includes(name) ? find(name, sources) : undefined;
    if (found === undefined) {
      values[name] = setting.fallback;
      continue;
    }
    const parsed = setting.parse(found.text);
    if ("problem" in parsed) {
      const isPrivate = setting.secret || setting.discreet || setting.carriesPassword;
      throw invalidSetting(found, parsed.problem, isPrivate);
    }
    given.set(name, found);
    values[name] = parsed.value;
  }
  if (!areComplete(values)) throw new GovernanceError("internal", "a setting was left unread");
  return { values, given, warnings };
}

/** Where a setting's value is from. */
export function originOf(name: SettingName, { given }: Pick<Settings, "given">): Origin {
  return given.get(name)?.origin ?? { kind: "default", label: "default" };
}

/** The error about a setting that contradicts another one or the command. */
export function settingProblem(
  name: SettingName,
  settings: Pick<Settings, "given">,
  problem: string,
): GovernanceError {
  return new GovernanceError("invalid-argument", `${originOf(name, settings).label}: ${problem}`);
}

// Each value comes from the parser of its own row, which the compiler cannot follow through a loop.
function areComplete(values: Partial<Record<SettingName, unknown>>): values is Values {
  return SETTING_NAMES.every((name) => Object.hasOwn(values, name));
}

/** Notes Baton's flags that this connector does not have. */
function checkFlags(flags: Flags, notes: UnservedNotes): void {
  for (const [name, text] of flags) {
    if (isUnserved(name)) noteUnserved(name, text, { kind: "flag", label: `--${name}` }, notes);
  }
}

interface SettingSources {
  readonly flags: Flags;
  readonly env: Environment;
  readonly file: ConfigFile | undefined;
  readonly reader: FileReader;
  /** `warned`: manifests of Baton connectors may have them, and by now everybody has read them. */
  readonly secretFlags: "allowed" | "warned" | "refused";
}

function find(name: SettingName, sources: SettingSources): SourceText | undefined {
  const { flags, env, file, secretFlags } = sources;
  const setting = settingOf(name);
  const levels: readonly ((key: string) => SourceText | undefined)[] = [
    (key) => fromFlags(flags, key),
    (key) => fromEnvironment(env, key, key === name ? setting.extraEnv : []),
    (key) => file?.values.get(key),
  ];
  for (const level of levels) {
    const value = underOneName(name, level, sources.reader.warn);
    const pointer = setting.secret ? level(fileForm(name)) : undefined;
    if (value !== undefined && pointer !== undefined) {
      throw new GovernanceError(
        "invalid-argument",
        `${value.origin.label} and ${pointer.origin.label} are both given; keep one`,
      );
    }
    if (pointer !== undefined) return readSecret(pointer, sources.reader);
    if (value === undefined) continue;
    if (value.origin.kind === "flag" && secretFlags !== "allowed") {
      const problem = openly(name, value.text);
      if (problem !== undefined && secretFlags === "refused") throw problem;
      if (problem !== undefined) sources.reader.warn(problem.message);
    }
    return value;
  }
  return undefined;
}

/** The value in one source, under the name of today or an earlier one. */
function underOneName(
  name: SettingName,
  level: (key: string) => SourceText | undefined,
  warn: (line: string) => void,
): SourceText | undefined {
  const value = level(name);
  const { formerly } = settingOf(name);
  const former = formerly === undefined ? undefined : level(formerly);
  if (former === undefined) return value;
  if (value !== undefined) {
    throw new GovernanceError(
      "invalid-argument",
      `${value.origin.label} and ${former.origin.label} are the same setting under two names; keep the first`,
    );
  }
  warn(`${former.origin.label} is an earlier name: the value is used as ${name}; write that name instead`);
  return former;
}

function fromFlags(flags: Flags, name: string): SourceText | undefined {
  const text = flags.get(name);
  if (text === undefined) return undefined;
  const label = `--${name}`;
  if (text === "") throw new GovernanceError("invalid-argument", `${label}: must not be empty`);
  return { text, origin: { kind: "flag", label } };
}

/** What is wrong with a secret on the command line; undefined for what is not a secret. */
function openly(name: SettingName, text: string): GovernanceError | undefined {
  const { secret, carriesPassword } = settingOf(name);
  if (secret) return openSecret(name);
  return carriesPassword && withoutPassword(text) !== text ? openPassword(name) : undefined;
}

function openSecret(name: SettingName): GovernanceError {
  return new GovernanceError(
    "invalid-argument",
    `--${name}: every user of this machine can read a secret on the command line; use ${envName(name)} or --${fileForm(name)}, or add --allow-secret-flags`,
  );
}

function openPassword(name: SettingName): GovernanceError {
  return new GovernanceError(
    "invalid-argument",
    `--${name}: every user of this machine can read a password on the command line; use ${envName(name)} or the key ${name} in a configuration file, or add --allow-secret-flags`,
  );
}

// A value that is neither true nor false is refused later, when the setting itself is read.
function isTrue(name: SettingName, { text }: SourceText): boolean {
  const parsed = settingOf(name).parse(text);
  return "value" in parsed && parsed.value === true;
}

const MAX_SECRET_BYTES = 2 ** 20;

// A secret file has one line. Editors and `echo` add a line break, which does not belong to the secret.
function readSecret(pointer: SourceText, reader: FileReader): SourceText {
  const path = resolve(reader.cwd, pointer.text);
  checkModeOf(path, pointer.origin.label, "secret", reader);
  let bytes: Buffer | undefined;
  try {
    bytes = readAtMost(path, MAX_SECRET_BYTES);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new GovernanceError(
      "invalid-argument",
      `${pointer.origin.label}: ${path} cannot be read (${code}); name a file that holds the secret`,
      { cause: error },
    );
  }
  const refused = (why: string) =>
    new GovernanceError("invalid-argument", `${pointer.origin.label}: ${path} ${why}`);
  if (bytes === undefined) throw refused("is longer than 1 MiB, so it is not a secret");
  const text = bytes.toString().replace(/\r?\n$/, "");
  if (text === "") throw refused("is empty");
  return { text, origin: pointer.origin };
}
