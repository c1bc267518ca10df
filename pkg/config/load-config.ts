import { GovernanceError } from "../core/errors.ts";
import { buildConfig, outputFormat } from "./build/build-config.ts";
import { exposureWarnings } from "./build/build-service.ts";
import type { Config, OutputFormat } from "./config.ts";
import { type Flags, originOf, readSettings, type Surroundings } from "./sources/read-settings.ts";
import type { CommandName } from "./table/setting.ts";

interface Loaded {
  readonly config: Config;
  /** What was given and means nothing; one line each. */
  readonly warnings: readonly string[];
}

/** Flags, environment, file and defaults become one Config. Rejects with one line: where, what, and the cure. */
export function loadConfig(command: CommandName, flags: Flags, surroundings: Surroundings): Loaded {
  const settings = readSettings(command, flags, surroundings);
  const config = buildConfig(settings, surroundings);
  return { config, warnings: [...settings.warnings, ...exposureWarnings(config)] };
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

interface LoadedHealthCheck {
  /** The interface that the endpoint listens on, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly warnings: readonly string[];
}

/** As `loadConfig`, for the command that asks a running `serve` for its health and knows no pool. */
export function loadHealthCheck(flags: Flags, surroundings: Surroundings): LoadedHealthCheck {
  const settings = readSettings("health-check", flags, surroundings);
  const port = settings.values["health-check-port"];
  if (port === 0) {
    throw new GovernanceError(
      "invalid-argument",
      `${originOf("health-check-port", settings).label}: 0 has the system choose a port, which cannot be asked here; give the port that serve has`,
    );
  }
  return {
    host: settings.values["health-check-bind-address"],
    port,
    warnings: settings.warnings,
  };
}
