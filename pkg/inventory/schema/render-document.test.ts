import { expect, test } from "vitest";
import { withSchema } from "./render-document.ts";
import { INVENTORY_TABLES } from "./tables.ts";
import { INVENTORY_VIEWS } from "./views.ts";

const DOCUMENT = "# Title\n<!-- schema:begin -->\nearlier\n<!-- schema:end -->\ntail\n";

test.for([...INVENTORY_TABLES, ...INVENTORY_VIEWS])(
  "the document says what $name is, column by column",
  (relation) => {
    const [, part = ""] = withSchema(DOCUMENT).split(`### ${relation.name}\n`);
    const [own = ""] = part.split("\n#");
    expect(own).toContain(`\n${relation.meaning}\n`);
    for (const { name } of relation.columns) expect(own).toMatch(`| \`${name}\` | `);
    expect(own.split("\n").filter((line) => line.startsWith("| `"))).toHaveLength(relation.columns.length);
    for (const line of own.split("\n").filter((one) => one.startsWith("| `")))
      expect(line.split("|")).toHaveLength(5);
  },
);

test("the block of a document is filled, and nothing else", () => {
  const filled = withSchema(DOCUMENT);
  expect(filled).toMatch(/^# Title\n<!-- schema:begin -->\n\n## Views/);
  expect(filled).toMatch(/\n\n<!-- schema:end -->\ntail\n$/);
  expect(filled).not.toContain("earlier");
  expect(withSchema(filled)).toBe(filled);
  expect(() => withSchema("# Title")).toThrow("no block from <!-- schema:begin -->");
});
