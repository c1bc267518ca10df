import { buildConfig, outputFormat } from "./build-config.ts";
import type { Config, OutputFormat } from "./config.ts";
import { type Flags, readSettings, type Surroundings } from "./read-settings.ts";
import type { CommandName } from "./setting.ts";

export interface Loaded {
  readonly config: Config;
  /** What was given and means nothing; one line each. */
  readonly warnings: readonly string[];
}

/** Flags, environment, file and defaults become one Config. Rejects with one line: where, what, and the cure. */
export function loadConfig(command: CommandName, flags: Flags, surroundings: Surroundings): Loaded {
  const settings = readSettings(command, flags, surroundings);
  return { config: buildConfig(settings, surroundings), warnings: settings.warnings };
}

export interface LoadedOutput {
  readonly output: OutputFormat;
  readonly warnings: readonly string[];
}

/** As `loadConfig`, for a command that knows no pool. */
export function loadOutput(command: "actions", flags: Flags, surroundings: Surroundings): LoadedOutput {
  const settings = readSettings(command, flags, surroundings);
  return { output: outputFormat(settings, surroundings), warnings: settings.warnings };
}
