import type { Config } from "../../../pkg/config/config.ts";
import { type ErrorReason, GovernanceError } from "../../../pkg/core/errors.ts";
import type { Provisioner, WriteContext } from "../../../pkg/provision/provisioner.ts";
import type { Runtime } from "../app/compose.ts";
import { type Context, ReaderGone } from "../process/context.ts";
import { exitCodeOf, OK, PARTIAL } from "../process/exit-codes.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { brokenOutput } from "./output/broken-output.ts";
import { type ChangeRow, createChangeWriter } from "./output/change-output.ts";
import { withRuntime } from "./with-runtime.ts";

/** What a change needs. */
export interface Tools {
  readonly provisioner: Provisioner;
  readonly write: WriteContext;
  readonly signal: AbortSignal;
}

export interface NamedChange {
  /** Names the change among those of the same command line, such as `group admins`. */
  readonly name: string;
  make(tools: Tools): Promise<ChangeRow>;
}

/** The changes of one command line. */
export interface CommandChanges {
  /** The extra columns of these changes. */
  readonly detailKeys?: readonly string[];
  /** Each is a separate change. They are made in this order. */
  readonly changes: readonly NamedChange[];
  /** The flag for each field name that an error message may contain. The first match is used. */
  readonly flags?: Readonly<Record<string, string>>;
}

/**
 * Makes the changes one after the other and prints each. Exit code: 0 if all succeeded; 20 if only some did, or if a
 * failed one was made in part; otherwise that of the first failure.
 */
export function makeChanges(config: Config, context: Context, request: CommandChanges): Promise<number> {
  return withRuntime(config, context, (runtime, diagnostics) =>
    makeAll({ runtime, diagnostics, config, context }, request),
  );
}

interface Session {
  readonly runtime: Runtime;
  readonly diagnostics: Diagnostics;
  readonly config: Config;
  readonly context: Context;
}

async function makeAll(
  { runtime, diagnostics, config, context }: Session,
  { detailKeys = [], changes, flags = {} }: CommandChanges,
): Promise<number> {
  const { stdout, signal, user } = context;
  const { dryRun, justification } = config;
  const tools: Tools = {
    provisioner: runtime.provisioner,
    write: { requester: { via: "cli", name: user }, dryRun, justification },
    signal,
  };
  const rows = createChangeWriter(config.output, detailKeys, stdout);
  const failures: GovernanceError[] = [];
  let made = 0;
  let changed = 0;
  let printed = 0;
  for (const [index, change] of changes.entries()) {
    const untried = changes.slice(index + 1).map(({ name }) => name);
    let row: ChangeRow;
    try {
      row = await change.make(tools);
    } catch (error) {
      const failure = withFlagNames(asFailure(error, signal), flags);
      failures.push(failure);
      const stop = !isAboutThisOne(failure);
      const reported = stop ? withUntried(failure, untried) : failure;
      await diagnostics.fail(reported, changes.length > 1 ? change.name : undefined);
      if (stop) break;
      continue;
    }
    const { failure: notDone } = row;
    printed += 1;
    if (row.outcome === "done") changed += 1;
    if (notDone === undefined || row.outcome !== "nothing-to-do") made += 1;
    try {
      await rows.write([row]);
    } catch (error) {
      const failure = unprinted(row.outcome, error);
      await diagnostics.fail(withUntried(failure, untried));
      return changed > 0 ? PARTIAL : exitCodeOf(failure);
    }
    if (notDone !== undefined) {
      failures.push(notDone);
      await diagnostics.fail(notDone, changes.length > 1 ? change.name : undefined);
    }
  }
  try {
    if (failures.length === 0 || printed > 0) await rows.end();
  } catch (error) {
    // Every result is printed. A reader who has left misses nothing.
    if (!(error instanceof ReaderGone)) {
      const failure = unprinted(changed > 0 ? "done" : dryRun ? "planned" : "nothing-to-do", error);
      await diagnostics.fail(failure);
      if (failures.length === 0) return changed > 0 ? PARTIAL : exitCodeOf(failure);
    }
  }
  const [first] = failures;
  if (first === undefined) return OK;
  if (made > 0 || failures.some(({ appliedEffects }) => appliedEffects.length > 0)) return PARTIAL;
  return exitCodeOf(first);
}

/** The failure to print what became of a change. */
export function unprinted(outcome: ChangeRow["outcome"], error: unknown): GovernanceError {
  const { code, message } = brokenOutput(error);
  return new GovernanceError(code, `${WHAT_HAPPENED[outcome]}, but the result cannot be printed: ${message}`);
}

const WHAT_HAPPENED: Readonly<Record<ChangeRow["outcome"], string>> = {
  done: "the change was made",
  "nothing-to-do": "nothing had to be changed",
  planned: "the dry run changed nothing",
};

/** Failures of one group that do not concern the other groups of the command line. */
const ABOUT_ONE: ReadonlySet<ErrorReason | undefined> = new Set<ErrorReason>(["group-gone"]);

function isAboutThisOne({ code, reason, appliedEffects }: GovernanceError): boolean {
  return appliedEffects.length === 0 && (ABOUT_ONE.has(reason) || code === "refused-by-guard");
}

function asFailure(error: unknown, signal: AbortSignal): GovernanceError {
  return brokenOutput(signal.reason instanceof ReaderGone ? signal.reason : error);
}

/** The failure with flags instead of field names: `role_arn: …` becomes `--role-arn: …`. */
export function withFlagNames(
  failure: GovernanceError,
  flags: Readonly<Record<string, string>>,
): GovernanceError {
  if (failure.code !== "invalid-argument" && failure.code !== "unimplemented") return failure;
  let { message } = failure;
  for (const [field, flag] of Object.entries(flags)) {
    message = message.replaceAll(fieldPattern(field), flag);
  }
  return failure.with({ message });
}

function withUntried(failure: GovernanceError, untried: readonly string[]): GovernanceError {
  if (untried.length === 0) return failure;
  return failure.with({ message: `${failure.message}; not attempted: ${untried.join(", ")}` });
}

/** Matches a field before a colon, alone or in a list. `a.` is the start of a name, `a[]` any item of a. */
function fieldPattern(field: string): RegExp {
  const name = field.replace(/\[\]$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const index = field.endsWith("[]") ? "\\[\\d+\\]" : "";
  const end = field.endsWith(".") ? "" : "(?=:| and | or |, )";
  return new RegExp(`(?<=^|; |, | and | or )${name}${index}${end}`, "g");
}
