/**
 * The commands that read settings; `write` means every command that changes the pool, and `baton` is `connector` without a
 * command, which reads those of `sync`, `serve` and `write` too.
 */
export type CommandName =
  | "baton"
  | "sync"
  | "serve"
  | "validate"
  | "list"
  | "write"
  | "recover"
  | "audit"
  | "actions"
  | "inspect"
  | "query"
  | "changes"
  | "diff"
  | "report"
  | "iam-policy"
  | "config"
  | "health-check";

/** The commands that call AWS. */
export const CALLING_AWS: readonly CommandName[] = [
  "sync",
  "serve",
  "validate",
  "list",
  "write",
  "recover",
  "audit",
  "diff",
];

export type SettingGroup =
  | "Pool"
  | "AWS access"
  | "Network"
  | "Shared quota"
  | "Sync"
  | "Inventory"
  | "Provisioning"
  | "Service"
  | "SCIM"
  | "Platform"
  | "One operation"
  | "Health and metrics"
  | "Output and logs";

/** The parsed value, or what is wrong with the text: the rule and the cure, without the value. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** How a value is written, for help, documents and the schema that `config` prints. */
export type Shape =
  | { readonly kind: "text"; readonly example: string }
  | { readonly kind: "flag" }
  | { readonly kind: "whole-number"; readonly min: number; readonly max: number }
  | { readonly kind: "choice"; readonly of: readonly string[] };

/** One row of the table: everything that the parser, help, documents and `config` know about a setting. */
export interface Setting<T> {
  readonly group: SettingGroup;
  /** One sentence without a full stop, as `--help` shows it. */
  readonly description: string;
  readonly shape: Shape;
  /** Called with a text that is not empty. */
  readonly parse: (text: string) => Parsed<T>;
  /** The value if no source has one; undefined if there is none or `buildConfig` derives it. */
  readonly fallback: T;
  /** The fallback in words, for documents. */
  readonly fallbackText: string;
  readonly required: boolean;
  /** The commands that can do without it although it is required. */
  readonly optionalFor: readonly CommandName[];
  /** Never shown, refused as a flag, and also read from the file that `<name>-file` names. */
  readonly secret: boolean;
  /** True: errors do not repeat the text. */
  readonly discreet: boolean;
  /** True: a URL that may contain a password. With a password it is refused as a flag. */
  readonly carriesPassword: boolean;
  readonly commands: readonly CommandName[];
  /** Environment variables of the AWS SDK and of curl, which are read after ours. */
  readonly extraEnv: readonly string[];
  readonly short: string | undefined;
  /** False: cannot be in the file, because it names the file or must not be set for every command. */
  readonly inFile: boolean;
  /** False: only a flag; an environment variable for it is an error. */
  readonly inEnvironment: boolean;
  /** An earlier name that is still read, with a warning. */
  readonly formerly: string | undefined;
  /** True: a repeated flag adds to the value. */
  readonly repeats: boolean;
  /** True: for operators; a setup form for newcomers does not ask for it. */
  readonly operators: boolean;
}

type Common = Partial<
  Pick<
    Setting<unknown>,
    | "required"
    | "optionalFor"
    | "secret"
    | "discreet"
    | "carriesPassword"
    | "extraEnv"
    | "short"
    | "inFile"
    | "inEnvironment"
    | "formerly"
    | "repeats"
    | "operators"
    | "fallbackText"
  >
> &
  Pick<Setting<unknown>, "group" | "description" | "commands">;

const PLAIN = {
  required: false,
  optionalFor: [],
  secret: false,
  discreet: false,
  carriesPassword: false,
  extraEnv: [],
  short: undefined,
  inFile: true,
  inEnvironment: true,
  formerly: undefined,
  repeats: false,
  operators: false,
} as const;

/** A text with its own parser. */
export function textSetting<T>(
  row: Common & {
    readonly example: string;
    readonly parse: (text: string) => Parsed<T>;
    readonly fallback: T;
  },
): Setting<T> {
  const { example, ...rest } = row;
  return { ...PLAIN, fallbackText: "", ...rest, shape: { kind: "text", example } };
}

/** A text that may be missing. */
export function optionalTextSetting<T>(
  row: Common & { readonly example: string; readonly parse: (text: string) => Parsed<T> },
): Setting<T | undefined> {
  return textSetting<T | undefined>({ ...row, fallback: undefined });
}

export function flagSetting(row: Common): Setting<boolean> {
  return {
    ...PLAIN,
    fallbackText: "false",
    ...row,
    shape: { kind: "flag" },
    parse: parseFlag,
    fallback: false,
  };
}

export function wholeNumberSetting(
  row: Common & { readonly min: number; readonly max: number; readonly fallback: number },
): Setting<number> {
  const { min, max, ...rest } = row;
  return {
    ...PLAIN,
    fallbackText: String(row.fallback),
    ...rest,
    shape: { kind: "whole-number", min, max },
    parse: (given) => {
      const value = /^-?\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
      return value >= min && value <= max
        ? { value }
        : { problem: `must be a whole number from ${min} to ${max}` };
    },
  };
}

export function choiceSetting<const C extends string, const F extends C | undefined>(
  row: Common & { readonly of: readonly C[]; readonly fallback: F; readonly cure?: string },
): Setting<C | F> {
  const { of, cure, ...rest } = row;
  return {
    ...PLAIN,
    fallbackText: row.fallback ?? "",
    ...rest,
    shape: { kind: "choice", of },
    parse: (given) => {
      const value = of.find((candidate) => candidate === given);
      if (value !== undefined) return { value };
      return { problem: `must be one of ${of.join(", ")}${cure === undefined ? "" : `; ${cure}`}` };
    },
  };
}

function parseFlag(given: string): Parsed<boolean> {
  switch (given.toLowerCase()) {
    case "true":
    case "1":
    case "yes":
    case "on":
      return { value: true };
    case "false":
    case "0":
    case "no":
    case "off":
      return { value: false };
    default:
      return { problem: "must be true or false" };
  }
}
