import { resolve } from "node:path";
import type { Config, OutputFormat } from "../config.ts";
import { type ProcessInfo, type Settings, settingProblem } from "../sources/read-settings.ts";

export function buildOutput(settings: Settings, info: ProcessInfo): Pick<Config, "output" | "log"> {
  const { values } = settings;
  return {
    output: outputFormat(settings, info),
    log: {
      level: values["log-level"],
      format: values["log-format"] ?? (info.stderrIsTerminal ? "console" : "json"),
      debugExpiresAt: values["log-level-debug-expires-at"],
      files: (values["log-path"] ?? []).map((path) => resolve(info.cwd, path)),
    },
  };
}

/** The format of the results: a table only on a terminal. */
export function outputFormat(
  settings: Settings,
  { stdoutIsTerminal }: Pick<ProcessInfo, "stdoutIsTerminal">,
): OutputFormat {
  const { values } = settings;
  if (values["csv-raw"]) {
    if (values.output === undefined || values.output === "csv") return "csv-raw";
    throw settingProblem(
      "csv-raw",
      settings,
      `has no meaning for ${values.output}; leave one of the two out`,
    );
  }
  return values.output ?? (stdoutIsTerminal ? "table" : "jsonl");
}
