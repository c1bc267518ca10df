import { GovernanceError } from "../../core/errors.ts";
import type { BatchProblem, BatchRow, RowWords } from "../batch.ts";
import { textConflicts } from "../conflicts.ts";
import { checkRow, rowActionNamed } from "./check-row.ts";
import { badRow, type RawRow } from "./raw-row.ts";
import { readCsv } from "./read-csv.ts";
import { readJsonl } from "./read-jsonl.ts";

export interface BatchFile {
  readonly rows: readonly BatchRow[];
  /** In the order of the lines. */
  readonly problems: readonly BatchProblem[];
  /** By line, also of rows that have a problem. */
  readonly words: ReadonlyMap<number, RowWords>;
}

const UTF16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
] as const;

/** Reads and checks a whole file, without the pool. A file whose first character is `{` is JSONL, any other is CSV. */
export function readBatch(bytes: Uint8Array): BatchFile {
  const text = decoded(bytes);
  const start = text.trimStart();
  if (start === "") return unreadable("the file is empty");
  if (start.startsWith("[")) return unreadable("is a JSON list; give one JSON object on each line");
  const raw = start.startsWith("{") ? readJsonl(text) : readCsv(text);
  const rows: BatchRow[] = [];
  const problems: BatchProblem[] = [...raw.problems];
  for (const one of raw.rows) {
    const checked = checkRow(one);
    if ("change" in checked) rows.push(checked);
    else problems.push(...checked);
  }
  problems.push(...textConflicts(rows));
  if (rows.length === 0 && problems.length === 0) problems.push(badRow(1, "the file has no row"));
  const words = new Map(raw.rows.map((one) => [one.line, rawWords(one)]));
  return { rows, problems: problems.toSorted((a, b) => a.line - b.line), words };
}

function unreadable(problem: string): BatchFile {
  return { rows: [], problems: [badRow(1, problem)], words: new Map() };
}

function rawWords({ values }: RawRow): RowWords {
  const action = rowActionNamed(values.get("action"));
  return { action, user: values.get("user"), group: values.get("group") };
}

function decoded(bytes: Uint8Array): string {
  if (UTF16.some(([first, second]) => bytes[0] === first && bytes[1] === second)) {
    throw notUtf8("is UTF-16");
  }
  try {
    // Takes a byte order mark away.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8("is not UTF-8");
  }
}

function notUtf8(what: string): GovernanceError {
  return new GovernanceError("invalid-argument", `--file: the file ${what}; save it as UTF-8 and try again`);
}
