import { GovernanceError } from "../../core/errors.ts";

/** White space, comments, quoted text and names, and the end of a statement, as SQLite reads them. */
const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?|;|[^\s'"`[;]/g;

const UNSEEN = /^(?:\s|--|\/\*)/;

/** SQLite would run the first of several statements and pass over the others. */
export function requireOneStatement(sql: string): void {
  let isEmpty = true;
  let isEnded = false;
  for (const [token] of sql.matchAll(TOKEN)) {
    if (UNSEEN.test(token)) continue;
    if (token === ";") {
      isEnded = !isEmpty;
      continue;
    }
    if (isEnded)
      throw new GovernanceError("invalid-argument", "one query is one statement, and here is more");
    isEmpty = false;
  }
  if (isEmpty) throw new GovernanceError("invalid-argument", "the query is empty");
}
