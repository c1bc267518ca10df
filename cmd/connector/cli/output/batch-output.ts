import type {
  BatchPlan,
  BatchProblem,
  BatchResult,
  RowAction,
  RowChange,
  RowWords,
} from "../../../../pkg/apply/batch.ts";
import { groupOf } from "../../../../pkg/apply/batch.ts";
import { INVITATION_UNKNOWN } from "../../../../pkg/apply/run-batch.ts";
import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import type { Output } from "../../process/context.ts";
import type { Column } from "./columns.ts";
import { createObjectWriter } from "./object-writer.ts";
import { createRowWriter, type RowWriter } from "./row-writer.ts";

/** A row of the file with its result, its plan, or why it is refused. */
export interface PrintedRow {
  readonly line: number;
  readonly action: string | undefined;
  readonly outcome: BatchResult["outcome"] | "planned" | "refused";
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly change: string | undefined;
  readonly wouldCall: readonly string[];
  readonly code: string | undefined;
  readonly cause: string | undefined;
  readonly planHash: string | undefined;
}

const NONE = {
  action: undefined,
  user: undefined,
  group: undefined,
  change: undefined,
  wouldCall: [],
  code: undefined,
  cause: undefined,
  planHash: undefined,
} as const;

const COLUMNS: readonly Column<PrintedRow>[] = [
  { key: "line", value: (row) => row.line },
  { key: "action", value: (row) => row.action },
  { key: "outcome", value: (row) => row.outcome },
  { key: "user", value: (row) => row.user },
  { key: "group", value: (row) => row.group },
  { key: "change", value: (row) => row.change },
  { key: "would_call", value: (row) => row.wouldCall.join(" ") },
  { key: "code", value: (row) => row.code },
  { key: "plan_hash", value: (row) => row.planHash },
  { key: "cause", value: (row) => row.cause },
];

/** For people one sentence a row, since a row has to be readable as soon as it is done. */
export function createBatchWriter(format: OutputFormat, out: Output): RowWriter<PrintedRow> {
  if (format === "json" || format === "jsonl") {
    const rows = createObjectWriter(format, out);
    return { write: (all) => rows.write(all.map(objectOf)), end: () => rows.end() };
  }
  if (format !== "table") return createRowWriter(format, COLUMNS, out);
  return {
    write: (rows) => out.write(rows.map((row) => `${printable(sentence(row))}\n`).join("")),
    end: async () => {},
  };
}

/** As the JSON of every other change: the calls are a list. */
function objectOf(row: PrintedRow): object {
  const cells = COLUMNS.map(({ key, value }) => [key, value(row) ?? null] as const);
  return { ...Object.fromEntries(cells), would_call: row.wouldCall };
}

function sentence({ line, action, outcome, user, group, wouldCall, cause }: PrintedRow): string {
  const what = [
    ...(action === undefined ? [] : [action]),
    ...(user === undefined ? [] : [`user ${user}`]),
    ...(group === undefined ? [] : [`group ${group}`]),
    ...(wouldCall.length === 0 ? [] : [`would call ${wouldCall.join(", ")}`]),
  ];
  return [
    `line ${line}: ${outcome}`,
    ...(what.length === 0 ? [] : [what.join(", ")]),
    ...(cause === undefined ? [] : [cause]),
  ].join(": ");
}

export function plannedRows({ rows, hash }: BatchPlan): readonly PrintedRow[] {
  return rows.map(({ row: { line, change }, state, user, steps }) => ({
    ...NONE,
    line,
    action: change.action,
    outcome: state,
    user,
    group: groupOf(change),
    wouldCall: steps,
    planHash: hash,
    cause: state === "nothing-to-do" ? plannedText(change, user) : undefined,
  }));
}

/** With the user as the file names it: who that is may be what is wrong. */
export function refusedRows(
  problems: readonly BatchProblem[],
  words: ReadonlyMap<number, RowWords>,
): readonly PrintedRow[] {
  return problems.map(({ line, code, message }) => ({
    ...NONE,
    ...words.get(line),
    line,
    outcome: "refused",
    code,
    cause: message,
  }));
}

export function resultRow(result: BatchResult): PrintedRow {
  const { action, outcome, user, cause } = result;
  const already = outcome === "nothing-to-do" ? alreadyText(action, user) : undefined;
  return { ...NONE, ...result, cause: cause ?? already };
}

/** An account that exists has no invitation that can be seen: only a creation that was begun is planned so. */
function plannedText(change: RowChange, user: string | undefined): string {
  return change.action === "create" && change.invite ? INVITATION_UNKNOWN : alreadyText(change.action, user);
}

/** Why a row has nothing to do. */
function alreadyText(action: RowAction, user: string | undefined): string {
  if (user === undefined) return "the user is not in the pool";
  return {
    grant: "the user is already in the group",
    revoke: "the user is not in the group",
    create: "the account already exists, with all that the row asks for",
    disable: "the user is already disabled",
    enable: "the user is already enabled",
    delete: "the user is not in the pool",
  }[action];
}
