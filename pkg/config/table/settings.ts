import { HEALTH_SETTINGS } from "./health-settings.ts";
import { PROVISIONING_SETTINGS } from "./provisioning-settings.ts";
import { SERVICE_SETTINGS } from "./service-settings.ts";
import {
  type CommandName,
  choiceSetting,
  flagSetting,
  optionalTextSetting,
  type Setting,
  textSetting,
  wholeNumberSetting,
} from "./setting.ts";
import { SYNC_SETTINGS } from "./sync-settings.ts";
import { CATEGORIES, DEFAULT_RATES, parseRates } from "./values/rate.ts";
import * as shapes from "./values/shapes.ts";
import { parseTime } from "./values/times.ts";

/** The commands that call AWS. */
export const CALLING_AWS: readonly CommandName[] = ["sync", "serve", "validate", "list", "write", "recover"];

// The one table of settings. The parser, --help, completion, docs/settings.md and the `config` command are made from it.
export const SETTINGS = {
  "user-pool-id": optionalTextSetting({
    group: "Pool",
    description: "ID of the user pool, such as eu-west-1_AbCd12345",
    example: "id",
    parse: shapes.poolId,
    required: true,
    commands: [...CALLING_AWS, "audit", "iam-policy"],
  }),
  region: optionalTextSetting({
    group: "Pool",
    description: "AWS Region of the pool; it must match the pool ID",
    example: "region",
    parse: shapes.regionName,
    fallbackText: "the Region in the pool ID",
    commands: [...CALLING_AWS, "audit", "iam-policy"],
  }),
  "user-id": choiceSetting({
    group: "Pool",
    description: "What identifies a user: sub never changes and is never reused; username can be reused",
    of: ["sub", "username"],
    fallback: "sub",
    commands: ["sync", "serve", "list", "write"],
  }),
  rate: textSetting({
    group: "Pool",
    description: `Requests to AWS per second in each quota category, or in some, such as UserList=30,UserPoolRead=2 (${CATEGORIES.join(", ")})`,
    example: "rates",
    parse: parseRates,
    fallback: DEFAULT_RATES,
    fallbackText: "5",
    repeats: true,
    commands: CALLING_AWS,
  }),

  "aws-profile": optionalTextSetting({
    group: "AWS access",
    description: "Profile in the AWS config and credentials files",
    example: "name",
    parse: shapes.plainText,
    fallbackText: "the AWS default credential chain",
    commands: CALLING_AWS,
  }),
  "aws-access-key-id": optionalTextSetting({
    group: "AWS access",
    description: "Static access key ID; prefer the AWS default credential chain",
    example: "id",
    parse: shapes.accessKeyId,
    secret: true,
    commands: CALLING_AWS,
  }),
  "aws-secret-access-key": optionalTextSetting({
    group: "AWS access",
    description: "Static secret access key",
    example: "key",
    parse: shapes.secretText,
    secret: true,
    commands: CALLING_AWS,
  }),
  "aws-session-token": optionalTextSetting({
    group: "AWS access",
    description: "Session token of temporary credentials",
    example: "token",
    parse: shapes.secretText,
    secret: true,
    commands: CALLING_AWS,
  }),
  "aws-assume-role-arn": optionalTextSetting({
    group: "AWS access",
    description: "IAM role to assume, for example for a pool in another AWS account",
    example: "arn",
    parse: shapes.roleArn,
    commands: CALLING_AWS,
  }),
  "aws-assume-role-external-id": optionalTextSetting({
    group: "AWS access",
    description: "External ID that the trust policy of the role requires",
    example: "id",
    parse: shapes.externalId,
    commands: CALLING_AWS,
  }),
  "aws-assume-role-session-name": textSetting({
    group: "AWS access",
    description: "Name of the role session, as CloudTrail shows it",
    example: "name",
    parse: shapes.sessionName,
    fallback: "cognito-connector",
    fallbackText: "cognito-connector",
    commands: CALLING_AWS,
  }),
  "aws-assume-role-duration-seconds": wholeNumberSetting({
    group: "AWS access",
    description: "Lifetime of the role session in seconds; the connector renews the session",
    min: 900,
    max: 43_200,
    fallback: 3600,
    commands: CALLING_AWS,
  }),
  "allow-secret-flags": flagSetting({
    group: "AWS access",
    description: "Accept secrets as flags, although every user of the machine can read them",
    inFile: false,
    operators: true,
    commands: CALLING_AWS,
  }),

  "endpoint-url": optionalTextSetting({
    group: "Network",
    description:
      "URL of another Cognito endpoint, such as a VPC endpoint or an emulator; --rate then has no upper limit",
    example: "url",
    parse: shapes.httpUrl,
    fallbackText: "the AWS endpoint of the Region",
    extraEnv: ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "use-fips-endpoint": flagSetting({
    group: "Network",
    description: "Use the FIPS 140 endpoint; in GovCloud it is the only one",
    extraEnv: ["AWS_USE_FIPS_ENDPOINT"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "use-dualstack-endpoint": flagSetting({
    group: "Network",
    description: "Use the dual-stack endpoint, which supports IPv6",
    extraEnv: ["AWS_USE_DUALSTACK_ENDPOINT"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "https-proxy": optionalTextSetting({
    group: "Network",
    description: "Proxy for https endpoints",
    example: "url",
    parse: shapes.proxyUrl,
    carriesPassword: true,
    extraEnv: ["HTTPS_PROXY", "https_proxy"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "http-proxy": optionalTextSetting({
    group: "Network",
    description: "Proxy for http endpoints",
    example: "url",
    parse: shapes.proxyUrl,
    carriesPassword: true,
    extraEnv: ["HTTP_PROXY", "http_proxy"],
    operators: true,
    commands: CALLING_AWS,
  }),
  "no-proxy": optionalTextSetting({
    group: "Network",
    description: "Hosts to connect to without a proxy, separated by commas",
    example: "hosts",
    parse: shapes.plainText,
    extraEnv: ["NO_PROXY", "no_proxy"],
    repeats: true,
    operators: true,
    commands: CALLING_AWS,
  }),
  "http-timeout-seconds": wholeNumberSetting({
    group: "Network",
    description: "Longest time that one call to AWS may take, in seconds",
    min: 1,
    max: 1800,
    fallback: 300,
    operators: true,
    commands: CALLING_AWS,
  }),

  ...SYNC_SETTINGS,

  ...PROVISIONING_SETTINGS,

  ...SERVICE_SETTINGS,

  ...HEALTH_SETTINGS,

  "state-dir": optionalTextSetting({
    group: "Output and logs",
    description: "Directory of the working database, the change journal and the audit log",
    example: "path",
    parse: shapes.plainText,
    fallbackText: "the current directory; for a sync, the directory of the .c1z file",
    operators: true,
    commands: ["sync", "serve", "write", "recover", "audit"],
  }),
  output: choiceSetting({
    group: "Output and logs",
    description: "Format of the results on stdout",
    of: ["table", "json", "jsonl", "csv"],
    fallback: undefined,
    fallbackText: "table on a terminal, else jsonl",
    operators: true,
    commands: ["sync", "validate", "list", "write", "recover", "audit", "actions", "config"],
  }),
  "log-level": choiceSetting({
    group: "Output and logs",
    description:
      "Lowest level of the log lines on stderr; only debug lines contain the names of users and groups",
    of: ["debug", "info", "warn", "error"],
    fallback: "info",
    operators: true,
    commands: CALLING_AWS,
  }),
  "log-level-debug-expires-at": optionalTextSetting({
    group: "Output and logs",
    description: "Time at which the log level debug changes to info, such as 2026-11-21T18:00:00Z",
    example: "time",
    parse: parseTime,
    fallbackText: "never",
    operators: true,
    commands: CALLING_AWS,
  }),
  "log-format": choiceSetting({
    group: "Output and logs",
    description: "Format of the log on stderr",
    of: ["console", "json"],
    fallback: undefined,
    fallbackText: "console on a terminal, else json",
    operators: true,
    commands: CALLING_AWS,
  }),
  config: optionalTextSetting({
    group: "Output and logs",
    description: "YAML file with settings",
    example: "path",
    parse: shapes.plainText,
    fallbackText: "./.baton.yaml, if it exists",
    inFile: false,
    operators: true,
    commands: [...CALLING_AWS, "audit", "actions", "iam-policy", "config", "health-check"],
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type SettingName = keyof typeof SETTINGS;
type ValueOf<N extends SettingName> = (typeof SETTINGS)[N] extends Setting<infer T> ? T : never;
export type Values = { readonly [N in SettingName]: ValueOf<N> };

export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName);

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** A row without the type of its value, for documents and option parsers. */
export function settingOf(name: SettingName): Setting<unknown> {
  return SETTINGS[name];
}

/** The settings that a command reads. `config` reads all. */
export function settingsFor(command: CommandName): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => command === "config" || settingOf(name).commands.includes(command));
}

/** `BATON_<UPPER_SNAKE>`; the one of the configuration file is Baton's own. */
export function envName(name: string): string {
  return name === "config" ? "BATON_CONFIG_PATH" : `BATON_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** The flag, key or environment name of a file that holds the secret. */
export function fileForm(name: SettingName): string {
  return `${name}-file`;
}

/** All environment names of a setting, ours first. */
export function environmentNames(name: SettingName): readonly string[] {
  if (!settingOf(name).inEnvironment) return [];
  const own = settingOf(name).secret ? [envName(name), envName(fileForm(name))] : [envName(name)];
  return [...own, ...settingOf(name).extraEnv];
}

export const SECRET_NAMES: readonly SettingName[] = SETTING_NAMES.filter((name) => settingOf(name).secret);
