import { type Command, Option } from "commander";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { repeatsName } from "../../../../pkg/core/json-names.ts";

/** A text that is not empty: an empty one usually comes from a variable that is not set. */
export function textOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return givenOnce(option, (text) => notEmpty(option, text));
}

/** Commander takes the last value. So `--user a --user b` would change b and succeed, and a would be left as it was. */
function givenOnce(option: Option, parse: (text: string) => unknown): Option {
  return option.argParser((text: string, before: unknown) => {
    if (before !== undefined) throw optionError(option, "is given twice; keep one");
    return parse(text);
  });
}

/** A text that must be given. */
export function requiredOption(flags: string, description: string): Option {
  return textOption(flags, `${description} (required)`).makeOptionMandatory();
}

/** A text that may be empty: that removes a value. */
export function optionalTextOption(flags: string, description: string): Option {
  return givenOnce(new Option(flags, description), (text) => text);
}

export function repeatedOption(flags: string, description: string): Option {
  const option = new Option(flags, `${description} (repeatable)`);
  return option.argParser((text: string, before: unknown) => {
    const all = texts(before);
    notEmpty(option, text);
    return all.includes(text) ? all : [...all, text];
  });
}

export function wholeNumberOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return givenOnce(option, (text) => {
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw optionError(option, `must be a whole number, got ${JSON.stringify(text)}`);
  });
}

/** One of the words in the placeholder, such as `<none|random>`. Errors do not repeat another word: it may be a password. */
export function wordOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  const words = (/<([^>]+)>/.exec(flags)?.[1] ?? "").split("|");
  return givenOnce(option, (text) => {
    if (words.includes(text)) return text;
    throw optionError(option, `must be one of ${words.join(", ")}`);
  });
}

/** `name=value`, parsed into a Map. The value may be empty or contain equals signs. Errors never contain a value. */
export function pairsOption(flags: string, description: string): Option {
  const option = new Option(flags, `${description} (repeatable)`);
  return option.argParser((text: string, before: unknown) => {
    const [, name, value] = /^([^=]+)=([^]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw optionError(option, "must be name=value, such as given_name=Ada");
    }
    const pairs = new Map(pairsOf(before));
    if (pairs.has(name)) throw optionError(option, `${JSON.stringify(name)} is given twice; keep one`);
    return pairs.set(name, value);
  });
}

/** A JSON object, parsed into a Map. Errors never contain any of it. */
export function objectOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return givenOnce(option, (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw optionError(option, 'is not JSON; give an object such as {"given_name": "Ada"}');
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      if (repeatsName(text)) throw optionError(option, "has a member twice; keep one");
      return new Map<string, unknown>(Object.entries(value));
    }
    throw optionError(option, 'must be a JSON object such as {"given_name": "Ada"}');
  });
}

export function flagOption(flags: string, description: string): Option {
  return new Option(flags, description);
}

/** An option that people try but that does not exist. The error says why, and never contains the value. */
export function rejectedOption(flags: string, why: string): Option {
  const option = new Option(flags).hideHelp();
  return option.argParser(() => {
    throw optionError(option, why);
  });
}

export function textOf(command: Command, name: string): string | undefined {
  const value: unknown = command.getOptionValue(name);
  return typeof value === "string" ? value : undefined;
}

export function requiredTextOf(command: Command, name: string): string {
  const text = textOf(command, name);
  // Commander has already refused a command line without it.
  if (text === undefined) throw new GovernanceError("internal", `a required option is missing: ${name}`);
  return text;
}

export function textsOf(command: Command, name: string): readonly string[] {
  return texts(command.getOptionValue(name));
}

export function numberOf(command: Command, name: string): number | undefined {
  const value: unknown = command.getOptionValue(name);
  return typeof value === "number" ? value : undefined;
}

export function flagOf(command: Command, name: string): boolean {
  return command.getOptionValue(name) === true;
}

/** The pairs of one option and the members of another one's JSON, together. Throws if both have the same name. */
export function entriesOf(command: Command, pairs: string, json: string): ReadonlyMap<string, unknown> {
  const entries = new Map(pairsOf(command.getOptionValue(json)));
  for (const [name, value] of pairsOf(command.getOptionValue(pairs))) {
    if (entries.has(name)) {
      throw new GovernanceError(
        "invalid-argument",
        `--${dashed(pairs)} and --${dashed(json)}: both give ${JSON.stringify(name)}; keep one`,
      );
    }
    entries.set(name, value);
  }
  return entries;
}

function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function pairsOf(value: unknown): ReadonlyMap<string, unknown> {
  return value instanceof Map ? new Map([...value].filter(([key]) => typeof key === "string")) : new Map();
}

function notEmpty(option: Option, text: string): string {
  if (text === "") throw optionError(option, "must not be empty");
  return text;
}

function optionError(option: Option, why: string): GovernanceError {
  return new GovernanceError("invalid-argument", `${option.long ?? option.flags}: ${why}`);
}
