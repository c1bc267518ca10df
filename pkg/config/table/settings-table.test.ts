import { describe, expect, test } from "vitest";
import { FILE_KEYS } from "../sources/config-file.ts";
import { isSettingName, SETTING_NAMES, settingOf } from "./settings.ts";
import { renderSettingsTable, withSettingsTable } from "./settings-table.ts";
import { UNSERVED_NAMES } from "./unserved.ts";

describe("the settings table", () => {
  test.for(SETTING_NAMES)("has a row for %s", (name) => {
    const row = renderSettingsTable()
      .split("\n")
      .find((line) => line.includes(`\`--${name}\``));
    expect(row).toContain(settingOf(name).description.replaceAll("|", "\\|"));
    expect(row?.split(/(?<!\\)\|/)).toHaveLength(8);
  });

  test("fills the block of a document and nothing else", () => {
    const document = "# Title\n<!-- settings:begin -->\nprevious table\n<!-- settings:end -->\ntail\n";
    const filled = withSettingsTable(document);
    expect(filled).toMatch(/^# Title\n<!-- settings:begin -->\n\nUnder .*\n\n## Pool/);
    expect(filled).toMatch(/\n\n<!-- settings:end -->\ntail\n$/);
    expect(filled).not.toContain("previous table");
    expect(withSettingsTable(filled)).toBe(filled);
  });

  test("refuses a document without the block", () => {
    expect(() => withSettingsTable("# Title")).toThrow("no block from <!-- settings:begin -->");
  });
});

describe("the rows", () => {
  test.for(SETTING_NAMES)("%s is described in one sentence without a full stop", (name) => {
    expect(settingOf(name).description).toMatch(/^[A-Z].*[^.]$/);
  });

  test("none is also listed as not served", () => {
    expect(UNSERVED_NAMES.filter(isSettingName)).toEqual([]);
  });

  test("every file key belongs to one", () => {
    expect(
      FILE_KEYS.filter((key) => !isSettingName(key) && !isSettingName(key.replace(/-file$/, ""))),
    ).toEqual([]);
  });

  test.for(SETTING_NAMES.filter((name) => settingOf(name).fallback !== undefined))(
    "CONFIG-5: the default of %s in documents is its default",
    (name) => {
      const { fallback, fallbackText, parse } = settingOf(name);
      expect(parse(fallbackText)).toEqual({ value: fallback });
    },
  );
});
