import { buildConfig } from "./build-config.ts";
import type { Config } from "./config.ts";
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
