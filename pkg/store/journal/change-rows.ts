import type { ChangeStep, ChangeTarget } from "../../core/change.ts";
import type { NewChange, OpenChange } from "../../core/journal.ts";
import type { DatabaseSync } from "../../sqlite/database.ts";
import { bytesIn, numberIn, optionalTextIn, type SqlRow, textIn } from "../../sqlite/rows.ts";
import type { HintsCipher } from "./hints-cipher.ts";
import { knownWord, optionalKnownWord, parseUndo, type StepEnd, WORDS } from "./stored-values.ts";

export function insertChange(database: DatabaseSync, change: NewChange, owner: string): void {
  const { id, lock, kind, beganAtMs, requester, target, justification } = change;
  database
    .prepare(
      `INSERT INTO changes (id, owner, lock, kind, began_at_ms, via, requester) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(id, owner, lock, kind, beganAtMs, requester.via, requester.name);
  updateTarget(database, id, target);
  if (justification === undefined) return;
  database.prepare("INSERT INTO justifications (change, text) VALUES (?, ?)").run(id, justification);
}

export function updateTarget(database: DatabaseSync, id: string, target: ChangeTarget): void {
  database
    .prepare("UPDATE changes SET target_user = ?, target_group = ?, target_login_sha256 = ? WHERE id = ?")
    .run(target.user ?? null, target.group ?? null, target.loginSha256 ?? null, id);
}

export function deleteChange(database: DatabaseSync, id: string): void {
  database.prepare("DELETE FROM steps WHERE change = ?").run(id);
  database.prepare("DELETE FROM justifications WHERE change = ?").run(id);
  database.prepare("DELETE FROM changes WHERE id = ?").run(id);
}

export function insertStep(database: DatabaseSync, id: string, step: ChangeStep): number {
  const n = numberIn(database.prepare(COUNT_STEPS).get(id), "n");
  database
    .prepare(
      `INSERT INTO steps (change, step, operation, undo, state, request_id, code, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(id, n, step.operation, step.undo ? 1 : 0, ...endOf(step));
  return n;
}

/** False when there is no such step. */
export function updateStep(database: DatabaseSync, id: string, index: number, end: StepEnd): boolean {
  const { changes } = database
    .prepare("UPDATE steps SET state = ?, request_id = ?, code = ?, reason = ? WHERE change = ? AND step = ?")
    .run(...endOf(end), id, index);
  return Number(changes) === 1;
}

export function readSteps(database: DatabaseSync, id: string): readonly ChangeStep[] {
  return database.prepare("SELECT * FROM steps WHERE change = ? ORDER BY step").all(id).map(stepOf);
}

/** The change of a row, with its steps. */
export function openChangeOf(database: DatabaseSync, row: SqlRow, cipher: HintsCipher): OpenChange {
  const change = storedChange(row);
  const said = database.prepare("SELECT text FROM justifications WHERE change = ?").get(change.id);
  return {
    ...change,
    ...(said === undefined ? {} : { justification: textIn(said, "text") }),
    hints: row["facts"] === null ? {} : cipher.decrypt(change.id, bytesIn(row, "facts")),
    steps: readSteps(database, change.id),
  };
}

/** What is in the row alone, and not encrypted. */
export function storedChange(row: SqlRow): NewChange & Pick<OpenChange, "undo"> {
  const undo = optionalTextIn(row, "undo");
  return {
    id: textIn(row, "id"),
    kind: knownWord(WORDS.kind, textIn(row, "kind")),
    lock: textIn(row, "lock"),
    beganAtMs: numberIn(row, "began_at_ms"),
    requester: { via: knownWord(WORDS.via, textIn(row, "via")), name: textIn(row, "requester") },
    target: targetOf(row),
    undo: undo === undefined ? undefined : parseUndo(undo),
  };
}

function targetOf(row: SqlRow): ChangeTarget {
  const user = optionalTextIn(row, "target_user");
  const group = optionalTextIn(row, "target_group");
  const loginSha256 = optionalTextIn(row, "target_login_sha256");
  return {
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    ...(loginSha256 === undefined ? {} : { loginSha256 }),
  };
}

const COUNT_STEPS = "SELECT count(*) AS n FROM steps WHERE change = ?";

function endOf(step: StepEnd): [string, string | null, string | null, string | null] {
  return [step.state, step.requestId ?? null, step.code ?? null, step.reason ?? null];
}

function stepOf(row: SqlRow): ChangeStep {
  return {
    operation: knownWord(WORDS.operation, textIn(row, "operation")),
    state: knownWord(WORDS.state, textIn(row, "state")),
    undo: numberIn(row, "undo") === 1,
    requestId: optionalTextIn(row, "request_id"),
    code: optionalKnownWord(WORDS.code, optionalTextIn(row, "code")),
    reason: optionalKnownWord(WORDS.reason, optionalTextIn(row, "reason")),
  };
}
