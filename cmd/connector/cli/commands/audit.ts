import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { CHANGE_KINDS, CHANGE_OUTCOMES } from "../../../../pkg/core/change.ts";
import type { EpochMs } from "../../../../pkg/core/clock.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { AuditLine, AuditStep } from "../../../../pkg/ops/audit/parse-line.ts";
import { type AuditFilter, readAudit } from "../../../../pkg/ops/audit/read-audit.ts";
import {
  type AuditProblem,
  type AuditVerification,
  verifyAuditFile,
} from "../../../../pkg/ops/audit/verify-audit-file.ts";
import { type Context, type Output, ReaderGone } from "../../process/context.ts";
import { CANCELED, exitCodeOf, OK, PARTIAL } from "../../process/exit-codes.ts";
import { failureLine } from "../../process/messages.ts";
import type { Column } from "../output/columns.ts";
import { createRowWriter, type RowWriter } from "../output/row-writer.ts";
import { counted, jsonText } from "../output/text.ts";

export interface AuditFile {
  readonly path: string;
  readonly output: OutputFormat;
}

/** The filters as the command line has them. */
export interface AuditShowFilters {
  /** A date, a date with a time, or how long ago: `2026-11-21`, `2026-11-21T08:00:00Z`, `90m`, `24h`, `7d`. */
  readonly since?: string | undefined;
  /** As `since`, but exclusive. */
  readonly until?: string | undefined;
  readonly kind?: string | undefined;
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly outcome?: string | undefined;
  readonly change?: string | undefined;
  readonly by?: string | undefined;
}

const DATA_LOSS = exitCodeOf(new GovernanceError("data-loss", ""));

/** Checks the hash chain and prints its problems. Exit code 15 if there is a problem, 5 if there is no file. */
export async function auditVerifyCommand(
  { path, output }: AuditFile,
  { expectLast }: { readonly expectLast?: string | undefined },
  { stdout, signal }: Context,
): Promise<number> {
  const verdict = await verifyAuditFile(path, { expectLast: hashOf(expectLast) }, signal);
  switch (output) {
    case "json":
      await stdout.write(`${jsonText(verdictObject(path, verdict), 2)}\n`);
      break;
    case "jsonl":
      await stdout.write(`${jsonText(verdictObject(path, verdict))}\n`);
      break;
    case "csv": {
      const rows = createRowWriter("csv", PROBLEM_COLUMNS, stdout);
      await rows.write(verdict.problems);
      await rows.end();
      break;
    }
    case "table":
      await stdout.write(verdictText(verdict));
      break;
  }
  return verdict.problemCount === 0 ? OK : DATA_LOSS;
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

/**
 * Prints the lines that match, oldest first; JSON contains every field. Exit code 15 for a damaged file, after the lines
 * that can be read; 5 if there is no file; 20 if reading failed half way.
 */
export async function auditShowCommand(
  { path, output }: AuditFile,
  filters: AuditShowFilters,
  context: Context,
): Promise<number> {
  const { stdout, stderr, signal } = context;
  const filter = auditFilter(filters, context.now());
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
  if (stderr.isTerminal && output === "table") await stderr.write(`${counted(printed, "line")}\n`);
  return OK;
}

const BATCH = 200;

function lineWriter(output: OutputFormat, stdout: Output): RowWriter<AuditLine> {
  if (output === "table") return createRowWriter("table", TABLE_COLUMNS, stdout);
  if (output === "csv") return createRowWriter("csv", CSV_COLUMNS, stdout);
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
  { key: "target", value: targetText },
  { key: "outcome", value: (line) => line.outcome },
  { key: "by", value: (line) => `${line.by.via}:${line.by.name}` },
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

/** Throws `invalid-argument` for a filter that cannot match: empty output must mean that there is no such change. */
function auditFilter(filters: AuditShowFilters, nowMs: EpochMs): AuditFilter {
  const since = timeOf("since", filters.since, nowMs);
  const until = timeOf("until", filters.until, nowMs);
  if (since !== undefined && until !== undefined && since >= until) {
    throw new GovernanceError("invalid-argument", "--since must be before --until");
  }
  return {
    ...filters,
    since,
    until,
    kind: oneOf("kind", filters.kind, CHANGE_KINDS),
    outcome: oneOf("outcome", filters.outcome, CHANGE_OUTCOMES),
  };
}

function oneOf(name: string, text: string | undefined, words: readonly string[]): string | undefined {
  if (text === undefined || words.includes(text)) return text;
  throw new GovernanceError(
    "invalid-argument",
    `--${name} must be one of ${words.join(", ")}; got ${JSON.stringify(text)}`,
  );
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

function timeOf(name: string, text: string | undefined, nowMs: EpochMs): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (UNIT_MS[unit] ?? 0);
  const atMs = DATE.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new GovernanceError(
    "invalid-argument",
    `--${name} must be a date (2026-11-21), a time with its zone (2026-11-21T08:00:00Z) or how long ago (90m, 24h, 7d); got ${JSON.stringify(text)}`,
  );
}

// Date.parse reads 31 February as 3 March.
function isDay(text: string): boolean {
  const atMs = Date.parse(text);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
}
