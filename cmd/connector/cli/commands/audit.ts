import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import {
  type AuditProblem,
  type AuditVerification,
  verifyAuditFile,
} from "../../../../pkg/ops/audit/verify-audit-file.ts";
import type { Context, Output } from "../../process/context.ts";
import { exitCodeOf, OK } from "../../process/exit-codes.ts";
import { printWhileRead } from "../output/broken-output.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter } from "../output/row-writer.ts";
import { counted, jsonText } from "../output/text.ts";

export interface AuditFile {
  readonly path: string;
  readonly output: OutputFormat;
}

const DATA_LOSS = exitCodeOf(new GovernanceError("data-loss", ""));

/** Checks the hash chain and prints its problems. Exit code 15 if there is a problem, 5 if there is no file. */
export async function auditVerifyCommand(
  { path, output }: AuditFile,
  { expectLast }: { readonly expectLast?: string | undefined },
  { stdout, signal }: Context,
): Promise<number> {
  const verdict = await verifyAuditFile(path, { expectLast: hashOf(expectLast) }, signal);
  await printWhileRead(() => printVerdict(path, verdict, output, stdout));
  return verdict.problemCount === 0 ? OK : DATA_LOSS;
}

async function printVerdict(
  path: string,
  verdict: AuditVerification,
  output: OutputFormat,
  stdout: Output,
): Promise<void> {
  switch (output) {
    case "json":
      await stdout.write(`${jsonText(verdictObject(path, verdict), 2)}\n`);
      break;
    case "jsonl":
      await stdout.write(`${jsonText(verdictObject(path, verdict))}\n`);
      break;
    case "csv":
    case "csv-raw": {
      const rows = createRowWriter(output, PROBLEM_COLUMNS, stdout);
      await rows.write(verdict.problems);
      await rows.end();
      break;
    }
    case "table":
      await stdout.write(verdictText(verdict));
      break;
  }
}

const PROBLEM_COLUMNS: readonly Column<AuditProblem>[] = [
  { key: "line", value: (row) => row.line },
  { key: "problem", value: (row) => row.problem },
];

function verdictObject(path: string, verdict: AuditVerification): object {
  return {
    file: path,
    ok: verdict.problemCount === 0,
    lines: verdict.lines,
    last_seq: verdict.lastSeq ?? null,
    last_hash: verdict.lastHash ?? null,
    expected_at: verdict.expectedAt ?? null,
    problem_count: verdict.problemCount,
    problems: verdict.problems,
  };
}

function verdictText({
  lines,
  lastSeq,
  lastHash,
  problems,
  problemCount,
  expectedAt,
}: AuditVerification): string {
  const more = problemCount - problems.length;
  const said = [
    ...problems.map(({ line, problem }) => `line ${line} ${problem}`),
    ...(more === 0 ? [] : [`and ${counted(more, "more problem")}`]),
    problemCount === 0
      ? `${counted(lines, "line")}, the hash chain is intact`
      : `${counted(lines, "line")}, ${counted(problemCount, "problem")}`,
  ];
  if (lastSeq !== undefined) said.push(`last seq ${lastSeq}, last hash ${lastHash}`);
  if (expectedAt !== undefined) {
    said.push(
      `the expected hash is in line ${expectedAt}, ${counted(lines - expectedAt, "line")} before the end`,
    );
  } else if (problemCount === 0) {
    said.push(
      "This check cannot see lines that were removed from the end, or a replaced file.",
      "Keep the last hash elsewhere, and give it to the next check with --expect-last.",
    );
  }
  return `${said.join("\n")}\n`;
}

function hashOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new GovernanceError(
    "invalid-argument",
    `--expect-last must be the 64 hex digits that an earlier check printed, got ${JSON.stringify(text)}`,
  );
}
