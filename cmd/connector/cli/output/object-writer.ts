import type { Output } from "../../process/context.ts";
import type { RowWriter } from "./row-writer.ts";
import { jsonText } from "./text.ts";

/** Writes nested rows as one JSON array or as JSON lines. */
export function createObjectWriter(format: "json" | "jsonl", out: Output): RowWriter<object> {
  let begun = false;
  return {
    async write(rows) {
      if (rows.length === 0) return;
      if (format === "jsonl") {
        await out.write(rows.map((row) => `${jsonText(row)}\n`).join(""));
        return;
      }
      const before = begun ? ",\n" : "[\n";
      begun = true;
      await out.write(before + rows.map((row) => jsonText(row)).join(",\n"));
    },
    async end() {
      if (format === "json") await out.write(begun ? "\n]\n" : "[]\n");
    },
  };
}
