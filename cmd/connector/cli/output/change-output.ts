import type { JsonObject } from "@bufbuild/protobuf";
import type { OutputFormat } from "../../../../pkg/config/config.ts";
import type { ChangeKind, ChangeStep } from "../../../../pkg/core/change.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { BUDGET_WINDOWS, type BudgetStatus } from "../../../../pkg/core/journal.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import type { Outcome } from "../../../../pkg/provision/provisioner.ts";
import type { Output } from "../../process/context.ts";
import type { Column } from "./columns.ts";
import { leftLine } from "./limits-text.ts";
import { createObjectWriter } from "./object-writer.ts";
import { createRowWriter, type RowWriter } from "./row-writer.ts";
import { jsonText } from "./text.ts";

/** A cell of one kind of change only. In CSV a list is separated by spaces, and an object is JSON. */
export type Detail = string | number | boolean | Date | undefined | readonly string[] | JsonObject;

/** One change and its result. */
export interface ChangeRow {
  readonly kind: ChangeKind | "action";
  readonly outcome: Outcome<unknown>["outcome"];
  /** The `sub`. */
  readonly user: string | undefined;
  readonly group: string | undefined;
  /** The cells of this kind of change, by the keys given to the writer. */
  readonly details: Readonly<Record<string, Detail>>;
  /** The ID in the audit log; undefined for a dry run. */
  readonly change: string | undefined;
  readonly steps: readonly ChangeStep[];
  readonly wouldCall: readonly string[];
  /** The limits that count the change, after it. */
  readonly limits: readonly BudgetStatus[];
  /** Why nothing was to do; undefined for another outcome. */
  readonly already: string | undefined;
  /** The lines of the text output. */
  readonly says: readonly string[];
  /** Something that was asked for was not done, so the command fails. With `nothing-to-do` nothing was. */
  readonly failure: GovernanceError | undefined;
}

interface Said {
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly details?: ChangeRow["details"];
  /** The sentences for a change that was made and for nothing to do, without their beginning. */
  readonly done: string;
  readonly already: string;
  /** More lines of the text output. */
  readonly more?: readonly string[];
  readonly failure?: GovernanceError | undefined;
}

/** The first line is `nothing to do: …`, `not changed: …`, `dry run: would call …` or the sentence of the change. */
export function changeRow(
  kind: ChangeRow["kind"],
  outcome: Omit<Outcome<unknown>, "result">,
  said: Said,
): ChangeRow {
  const sentence = {
    done: said.done,
    "nothing-to-do": `${said.failure === undefined ? "nothing to do" : "not changed"}: ${said.already}`,
    planned: `dry run: would call ${outcome.planned.join(", ")}${about(said)}`,
  }[outcome.outcome];
  return {
    kind,
    outcome: outcome.outcome,
    user: said.user,
    group: said.group,
    details: said.details ?? {},
    change: outcome.change === "" ? undefined : outcome.change,
    steps: outcome.steps,
    wouldCall: outcome.outcome === "planned" ? outcome.planned : [],
    limits: outcome.limits ?? [],
    already: outcome.outcome === "nothing-to-do" ? said.already : undefined,
    says: [sentence, ...(said.more ?? []), ...(outcome.limits ?? []).map(leftLine)],
    failure: said.failure,
  };
}

/** Fails the command whose change was made without a part that was asked for by name. */
export function failureOf({ warnings }: Pick<Outcome<unknown>, "warnings">): GovernanceError | undefined {
  return warnings.length === 0 ? undefined : new GovernanceError("failed-precondition", warnings.join("; "));
}

function about({ user, group }: Said): string {
  const whom = [
    ...(user === undefined ? [] : [`user ${user}`]),
    ...(group === undefined ? [] : [`group ${group}`]),
  ];
  return whom.length === 0 ? "" : ` (${whom.join(", ")})`;
}

/** Every row has the same keys. Those of `detailKeys` come after the target; `cause` comes last, unless it is one of them. */
export function createChangeWriter(
  format: OutputFormat,
  detailKeys: readonly string[],
  out: Output,
): RowWriter<ChangeRow> {
  switch (format) {
    case "table":
      return {
        write: async (rows) => {
          await out.write(rows.flatMap(({ says }) => says.map((line) => `${printable(line)}\n`)).join(""));
        },
        end: async () => {},
      };
    case "csv":
    case "csv-raw":
      return createRowWriter(format, columns(detailKeys), out);
    case "json":
    case "jsonl": {
      const rows = createObjectWriter(format, out);
      return {
        write: (all) => rows.write(all.map((row) => objectOf(row, detailKeys))),
        end: () => rows.end(),
      };
    }
  }
}

function objectOf(row: ChangeRow, detailKeys: readonly string[]): object {
  return {
    kind: row.kind,
    outcome: row.outcome,
    user: row.user ?? null,
    group: row.group ?? null,
    ...Object.fromEntries(detailKeys.map((key) => [key, row.details[key] ?? null])),
    change: row.change ?? null,
    steps: row.steps.map(({ operation, state, undo, requestId }) => ({
      operation,
      state,
      ...(undo ? { undo } : {}),
      request_id: requestId ?? null,
    })),
    would_call: row.wouldCall,
    ...(detailKeys.includes("cause") ? {} : { cause: row.already ?? null }),
    ...(row.limits.length === 0 ? {} : { left: leftOf(row.limits) }),
  };
}

function leftOf(limits: readonly BudgetStatus[]): object {
  return Object.fromEntries(
    limits.map(({ budget, limit, spent }) => [
      budget,
      { left: Math.max(0, limit - spent), limit, window: BUDGET_WINDOWS[budget].name },
    ]),
  );
}

function columns(detailKeys: readonly string[]): readonly Column<ChangeRow>[] {
  return [
    { key: "kind", value: (row) => row.kind },
    { key: "outcome", value: (row) => row.outcome },
    { key: "user", value: (row) => row.user },
    { key: "group", value: (row) => row.group },
    ...detailKeys.map((key) => ({ key, value: ({ details }: ChangeRow) => flat(details[key]) })),
    { key: "change", value: (row) => row.change },
    { key: "steps", value: (row) => row.steps.map(stepText).join("; ") },
    { key: "would_call", value: (row) => row.wouldCall.join(" ") },
    ...(detailKeys.includes("cause") ? [] : [{ key: "cause", value: (row: ChangeRow) => row.already }]),
  ];
}

function flat(detail: Detail): string | number | boolean | Date | undefined {
  if (isList(detail)) return detail.join(" ");
  return isObject(detail) ? jsonText(detail) : detail;
}

function isList(detail: Detail): detail is readonly string[] {
  return Array.isArray(detail);
}

function isObject(detail: Exclude<Detail, readonly string[]>): detail is JsonObject {
  return typeof detail === "object" && !(detail instanceof Date);
}

function stepText({ operation, state, undo, requestId }: ChangeStep): string {
  return `${operation} ${state}${undo ? " (undo)" : ""}${requestId === undefined ? "" : ` [${requestId}]`}`;
}
