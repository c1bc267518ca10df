import { AWS_SETTINGS } from "./aws-settings.ts";
import { ENRICH_SETTINGS } from "./enrich-settings.ts";
import { HEALTH_SETTINGS } from "./health-settings.ts";
import { INVENTORY_SETTINGS } from "./inventory-settings.ts";
import { NETWORK_SETTINGS } from "./network-settings.ts";
import { OPERATION_SETTINGS } from "./operation-settings.ts";
import { OUTPUT_SETTINGS } from "./output-settings.ts";
import { PLATFORM_SETTINGS } from "./platform-settings.ts";
import { POOL_SETTINGS } from "./pool-settings.ts";
import { PROVISIONING_SETTINGS } from "./provisioning-settings.ts";
import { SCIM_SETTINGS } from "./scim-settings.ts";
import { SERVICE_SETTINGS } from "./service-settings.ts";
import type { CommandName, Setting } from "./setting.ts";
import { SHARED_QUOTA_SETTINGS } from "./shared-quota-settings.ts";
import { SYNC_SETTINGS } from "./sync-settings.ts";

// The one table of settings. The parser, --help, completion, docs/settings.md and the `config` command are made from it.
export const SETTINGS = {
  ...POOL_SETTINGS,
  ...AWS_SETTINGS,
  ...NETWORK_SETTINGS,
  ...SHARED_QUOTA_SETTINGS,
  ...SYNC_SETTINGS,
  ...INVENTORY_SETTINGS,
  ...ENRICH_SETTINGS,
  ...PROVISIONING_SETTINGS,
  ...SERVICE_SETTINGS,
  ...SCIM_SETTINGS,
  ...PLATFORM_SETTINGS,
  ...OPERATION_SETTINGS,
  ...HEALTH_SETTINGS,
  ...OUTPUT_SETTINGS,
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
  if (command === "config") return SETTING_NAMES;
  const readers = command === "baton" ? BATON_READS : [command];
  return SETTING_NAMES.filter((name) => settingOf(name).commands.some((reader) => readers.includes(reader)));
}

const BATON_READS: readonly CommandName[] = ["baton", "sync", "serve", "write"];

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

/** Earlier names of settings, which are still read. */
export const FORMER_NAMES: readonly string[] = SETTING_NAMES.flatMap(
  (name) => settingOf(name).formerly ?? [],
);

export const SECRET_NAMES: readonly SettingName[] = SETTING_NAMES.filter((name) => settingOf(name).secret);
