import { repeatsName } from "../../core/json-names.ts";
import { isRecord } from "../../core/unknown.ts";
import type { BatchProblem } from "../batch.ts";
import type { ColumnName } from "./columns.ts";
import { badRow, columnNamed, type RawRow, type RawRows, unknownName } from "./raw-row.ts";

/** Reads one JSON object a line. Null and "" count as missing. */
export function readJsonl(text: string): RawRows {
  const rows: RawRow[] = [];
  const problems: BatchProblem[] = [];
  for (const [i, line] of text.split(/\r\n|\n/).entries()) {
    if (line.trim() === "") continue;
    const row = rowOf(i + 1, line);
    if (Array.isArray(row)) problems.push(...row);
    else rows.push(row);
  }
  return { rows, problems };
}

function rowOf(line: number, text: string): RawRow | BatchProblem[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [badRow(line, "is not JSON; give one object on one line")];
  }
  if (!isRecord(value)) return [badRow(line, "is not a JSON object; give one object on one line")];
  if (repeatsName(text)) return [badRow(line, "has a member twice; keep one")];
  const values = new Map<ColumnName, string>();
  const attributes = new Map<string, unknown>();
  const problems: BatchProblem[] = [];
  const setAttribute = (name: string, one: unknown): void => {
    if (attributes.has(name)) problems.push(badRow(line, "an attribute is there twice; keep one"));
    attributes.set(name, one);
  };
  for (const [i, [name, one]] of Object.entries(value).entries()) {
    if (one === null || one === "") continue;
    if (name === "attributes") {
      if (isRecord(one)) for (const [key, inner] of Object.entries(one)) setAttribute(key, inner);
      else problems.push(badRow(line, "attributes: must be an object of attributes by their names"));
      continue;
    }
    const known = columnNamed(name);
    if (known === undefined) problems.push(badRow(line, `member ${i + 1} ${unknownName(name)}`));
    else if ("attribute" in known) setAttribute(known.attribute, one);
    else if (values.has(known.column))
      problems.push(badRow(line, `${known.column}: is there twice; keep one`));
    else if (typeof one === "string") values.set(known.column, one);
    else if (typeof one === "boolean" && known.column === "invite") values.set("invite", String(one));
    else problems.push(badRow(line, `${known.column}: must be a text`));
  }
  return problems.length > 0 ? problems : { line, values, attributes };
}
