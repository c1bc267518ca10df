import { type BatchProblem, type BatchRow, groupOf, type RowChange } from "./batch.ts";

/** A row and whom it concerns, as one text that two rows about the same person share. */
export interface SubjectRow {
  readonly row: BatchRow;
  readonly subject: string;
}

interface Claim {
  readonly line: number;
  readonly action: string;
}

/**
 * Rows that ask for the same twice, or for two things that cannot both be meant. The result would depend on their order,
 * and a person who reads the file expects neither.
 */
export function conflictsIn(rows: readonly SubjectRow[]): readonly BatchProblem[] {
  const claims = new Map<string, Claim>();
  const deletions = new Map<string, number>();
  for (const { row, subject } of rows) {
    if (row.change.action === "delete" && !deletions.has(subject)) deletions.set(subject, row.line);
  }
  const problems: BatchProblem[] = [];
  for (const { row, subject } of rows) {
    const { line, change } = row;
    const key = JSON.stringify([subject, aspectOf(change)]);
    const other = claims.get(key);
    const deletedIn = deletions.get(subject);
    if (other !== undefined) {
      problems.push(
        conflict(
          line,
          other.action === change.action
            ? `asks for the same as line ${other.line}`
            : `${change.action} contradicts ${other.action} in line ${other.line}`,
        ),
      );
    } else if (deletedIn !== undefined && change.action !== "delete") {
      problems.push(conflict(line, `${change.action} contradicts delete in line ${deletedIn}`));
    }
    if (other === undefined) claims.set(key, { line, action: change.action });
  }
  return problems;
}

/** What of a person the change is about. */
function aspectOf(change: RowChange): readonly string[] {
  const group = groupOf(change);
  if (group !== undefined) return ["member", group];
  return [change.action === "create" ? "existence" : "access"];
}

function conflict(line: number, what: string): BatchProblem {
  return { line, code: "invalid-argument", message: `${what}; remove one of them` };
}

/** The conflicts that show without the pool: rows that name a person in the same words. */
export function textConflicts(rows: readonly BatchRow[]): readonly BatchProblem[] {
  return conflictsIn(
    rows.map((row) => {
      const { change } = row;
      const subject =
        change.action === "create" ? (change.account.login ?? change.account.emails[0] ?? "") : change.user;
      return { row, subject };
    }),
  );
}
