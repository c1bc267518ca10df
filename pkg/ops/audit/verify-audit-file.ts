import { createChainCheck } from "./chain.ts";
import { streamLines } from "./stream-lines.ts";

export interface AuditProblem {
  /** Its number in the file, from 1. */
  readonly line: number;
  /** Completes "line 7 …". */
  readonly problem: string;
}

export interface AuditVerification {
  /** Whole lines in the file. */
  readonly lines: number;
  /** Of the last readable line; undefined if there is none. */
  readonly lastSeq: number | undefined;
  readonly lastHash: string | undefined;
  /** The first ones. */
  readonly problems: readonly AuditProblem[];
  readonly problemCount: number;
  /** The line with the expected hash. */
  readonly expectedAt: number | undefined;
}

interface VerifyOptions {
  /** The last hash of an earlier check. It may now be in any line, since the log grows; in no line is a problem. */
  readonly expectLast?: string | undefined;
}

const PROBLEMS_KEPT = 20;

/**
 * Checks every line of the file in constant memory: none may be changed, missing, repeated, inserted or moved. Two
 * things do not show in the file alone: lines removed from its end, and a file that was replaced as a whole. Both show
 * when the last hash is stored elsewhere and given as `expectLast`.
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
        `has no line end: a write stopped after ${batch.restBytes} bytes; the next change moves this rest to a file of its own`,
      );
    }
  }
  if (expectLast !== undefined && expectedAt === undefined) {
    report(
      lines,
      "is the last, and no line has the expected hash: lines were removed from the end, or the file was replaced",
    );
  }
  return { lines, lastSeq, lastHash, problems, problemCount, expectedAt };
}
