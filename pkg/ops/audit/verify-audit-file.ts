import { createChainCheck } from "./chain.ts";
import { streamLines } from "./stream-lines.ts";

export interface AuditProblem {
  /** From 1, as the file has it. */
  readonly line: number;
  /** Reads on from "line 7 ". */
  readonly problem: string;
}

export interface AuditVerification {
  /** Whole lines in the file. */
  readonly lines: number;
  /** What the last readable line says of itself; undefined in a file without any. */
  readonly lastSeq: number | undefined;
  readonly lastHash: string | undefined;
  /** The first of them. */
  readonly problems: readonly AuditProblem[];
  readonly problemCount: number;
  /** The line that has the hash which was asked for. */
  readonly expectedAt: number | undefined;
}

interface VerifyOptions {
  /** A last hash that was noted earlier. The log may have grown since, so it may stand in any line; in none is a problem. */
  readonly expectLast?: string | undefined;
}

const PROBLEMS_KEPT = 20;

/**
 * Checks every line of the file in constant memory: none may be changed, missing, repeated, inserted or moved. Two
 * things cannot be seen from the file alone: lines cut off its end, and a chain made anew by somebody who may write
 * it. Both show when the last hash is kept elsewhere and given as `expectLast`.
 */
export async function verifyAuditFile(
  path: string,
  { expectLast }: VerifyOptions,
  signal: AbortSignal,
): Promise<AuditVerification> {
  const check = createChainCheck();
  const problems: AuditProblem[] = [];
  let problemCount = 0;
  let lines = 0;
  let lastSeq: number | undefined;
  let lastHash: string | undefined;
  let expectedAt: number | undefined;

  function report(line: number, problem: string): void {
    problemCount += 1;
    if (problems.length < PROBLEMS_KEPT) problems.push({ line, problem });
  }

  for await (const batch of streamLines(path, signal)) {
    for (const raw of batch.lines) {
      const checked = check(raw);
      lines = checked.line;
      for (const problem of checked.problems) report(lines, problem);
      if (checked.link === undefined) continue;
      lastSeq = checked.link.seq;
      lastHash = checked.link.hash;
      if (checked.link.intact && lastHash === expectLast) expectedAt ??= lines;
    }
    if (batch.restBytes > 0) {
      report(
        lines + 1,
        `has no line end: a write was cut off after ${batch.restBytes} bytes, and the next change moves it aside`,
      );
    }
  }
  if (expectLast !== undefined && expectedAt === undefined) {
    report(
      lines,
      "is the last, and no line has the expected hash: lines were cut off, or the chain was made anew",
    );
  }
  return { lines, lastSeq, lastHash, problems, problemCount, expectedAt };
}
