import { createHash } from "node:crypto";
import type {
  BatchPlan,
  BatchProblem,
  BatchResult,
  BatchRow,
  RowWords,
} from "../../../../pkg/apply/batch.ts";
import { guardBatch } from "../../../../pkg/apply/batch-guard.ts";
import { readBatch } from "../../../../pkg/apply/file/read-batch.ts";
import { holdToPlan, planBatch } from "../../../../pkg/apply/plan-batch.ts";
import { type BatchEnd, runBatch } from "../../../../pkg/apply/run-batch.ts";
import type { Config } from "../../../../pkg/config/config.ts";
import type { BatchRecord } from "../../../../pkg/core/batch-record.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { provisioningDisabled } from "../../../../pkg/core/provisioning-settings.ts";
import type { WriteContext } from "../../../../pkg/provision/provisioner.ts";
import { openBatchRecord, readBatchRecord } from "../../../../pkg/store/batch/batch-record.ts";
import type { Runtime } from "../../app/compose.ts";
import { type Context, ReaderGone } from "../../process/context.ts";
import { exitCodeOf, OK, PARTIAL } from "../../process/exit-codes.ts";
import { batchBytes } from "../batch-file.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { createBatchWriter, plannedRows, refusedRows, resultRow } from "../output/batch-output.ts";
import { brokenOutput, printWhileRead } from "../output/broken-output.ts";
import { counted } from "../output/text.ts";
import { followBatch } from "../progress/follow-batch.ts";
import { withRuntime } from "../with-runtime.ts";

export interface ApplyRequest {
  /** `-` is stdin. */
  readonly file: string;
  readonly planHash: string | undefined;
  readonly maxChanges: number;
  readonly maxPercent: number;
  readonly restart: boolean;
}

interface Session {
  readonly request: ApplyRequest;
  readonly config: Config;
  readonly context: Context;
  readonly runtime: Runtime;
  readonly diagnostics: Diagnostics;
  readonly fileHash: string;
  /** What earlier runs of the file had done when this one began. */
  readonly found: BatchRecord["entries"];
}

/**
 * Makes the changes of a file. Exit code: 0 if every row is in effect; 20 if some are and others are not; otherwise that of
 * the first failure. Nothing is changed if one row cannot be applied.
 */
export async function applyCommand(request: ApplyRequest, config: Config, context: Context): Promise<number> {
  return await withRuntime(config, context, async (runtime, diagnostics) => {
    if (!config.dryRun && !config.provisioning.enabled) throw provisioningDisabled();
    const bytes = await batchBytes(request.file, context);
    const fileHash = createHash("sha256").update(bytes).digest("hex");
    const { stateDir: dir, poolId } = config;
    const found = readBatchRecord({ dir, poolId, fileHash }, request.restart);
    const session: Session = { request, config, context, runtime, diagnostics, fileHash, found };
    const { rows, problems, words } = readBatch(bytes);
    if (problems.length > 0) return await refuse(problems, words, session);
    const plan = await planOf(rows, session);
    if (plan.problems.length > 0) return await refuse(plan.problems, words, session);
    if (request.planHash !== undefined) holdToPlan(plan, request.planHash);
    if (config.dryRun) return await show(plan, session);
    await guard(plan, session);
    return await run(plan, session);
  });
}

function writeContext({ config, context }: Session): WriteContext {
  const { dryRun, justification } = config;
  return { requester: { via: "cli", name: context.user }, dryRun, justification };
}

async function planOf(rows: readonly BatchRow[], session: Session): Promise<BatchPlan> {
  const { request, runtime, config, context, fileHash, found } = session;
  const { poolId } = config;
  const progress = followBatch("checking", rows.length, session.diagnostics, context, config);
  try {
    return await planBatch(
      rows,
      {
        ...runtime.planning,
        context: writeContext(session),
        poolId,
        fileHash,
        sha256: (text) => createHash("sha256").update(text).digest("hex"),
        entries: request.restart ? new Map() : found,
        onRow: (done) => progress.row(done, 0),
      },
      context.signal,
    );
  } catch (error) {
    const failure = GovernanceError.from(error);
    throw failure.code === "canceled"
      ? failure.with({ message: `${failure.message}; nothing was changed` })
      : failure;
  } finally {
    progress.close();
  }
}

async function guard(plan: BatchPlan, { runtime, request, context }: Session): Promise<void> {
  const { maxChanges, maxPercent } = request;
  const { estimatedUsers } = await runtime.directory.describePool(context.signal);
  const ceilings = await runtime.planning.ceilings();
  guardBatch(plan, { maxChanges, maxPercent, estimatedUsers, ceilings });
}

/** Prints every row that cannot be applied. */
async function refuse(
  problems: readonly BatchProblem[],
  words: ReadonlyMap<number, RowWords>,
  { config, context, diagnostics }: Session,
): Promise<number> {
  const rows = createBatchWriter(config.output, context.stdout);
  await printWhileRead(async () => {
    await rows.write(refusedRows(problems, words));
    await rows.end();
  });
  const bad = new Set(problems.map(({ line }) => line)).size;
  const code = problems[0]?.code ?? "invalid-argument";
  const failure = new GovernanceError(code, `nothing was changed: ${counted(bad, "row")} cannot be applied`);
  await diagnostics.fail(failure);
  return exitCodeOf(failure);
}

async function show(plan: BatchPlan, session: Session): Promise<number> {
  const { config, context, diagnostics } = session;
  // Before the plan is printed: a reader who leaves stops every call.
  const refusal = await guard(plan, session).then(
    () => undefined,
    (error: unknown) => GovernanceError.from(error),
  );
  const rows = createBatchWriter(config.output, context.stdout);
  await printWhileRead(async () => {
    await rows.write(plannedRows(plan));
    await rows.end();
  });
  const changes = plan.rows.filter(({ state }) => state === "planned").length;
  await context.stderr.write(
    `dry run: ${counted(plan.rows.length, "row")}, ${counted(changes, "change")} to make\nplan hash: ${plan.hash}\n`,
  );
  if (refusal === undefined) return OK;
  await diagnostics.fail(refusal);
  return exitCodeOf(refusal);
}

async function run(plan: BatchPlan, session: Session): Promise<number> {
  const { config, context, runtime, request, fileHash, diagnostics } = session;
  const { poolId, stateDir, output } = config;
  const rows = createBatchWriter(output, context.stdout);
  const results: BatchResult[] = [];
  let failed = 0;
  const outputClosed = new AbortController();
  const signal = AbortSignal.any([outputClosed.signal, context.signal]);
  const place = { dir: stateDir, poolId, fileHash, now: context.now };
  const record = openBatchRecord(place, request.restart, session.found);
  const progress = followBatch("applying", plan.rows.length, diagnostics, context, config);
  let end: BatchEnd;
  try {
    end = await runBatch(
      plan,
      {
        provisioner: runtime.provisioner,
        context: writeContext(session),
        record,
        async onResult(result) {
          results.push(result);
          if (result.outcome === "failed") failed += 1;
          if (outputClosed.signal.aborted) return;
          progress.hide();
          try {
            await rows.write([resultRow(result)]);
            progress.row(results.length, failed);
          } catch (error) {
            outputClosed.abort(brokenOutput(error));
          }
        },
      },
      signal,
    );
  } finally {
    progress.close();
    record.close();
  }
  if (outputClosed.signal.aborted) {
    // The last row was made, and no one has seen its result.
    return await report(results, { stopped: GovernanceError.from(outputClosed.signal.reason) }, session);
  }
  try {
    await rows.end();
  } catch (error) {
    // The result of every row is printed. A reader who has left misses nothing.
    const stopped = error instanceof ReaderGone ? undefined : brokenOutput(error);
    return await report(results, { stopped: end.stopped ?? stopped }, session);
  }
  return await report(results, end, session);
}

async function report(
  results: readonly BatchResult[],
  { stopped }: BatchEnd,
  { context, diagnostics }: Session,
): Promise<number> {
  const count = (outcome: BatchResult["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  const parts = (["done", "nothing-to-do", "done-before", "failed", "not-attempted"] as const)
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `${count(outcome)} ${WORDS[outcome]}`);
  const summary = `${counted(results.length, "row")}: ${parts.join(", ")}`;
  const effective = count("done") + count("nothing-to-do") + count("done-before");
  if (effective === results.length && stopped === undefined) {
    await context.stderr.write(`${summary}\n`);
    return OK;
  }
  const why = stopped === undefined ? "" : `${stopped.message}; `;
  const failed = results.find(({ code }) => code !== undefined);
  const code = stopped?.code ?? failed?.code ?? "internal";
  const failure = new GovernanceError(code, `${why}${summary}; run the same command again to go on`);
  await diagnostics.fail(failure);
  const isMadeInPart = effective > 0 || results.some((result) => result.isMadeInPart);
  return isMadeInPart ? PARTIAL : exitCodeOf(failure);
}

const WORDS = {
  done: "done",
  "nothing-to-do": "with nothing to do",
  "done-before": "done before",
  failed: "failed",
  "not-attempted": "not attempted",
} as const satisfies Record<BatchResult["outcome"], string>;
