// Writes the tables of docs/inventory.md from the schema in the code (`make schema`), or fails when they differ
// (`make schema-check`). They are between the two marks; the rest of the document is written by hand.
import { readFileSync, writeFileSync } from "node:fs";
import { withSchema } from "../../pkg/inventory/schema/render-document.ts";

const DOCUMENT = "docs/inventory.md";

const before = readFileSync(DOCUMENT, "utf8");
const after = withSchema(before);
if (process.argv[2] === "--write") {
  if (before !== after) writeFileSync(DOCUMENT, after);
} else if (before !== after) {
  process.stderr.write(`${DOCUMENT}: the tables differ from the schema in the code; run "make schema"\n`);
  process.exitCode = 1;
}
