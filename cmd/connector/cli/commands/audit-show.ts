import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { AuditLine, AuditStep } from "../../../../pkg/ops/audit/parse-line.ts";
import { readAudit, requesterText } from "../../../../pkg/ops/audit/read-audit.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import { type Context, type Output, ReaderGone } from "../../process/context.ts";
import { CANCELED, exitCodeOf, OK, PARTIAL } from "../../process/exit-codes.ts";
import { failureLine, printWarnings } from "../../process/messages.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter, type RowWriter } from "../output/row-writer.ts";
import { counted, jsonText } from "../output/text.ts";
import type { AuditFile } from "./audit.ts";
import {
  type AuditShowFilters,
  auditFilter,
  auditUser,
  type SubsInPool,
  whyNothing,
} from "./audit-filter.ts";

const DATA_LOSS = exitCodeOf(new GovernanceError("data-loss", ""));

/**
 * Prints the lines that match, oldest first; JSON contains every field. Exit code 15 for a damaged file, after the lines
 * that can be read; 5 if there is no file; 20 if reading failed half way.
 */
export async function auditShowCommand(
  { path, output }: AuditFile,
  filters: AuditShowFilters,
  context: Context,
  subsInPool: SubsInPool,
): Promise<number> {
  const { stdout, stderr, signal } = context;
  const others = auditFilter(filters, context.now());
  const found =
    filters.user === undefined ? undefined : await auditUser(path, filters.user, subsInPool, signal);
  if (found?.unasked !== undefined) {
    const why = `the pool cannot be asked for --user, so only what the log knows of this name is shown: ${found.unasked.message}`;
    printWarnings([why], context);
  }
  const filter = { ...others, user: found?.user };
  const rows = lineWriter(output, stdout);
  let printed = 0;
  let batch: AuditLine[] = [];

  async function flush(): Promise<void> {
    const full = batch;
    batch = [];
    await rows.write(full);
    printed += full.length;
  }

  try {
    for await (const line of readAudit(path, filter, signal)) {
      batch.push(line);
      if (batch.length === BATCH) await flush();
    }
    await flush();
    await rows.end();
  } catch (error) {
    if (error instanceof ReaderGone) throw error;
    if (signal.reason instanceof ReaderGone) throw signal.reason;
    await flush();
    const code = exitCodeOf(error);
    if (printed === 0 || code === DATA_LOSS) throw error;
    await stderr.write(failureLine(error, `incomplete output, only ${counted(printed, "line")}`));
    return code === CANCELED ? CANCELED : PARTIAL;
  }
  if (printed === 0) {
    await stderr.write(`connector: ${printable(await whyNothing(path, filter, signal))}\n`);
  } else if (stderr.isTerminal && output === "table") {
    await stderr.write(`${counted(printed, "line")}\n`);
  }
  return OK;
}

const BATCH = 200;

function lineWriter(output: OutputFormat, stdout: Output): RowWriter<AuditLine> {
  if (output === "table") return createRowWriter("table", TABLE_COLUMNS, stdout);
  if (output === "csv" || output === "csv-raw") return createRowWriter(output, CSV_COLUMNS, stdout);
  if (output === "jsonl") {
    return {
      write: (lines) => stdout.write(lines.map((line) => `${jsonText(line)}\n`).join("")),
      end: async () => {},
    };
  }
  let begun = false;
  return {
    async write(lines) {
      if (lines.length === 0) return;
      await stdout.write((begun ? ",\n" : "[\n") + lines.map((line) => jsonText(line)).join(",\n"));
      begun = true;
    },
    end: () => stdout.write(begun ? "\n]\n" : "[]\n"),
  };
}

const TABLE_COLUMNS: readonly Column<AuditLine>[] = [
  { key: "time", value: (line) => line.time },
  { key: "kind", value: (line) => line.kind },
  { key: "outcome", value: (line) => line.outcome },
  { key: "target", value: targetText },
  { key: "by", value: requesterText },
  { key: "justification", value: (line) => line.justification },
  { key: "steps", value: (line) => line.steps.map(stepText).join("; ") },
];

const CSV_COLUMNS: readonly Column<AuditLine>[] = [
  { key: "seq", value: (line) => line.seq },
  { key: "time", value: (line) => line.time },
  { key: "change", value: (line) => line.change },
  { key: "pool", value: (line) => line.pool },
  { key: "kind", value: (line) => line.kind },
  { key: "user", value: (line) => line.target.user },
  { key: "group", value: (line) => line.target.group },
  { key: "login_sha256", value: (line) => line.target.loginSha256 },
  { key: "outcome", value: (line) => line.outcome },
  { key: "code", value: (line) => line.code },
  { key: "reason", value: (line) => line.reason },
  { key: "via", value: (line) => line.by.via },
  { key: "by", value: (line) => line.by.name },
  { key: "justification", value: (line) => line.justification },
  { key: "steps", value: (line) => line.steps.map(stepText).join("; ") },
  { key: "hash", value: (line) => line.hash },
];

function targetText({ target: { user, group, loginSha256 } }: AuditLine): string {
  const parts = [
    user === undefined || user === "" ? [] : [`user ${user}`],
    group === undefined ? [] : [`group ${group}`],
    loginSha256 === undefined ? [] : [`login sha256 ${loginSha256.slice(0, 12)}`],
  ];
  return parts.flat().join(", ");
}

function stepText({ operation, state, undo, requestId }: AuditStep): string {
  const taken = undo === true ? " (undo)" : "";
  const request = requestId === undefined ? "" : ` [${requestId}]`;
  return `${operation} ${state}${taken}${request}`;
}
