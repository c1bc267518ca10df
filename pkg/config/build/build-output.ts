import { resolve } from "node:path";
import type { Config, OutputFormat } from "../config.ts";
import type { Settings, Surroundings } from "../sources/read-settings.ts";

export function buildOutput(
  settings: Settings,
  surroundings: Surroundings,
): Pick<Config, "stateDir" | "output" | "log"> {
  const { values } = settings;
  return {
    // Not the directory of the sync file: serve, recover and audit must find the same journal, and only serve reads `file`.
    stateDir: resolve(surroundings.cwd, values["state-dir"] ?? "."),
    output: outputFormat(settings, surroundings),
    log: {
      level: values["log-level"],
      format: values["log-format"] ?? (surroundings.stderrIsTerminal ? "console" : "json"),
      debugExpiresAt: values["log-level-debug-expires-at"],
    },
  };
}

/** The format of the results: a table only on a terminal. */
export function outputFormat(
  { values }: Settings,
  { stdoutIsTerminal }: Pick<Surroundings, "stdoutIsTerminal">,
): OutputFormat {
  return values.output ?? (stdoutIsTerminal ? "table" : "jsonl");
}
