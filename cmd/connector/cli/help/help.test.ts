import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { environmentNames, SETTING_NAMES, settingOf } from "../../../../pkg/config/table/settings.ts";
import { run } from "../../run.ts";
import { type MemoryContext, memoryContext, memoryOutput } from "../../testing.fixture.ts";
import { displayWidth } from "../output/text.ts";
import { createProgram } from "../program.ts";
import { pathOf } from "../settings-options.ts";
import { EXAMPLES } from "./examples.ts";

async function ran(args: readonly string[], over: Partial<MemoryContext> = {}) {
  const context = memoryContext(over);
  const exitCode = await run(args, context);
  return { exitCode, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

const PROGRAM = createProgram({ context: memoryContext(), help: {}, done: () => {} });
const ALL = withSubcommands(PROGRAM);
const RUNNABLE = ALL.filter((command) => command.commands.length === 0);
const PATHS = ALL.map(pathOf);

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.createHelp().visibleCommands(command).flatMap(withSubcommands)];
}

/** What is typed after `connector`. */
function wordsOf(path: string): readonly string[] {
  return path.split(" ").slice(1);
}

describe("help", () => {
  test.for(PATHS)("of %s", async (path) => {
    const { exitCode, stdout, stderr } = await ran([...wordsOf(path), "--help"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    await expect(stdout).toMatchFileSnapshot(`../golden/help-${wordsOf(path).join("-") || "connector"}.txt`);
  });

  test("is named without arguments, where no pool is set", async () => {
    expect(await ran([])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        'connector: user-pool-id: missing; give --user-pool-id, BATON_USER_POOL_ID or the key user-pool-id in a configuration file; "connector --help" shows the help\n',
    });
  });

  test("has one golden file for each command", () => {
    const files = readdirSync(join(import.meta.dirname, "../golden")).filter((name) =>
      name.startsWith("help-"),
    );
    expect(files).toHaveLength(PATHS.length);
  });

  test.for([...PATHS, "connector help settings"])("of %s fits a terminal of 80 columns", async (path) => {
    const words = PATHS.includes(path) ? [...wordsOf(path), "--help"] : wordsOf(path);
    const { stdout } = await ran(words, { stdout: memoryOutput({ isTerminal: true, columns: 80 }) });
    expect(stdout.split("\n").filter((line) => displayWidth(line) > 80)).toEqual([]);
  });

  test.for(PATHS)("of %s is also printed by help and its name", async (path) => {
    expect(await ran(["help", ...wordsOf(path)])).toEqual(await ran([...wordsOf(path), "--help"]));
  });

  test("of a command shows its own options and the example before the settings", async () => {
    const { stdout } = await ran(["create-account", "--help"]);
    const parts = ["Usage:", "--login <name>", "Example", "--user-pool-id <id>", "connector help settings"];
    const places = parts.map((part) => stdout.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(stdout).not.toContain("--https-proxy");
  });

  test("of list is printed as an error if its subcommand is missing", async () => {
    const { exitCode, stdout, stderr } = await ran(["list"]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^Usage: connector list /);
  });
});

describe("help settings", () => {
  test("prints all settings", async () => {
    const { exitCode, stdout, stderr } = await ran(["help", "settings"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    await expect(stdout).toMatchFileSnapshot("../golden/settings.txt");
  });

  test.for(SETTING_NAMES)("has %s with its environment and its default", async (name) => {
    const { stdout } = await ran(["help", "settings", name]);
    const text = stdout.replaceAll(/\s+/g, " ");
    const { secret, required, shape, fallbackText } = settingOf(name);
    expect(text).toContain(secret ? `--${name}-file <path>` : `--${name}`);
    for (const variable of environmentNames(name)) expect(text).toContain(variable);
    const hasDefault = fallbackText !== "" && shape.kind !== "flag";
    const note = hasDefault ? `default: ${fallbackText})` : "";
    expect(text).toContain(required ? "(required)" : note);
  });

  test("shows the settings with a part of their names, with or without dashes", async () => {
    const { stdout } = await ran(["help", "settings", "jwt"]);
    expect(stdout.match(/^ {2}--\S+/gm)).toEqual([
      "  --jwt-jwks-url",
      "  --jwt-jwks-file",
      "  --jwt-issuer",
      "  --jwt-audience",
      "  --jwt-role-claim",
    ]);
    expect((await ran(["help", "settings", "--jwt"])).stdout).toBe(stdout);
  });

  test("shows the settings of a group", async () => {
    const { stdout } = await ran(["help", "settings", "Network"]);
    expect(stdout).toContain("Network:\n  --endpoint-url <url>");
    expect(stdout).toContain("  --http-timeout-seconds <n>");
  });
});

describe("an example", () => {
  test.for(RUNNABLE.map(pathOf))("is given for %s", (path) => {
    expect(EXAMPLES[path]?.[0]).toContain(path);
  });

  test("is given only for commands", () => {
    expect(PATHS).toEqual(expect.arrayContaining(Object.keys(EXAMPLES)));
  });

  test.for(RUNNABLE.map((command) => [pathOf(command), command] as const))(
    "of %s has only options of that command",
    ([path, command]) => {
      const flags = EXAMPLES[path]?.join(" ").match(/(?<= )--[a-z-]+/g) ?? [];
      const known = command.options.map(({ long }) => long);
      expect(known).toEqual(expect.arrayContaining(flags));
    },
  );
});
