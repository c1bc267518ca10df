import { Command, Option } from "commander";
import { describe, expect, test } from "vitest";
import { manPage, roff } from "./man-page.ts";

function program(): Command {
  const root = new Command("connector").description("Governs a pool");
  const shared = () => new Option("-f, --file <path>", "Where to write");
  root.command("sync").description("Read it all").addOption(shared()).option("--twice", "Do it again");
  const list = root.command("list").description("Print rows");
  list.helpCommand(false);
  list.command("members").description("Print members").argument("<group>").addOption(shared());
  return root;
}

describe("manPage", () => {
  const page = manPage(program(), "1.2.3");

  test("names every command with its arguments", () => {
    expect(page).toContain('.SS "connector sync [options]"\nRead it all.');
    expect(page).toContain('.SS "connector list members <group> [options]"');
    expect(page).not.toContain('.SS "connector list [options]"');
  });

  test("tells an option of one command there, and one of several once", () => {
    expect(page).toContain(".TP\n.B \\-\\-twice\nDo it again.\n");
    const shared = ".TP\n.B \\-f, \\-\\-file <path>\nWhere to write. Read by: sync, list members.\n";
    expect(page.split(shared)).toHaveLength(2);
    expect(page.split("\\-\\-file <path>")).toHaveLength(2);
  });

  test("is the same for the same tree", () => {
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
