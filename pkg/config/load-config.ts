import { GovernanceError } from "../core/errors.ts";
import type { InventorySetting } from "../core/inventory-setting.ts";
import { buildConfig } from "./build/build-config.ts";
import { inventorySetting } from "./build/build-inventory.ts";
import { outputFormat } from "./build/build-output.ts";
import { exposureWarnings } from "./build/build-service.ts";
import { endpointWarnings } from "./build/endpoints.ts";
import { exposedFiles } from "./build/exposed-files.ts";
import { requireOneAddressEach } from "./build/one-address-each.ts";
import { checkStateDirectory, requireStateDirectory } from "./build/state-directory.ts";
import type { Config, OutputFormat } from "./config.ts";
import {
  type Flags,
  type ProcessInfo,
  readSettings,
  type Settings,
  settingProblem,
} from "./sources/read-settings.ts";
import type { CommandName } from "./table/setting.ts";

interface Loaded {
  readonly config: Config;
  /** What was given and has no effect; one line each. */
  readonly warnings: readonly string[];
}

/** Makes one Config of flags, environment, file and defaults. Throws one line: where, what is wrong, and the cure. */
export function loadConfig(command: CommandName, flags: Flags, info: ProcessInfo): Loaded {
  const settings = readSettings(command, flags, info);
  const config = buildConfig(settings, info);
  return { config, warnings: warningsOf(command, config, settings, info) };
}

/** The warnings about a Config that was made. Throws `invalid-argument` when the command cannot keep its state. */
export function warningsOf(
  command: CommandName,
  config: Config,
  settings: Settings,
  info: ProcessInfo,
): readonly string[] {
  requireStateDirectory(command, config);
  requireOneAddressEach(config);
  const files = exposedFiles(config, settings, info.uid);
  return [
    ...settings.warnings,
    ...endpointWarnings(config, settings),
    ...files,
    ...checkStateDirectory(command, config, settings, info),
    ...exposureWarnings(config),
  ];
}

export interface LoadedOutput {
  readonly output: OutputFormat;
  readonly warnings: readonly string[];
}

/** Like `loadConfig`, for a command that needs no pool. */
export function loadOutput(
  command: "actions" | "inspect" | "query",
  flags: Flags,
  info: ProcessInfo,
): LoadedOutput {
  const settings = readSettings(command, flags, info);
  return { output: outputFormat(settings, info), warnings: settings.warnings };
}

export interface LoadedInventory extends LoadedOutput {
  readonly inventory: InventorySetting;
}

/** Like `loadConfig`, for a command that reads an inventory and needs no pool. */
export function loadInventory(command: "query", flags: Flags, info: ProcessInfo): LoadedInventory {
  const settings = readSettings(command, flags, info);
  const inventory = inventorySetting(settings);
  if (inventory === undefined) throw missingInventory();
  return { output: outputFormat(settings, info), inventory, warnings: settings.warnings };
}

export function missingInventory(): GovernanceError {
  return new GovernanceError(
    "invalid-argument",
    'inventory: missing; give --inventory or BATON_INVENTORY, such as pool.db; "connector sync" fills one',
  );
}

export interface LoadedReading extends LoadedOutput {
  readonly inventory: InventorySetting | undefined;
  /** Undefined: the reader chooses. */
  readonly poolId: string | undefined;
}

/** Like `loadConfig`, for a command that reads what syncs have kept, and does not call AWS. */
export function loadReading(
  command: "changes" | "diff" | "report",
  flags: Flags,
  info: ProcessInfo,
): LoadedReading {
  const settings = readSettings(command, flags, info);
  const { "user-pool-id": poolId } = settings.values;
  const inventory = inventorySetting(settings);
  return { output: outputFormat(settings, info), inventory, poolId, warnings: settings.warnings };
}

interface LoadedHealthCheck {
  /** The interface that the endpoint listens on, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly warnings: readonly string[];
}

/** Like `loadConfig`, for the command that asks a running `serve` for its health and needs no pool. */
export function loadHealthCheck(flags: Flags, info: ProcessInfo): LoadedHealthCheck {
  const settings = readSettings("health-check", flags, info);
  const port = settings.values["health-check-port"];
  if (port === 0) {
    throw settingProblem(
      "health-check-port",
      settings,
      `with 0 the system chooses the port, which is not known here; give the port that serve listens on`,
    );
  }
  return {
    host: settings.values["health-check-bind-address"],
    port,
    warnings: settings.warnings,
  };
}
