// What must be known of the text of a query before the server gets it.
import { GovernanceError } from "../../core/errors.ts";

/** White space, comments, quoted texts and names, words, and any other character, as PostgreSQL reads them. */
const TOKEN =
  /\s+|--[^\n]*|\/\*|(?<![\w$])[eE]'(?:[^'\\]|\\[\s\S]|'')*'?|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|(?<![\w$])\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[\w\u0080-\uffff][\w$\u0080-\uffff]*|[^]/g;

/** Statements that give rows, and change nothing in a transaction that is read-only. */
const READS: ReadonlySet<string> = new Set(["select", "with", "values", "table", "explain", "show"]);

const UNSEEN = /^(?:\s|--)/;

/** The tokens that are neither space nor comment, with their places. */
function* tokensOf(sql: string): Generator<{ readonly text: string; readonly at: number }> {
  TOKEN.lastIndex = 0;
  const token = new RegExp(TOKEN.source, "g");
  for (let match = token.exec(sql); match !== null; match = token.exec(sql)) {
    const { 0: text, index: at } = match;
    if (UNSEEN.test(text)) continue;
    if (text === "/*") {
      token.lastIndex = endOfComment(sql, at);
      continue;
    }
    if (/^\$.*\$$/s.test(text)) {
      const end = sql.indexOf(text, at + text.length);
      token.lastIndex = end < 0 ? sql.length : end + text.length;
      yield { text: "$$", at };
      continue;
    }
    yield { text, at };
  }
}

/** Comments of PostgreSQL nest. */
function endOfComment(sql: string, begin: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = begin;
  let depth = 0;
  for (let match = mark.exec(sql); match !== null; match = mark.exec(sql)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return sql.length;
}

export interface ReadingStatement {
  readonly sql: string;
  /** The word that it begins with, in lower case. */
  readonly keyword: string;
}

/** Refuses what does not read. The server itself refuses more than one statement, and a write within a WITH. */
export function readingStatement(sql: string): ReadingStatement {
  for (const { text } of tokensOf(sql)) {
    if (text === "(") continue;
    if (text === ";") break;
    const keyword = text.toLowerCase();
    if (READS.has(keyword)) return { sql, keyword };
    throw new GovernanceError(
      "invalid-argument",
      "a query begins with SELECT, WITH, VALUES, TABLE, EXPLAIN or SHOW; nothing else is sent to the inventory",
    );
  }
  throw new GovernanceError("invalid-argument", "the query is empty");
}

/** `?` as `$1`, `$2` …, outside of texts, names and comments. */
export function numbered(sql: string): string {
  let count = 0;
  let done = 0;
  let out = "";
  for (const { text, at } of tokensOf(sql)) {
    if (text !== "?") continue;
    count += 1;
    out += `${sql.slice(done, at)}$${count}`;
    done = at + 1;
  }
  return out + sql.slice(done);
}
