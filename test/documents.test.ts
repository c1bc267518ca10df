// A document, README.md or one of docs/, names everything that an operator or a platform can use by name.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../cmd/connector/cli/program.ts";
import type { Context, Output } from "../cmd/connector/process/context.ts";
import { actionSchemas } from "../pkg/connector/actions/catalogue.ts";
import { ERROR_CODES } from "../pkg/core/errors.ts";
import { QUOTAS } from "../pkg/core/operations.ts";

const ROOT = resolve(import.meta.dirname, "..");
// These mention many names without explaining them.
const NO_MANUAL = ["requirements.md", "decisions.md", "settings.md"];
const documents = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md") && !NO_MANUAL.includes(name))
    .map((name) => join("docs", name)),
].map((file) => readFileSync(join(ROOT, file), "utf8"));

/** Texts between backticks, in blocks of code, and in cells of tables. */
const codes = documents.flatMap((text) => [
  ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code),
  ...[...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n")),
  ...text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .flatMap((line) => line.split("|").map((cell) => cell.trim())),
]);

/** `update_group`, alone between backticks or in a cell. */
function isNamed(name: string): boolean {
  return codes.some((code) => code === name);
}

/** `connector audit verify`, or `audit verify [options]`. */
function isCommandShown(name: string): boolean {
  const shown = new RegExp(`(?:^|(?:^|[ $])connector (?:-- )?)${name}(?![\\w-])`);
  return codes.some((code) => shown.test(code));
}

const nowhere: Output = {
  isTerminal: false,
  columns: () => 80,
  write: () => Promise.resolve(),
  writeNow: () => {},
};
const context: Context = {
  env: {},
  cwd: "/",
  user: "",
  stdin: { isTerminal: false, read: () => Promise.resolve("") },
  stdout: nowhere,
  stderr: nowhere,
  signal: new AbortController().signal,
  onReload: () => () => {},
  now: () => 0,
  monotonic: () => 0,
};

/** `audit verify` for a command below another. */
function commandsOf(command: Command, path: string): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .flatMap((each) => {
      const name = `${path} ${each.name()}`.trim();
      return each.commands.length === 0 ? [name] : commandsOf(each, name);
    });
}

const commands = commandsOf(createProgram({ context, help: {}, done: () => {} }), "").filter(
  (name) => !name.startsWith("help"),
);

describe("a document names", () => {
  test.for(commands)("the command %s", (name) => {
    expect(isCommandShown(name)).toBe(true);
  });

  test.for(actionSchemas("").map(({ name }) => name))("the action %s", (name) => {
    expect(isNamed(name)).toBe(true);
  });

  test.for(ERROR_CODES)("the error code %s", (code) => {
    expect(isNamed(code)).toBe(true);
  });

  test.for(Object.keys(QUOTAS))("the quota category %s", (category) => {
    expect(isNamed(category)).toBe(true);
  });
});
