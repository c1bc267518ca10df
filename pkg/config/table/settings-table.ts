// As a program it writes the tables of docs/settings.md (`make settings`) or fails when they differ from the code
// (`make settings-check`). They are between the two marks; the rest of the document is written by hand.
import { readFileSync, writeFileSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { GovernanceError } from "../../core/errors.ts";
import type { SettingGroup, Shape } from "./setting.ts";
import { environmentNames, fileForm, SETTING_NAMES, type SettingName, settingOf } from "./settings.ts";

const BEGIN = "<!-- settings:begin -->";
const END = "<!-- settings:end -->";

const COMMANDS_NOTE =
  "Under *Commands*, `write` is every command that changes the pool, such as `grant` or `actions invoke`, and `baton` is `connector` without a command, which also uses the settings of `sync`, `serve` and `write`.";

/** The whole table as Markdown, one part for each group. */
export function renderSettingsTable(): string {
  const groups = new Set<SettingGroup>(SETTING_NAMES.map((name) => settingOf(name).group));
  return [COMMANDS_NOTE, ...[...groups].map(renderGroup)].join("\n\n");
}

/** The document with the block between the marks replaced. Rejects a document without both marks. */
export function withSettingsTable(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin);
  if (begin < 0 || end < 0) {
    throw new GovernanceError("invalid-argument", `the document has no block from ${BEGIN} to ${END}`);
  }
  return `${document.slice(0, begin)}${BEGIN}\n\n${renderSettingsTable()}\n\n${document.slice(end)}`;
}

function renderGroup(group: SettingGroup): string {
  const rows = SETTING_NAMES.filter((name) => settingOf(name).group === group).map(renderRow);
  return [
    `## ${group}`,
    "",
    "| Flag | Environment | Value | Default | What it does | Commands |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function renderRow(name: SettingName): string {
  const setting = settingOf(name);
  const flags = [
    ...(setting.short === undefined ? [] : [`-${setting.short}`]),
    `--${name}`,
    ...(setting.secret ? [`--${fileForm(name)}`] : []),
  ];
  const cells = [
    flags.map(code).join(", "),
    environmentNames(name).map(code).join(", "),
    describeShape(setting.shape),
    setting.required ? "**required**" : setting.fallbackText,
    setting.description,
    setting.commands.join(", "),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function describeShape(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return shape.example;
    case "flag":
      return "true, false";
    case "whole-number":
      return `${shape.min}–${shape.max}`;
    case "choice":
      return shape.of.join(", ");
  }
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Returns the exit code: 0 done or the same, 1 the check failed, 2 misused. */
function main(): number {
  const { write, check } = parseArgs({
    options: { write: { type: "string" }, check: { type: "string" } },
  }).values;
  const path = write ?? check;
  if (path === undefined || (write !== undefined && check !== undefined)) {
    return complain("usage: settings-table.ts --write FILE | --check FILE", 2);
  }
  const before = readFileSync(path, "utf8");
  const after = withSettingsTable(before);
  if (before === after) return 0;
  if (check !== undefined) {
    return complain(`${path}: the tables differ from the settings in the code; run "make settings"`, 1);
  }
  writeFileSync(path, after);
  return 0;
}

function complain(line: string, exitCode: number): number {
  writeSync(2, `${line}\n`);
  return exitCode;
}

if (import.meta.main) process.exitCode = main();
