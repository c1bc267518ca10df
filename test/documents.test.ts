// A document, README.md or one of docs/, names everything that an operator or a platform can use by name.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { SETTING_NAMES, settingOf } from "../pkg/config/table/settings.ts";
import { UNSERVED_NAMES } from "../pkg/config/table/unserved.ts";
import { actionSchemas } from "../pkg/connector/actions/catalogue.ts";
import { ERROR_CODES } from "../pkg/core/errors.ts";
import { QUOTAS } from "../pkg/core/operations.ts";
import { commandNames } from "./support/command-names.ts";

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

describe("a document names", () => {
  test.for(commandNames())("the command %s", (name) => {
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

describe("the page of the platform's daemon names", () => {
  const page = readFileSync(join(ROOT, "docs/service-mode.md"), "utf8");
  const ofBaton = SETTING_NAMES.filter((name) =>
    ["One operation", "Platform"].includes(settingOf(name).group),
  );

  test.for([...UNSERVED_NAMES, ...ofBaton])("the setting %s of every Baton connector", (name) => {
    const variable = `BATON_${name.toUpperCase().replaceAll("-", "_")}`;
    expect(page.includes(`\`${name}\``) || page.includes(`\`--${name}\``) || page.includes(variable)).toBe(
      true,
    );
  });
});

test("each promise of SECURITY.md names tests that are there", () => {
  const page = readFileSync(join(ROOT, "SECURITY.md"), "utf8");
  const named = new Set(page.match(/\b[\w./-]+\.test\.ts\b/g));
  expect(named.size).toBeGreaterThan(50);
  expect([...named].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
