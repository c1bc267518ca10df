import { Command, Option } from "commander";
import { describe, expect, test } from "vitest";
import { SETTING_NAMES } from "../../../../pkg/config/table/settings.ts";
import { addSettings } from "../settings-options.ts";
import { manPage, roff } from "./man-page.ts";

function program(): Command {
  const root = new Command("connector").description("Governs a pool.");
  const sync = root.command("sync").description("Read it all.").option("--twice", "Do it again");
  addSettings(sync, "sync");
  const list = root.command("list").description("Print rows.");
  list.helpCommand(false);
  const members = list.command("members").description("Print members.").argument("<group>");
  members.addOption(new Option("--twice", "Do it again"));
  return root;
}

describe("manPage", () => {
  const page = manPage(program(), "1.2.3");

  test("names every command with its arguments", () => {
    expect(page).toContain('.SS "connector sync [options]"\nRead it all.\n');
    expect(page).toContain('.SS "connector list members <group> [options]"');
    expect(page).not.toContain('.SS "connector list [options]"');
  });

  test("lists the options of a command with it", () => {
    expect(page.split(".TP\n.B \\-\\-twice\nDo it again.\n")).toHaveLength(3);
  });

  test.for(SETTING_NAMES.map((name) => [name]))("lists %s once, in the settings", ([name = ""]) => {
    const flags = [roff(`--${name}`), roff(`--${name}-file`)];
    const terms = page
      .slice(page.indexOf(".SH SETTINGS"))
      .split("\n")
      .filter((line) => line.startsWith(".B ") && line.split(/[ ,]+/).some((word) => flags.includes(word)));
    expect(terms).toHaveLength(1);
    expect(page.split(`\n${terms[0]}\n`)).toHaveLength(2);
  });

  test("is the same for the same commands", () => {
    expect(manPage(program(), "1.2.3")).toBe(page);
  });
});

test.for([
  ["--dry-run", "\\-\\-dry\\-run"],
  [".baton.yaml", "\\&.baton.yaml"],
  ["'quoted'", "\\&'quoted'"],
  ["a\\b", "a\\eb"],
  ["one\n  two", "one two"],
] as const)("%s is printed as it is", ([text, expected]) => {
  expect(roff(text)).toBe(expected);
});
