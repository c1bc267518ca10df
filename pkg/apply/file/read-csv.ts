import { CsvError, parse } from "csv-parse/sync";
import { beginsFormula } from "../../core/text.ts";
import type { BatchProblem } from "../batch.ts";
import type { ColumnName } from "./columns.ts";
import { badRow, columnNamed, type KnownName, type RawRow, type RawRows, unknownName } from "./raw-row.ts";

/** A record with the line in which it begins. */
interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Reads CSV (RFC 4180) with a header line. The delimiter is a comma, or a semicolon as some spreadsheets write it. */
export function readCsv(text: string): RawRows {
  let records: readonly CsvRecord[];
  try {
    records = recordsOf(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { rows: [], problems: [badRow(lineOf(error), PROBLEMS[error.code] ?? "is not CSV")] };
  }
  const [header, ...others] = records;
  if (header === undefined) return { rows: [], problems: [badRow(1, "the file is empty")] };
  const problems = headerProblems(header);
  if (problems.length > 0) return { rows: [], problems };
  const names = header.cells.map(columnNamed);
  const rows: RawRow[] = [];
  for (const record of others) {
    if (record.cells.length !== names.length) {
      problems.push(
        badRow(
          record.line,
          `has ${record.cells.length} values, and the header line has ${names.length} columns`,
        ),
      );
    } else rows.push(rawRow(record, names));
  }
  return { rows, problems };
}

function recordsOf(text: string): readonly CsvRecord[] {
  // The parser counts CR and LF of one line break inside quotes as two lines.
  const normalized = text.replaceAll(/\r\n?/g, "\n");
  const [first = ""] = normalized.split("\n", 1);
  const delimiter = first.includes(";") && !first.includes(",") ? ";" : ",";
  const records: CsvRecord[] = [];
  parse(normalized, {
    delimiter,
    record_delimiter: "\n",
    relax_column_count: true,
    skip_empty_lines: true,
    on_record(cells, { lines }) {
      // `lines` is where the record ends.
      const inside = cells.reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);
      records.push({ line: lines - inside, cells });
      return null;
    },
  });
  return records;
}

function headerProblems({ line, cells }: CsvRecord): BatchProblem[] {
  const problems: BatchProblem[] = [];
  const seen = new Set<string>();
  for (const [i, cell] of cells.entries()) {
    const known = columnNamed(cell);
    const key = JSON.stringify(known);
    if (known === undefined)
      problems.push(badRow(line, `column ${i + 1} of the header line ${unknownName(cell)}`));
    else if (seen.has(key)) problems.push(badRow(line, `column ${i + 1} of the header line is there twice`));
    seen.add(key);
  }
  if (problems.length === 0 && !seen.has(JSON.stringify({ column: "action" }))) {
    problems.push(badRow(line, "the header line has no column action"));
  }
  return problems;
}

function rawRow({ line, cells }: CsvRecord, names: readonly (KnownName | undefined)[]): RawRow {
  const values = new Map<ColumnName, string>();
  const attributes = new Map<string, unknown>();
  for (const [i, name] of names.entries()) {
    const value = withoutApostrophe(cells[i] ?? "");
    if (name === undefined || value === "") continue;
    if ("column" in name) values.set(name.column, value);
    else attributes.set(name.attribute, value);
  }
  return { line, values, attributes };
}

/** Our CSV output and spreadsheets write an apostrophe before a text that would be a formula. */
function withoutApostrophe(value: string): string {
  return value.startsWith("'") && beginsFormula(value.slice(1)) ? value.slice(1) : value;
}

function lineOf(error: CsvError): number {
  return "lines" in error && typeof error["lines"] === "number" ? error["lines"] : 1;
}

/** By the parser's code, since its own text quotes the value. */
const PROBLEMS: Readonly<Partial<Record<CsvError["code"], string>>> = {
  CSV_QUOTE_NOT_CLOSED: "a quotation mark is opened and not closed",
  INVALID_OPENING_QUOTE:
    'a quotation mark inside a value; put the value into quotation marks, and write " inside it as ""',
  CSV_INVALID_CLOSING_QUOTE: 'a character follows a closing quotation mark; write " inside a value as ""',
};
