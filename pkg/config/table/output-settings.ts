import {
  CALLING_AWS,
  choiceSetting,
  flagSetting,
  optionalTextSetting,
  type Parsed,
  type Setting,
} from "./setting.ts";
import * as shapes from "./values/shapes.ts";
import { parseTime } from "./values/times.ts";

/** Go programs take these two words for the outputs of the process. */
const NO_FILES: readonly string[] = ["stderr", "stdout"];

function logPaths(given: string): Parsed<readonly string[]> {
  const parsed = shapes.plainText(given);
  if ("problem" in parsed) return parsed;
  const paths = parsed.value.split(",").map((path) => path.trim());
  return { value: paths.filter((path) => path !== "" && !NO_FILES.includes(path)) };
}

/** The rows of the group Output and logs, in the order of the table. */
export const OUTPUT_SETTINGS = {
  "state-dir": optionalTextSetting({
    group: "Output and logs",
    description: "Directory of all that is kept for the pool: change journal, audit log, the run of a sync",
    example: "path",
    parse: shapes.plainText,
    fallbackText:
      "$XDG_STATE_HOME/cognito-connector/<pool id>, else ~/.local/state/cognito-connector/<pool id>",
    extraEnv: ["STATE_DIRECTORY"],
    operators: true,
    commands: ["sync", "serve", "validate", "write", "recover", "audit"],
  }),
  output: choiceSetting({
    group: "Output and logs",
    description: "Format of the results on stdout",
    of: ["table", "json", "jsonl", "csv"],
    cure: "the file that a sync writes is set with --file",
    fallback: undefined,
    fallbackText: "table on a terminal, else jsonl",
    operators: true,
    commands: [
      "sync",
      "validate",
      "list",
      "write",
      "recover",
      "audit",
      "actions",
      "inspect",
      "query",
      "changes",
      "diff",
      "config",
    ],
  }),
  "csv-raw": flagSetting({
    group: "Output and logs",
    description:
      "Print CSV without the apostrophe that keeps a spreadsheet from running a cell as a formula, and with control characters; only for programs",
    operators: true,
    commands: [
      "sync",
      "validate",
      "list",
      "write",
      "recover",
      "audit",
      "actions",
      "inspect",
      "query",
      "changes",
      "diff",
      "config",
    ],
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
  "log-path": optionalTextSetting({
    group: "Output and logs",
    description:
      "Files that get the log too, separated by commas; SIGHUP opens them again; stderr has the log in any case",
    example: "path",
    parse: logPaths,
    fallbackText: "only stderr",
    repeats: true,
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
    commands: [
      ...CALLING_AWS,
      "actions",
      "inspect",
      "query",
      "changes",
      "report",
      "iam-policy",
      "config",
      "health-check",
    ],
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
