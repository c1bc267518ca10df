import type { BatchEntry } from "../core/batch-record.ts";
import type { Directory } from "../core/directory.ts";
import type { DirectoryWriter } from "../core/directory-writer.ts";
import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import type { WriteOperation } from "../core/operations.ts";
import type { User } from "../core/user.ts";
import { draftAccount } from "../provision/accounts/draft.ts";
import type { Provisioner, WriteContext } from "../provision/provisioner.ts";
import {
  type BatchPlan,
  type BatchProblem,
  type BatchRow,
  groupOf,
  type PlannedRow,
  type RowAction,
} from "./batch.ts";
import { conflictsIn, type SubjectRow } from "./conflicts.ts";
import { createPoolPreview, type PoolPreview } from "./pool-preview.ts";
import { inColumns, type KnownUser, type RowOutcome, runRow } from "./run-row.ts";

export interface PlanOptions {
  readonly directory: Directory & DirectoryWriter;
  /** A provisioner that reads this directory. It is only asked for dry runs. */
  readonly provisionerOver: (directory: Directory & DirectoryWriter) => Provisioner;
  readonly context: WriteContext;
  readonly poolId: string;
  /** Hex SHA-256 of the bytes of the file. */
  readonly fileHash: string;
  /** Hex SHA-256 of a text. */
  readonly sha256: (text: string) => string;
  /** What an earlier run of the same file did. */
  readonly entries: ReadonlyMap<number, BatchEntry>;
  /** Called when what a row needs has been read, which takes nearly all of the time. */
  readonly onRow: (read: number) => void;
}

/** Failures of one row; after any other one the pool cannot be read, and no plan is possible. */
const OF_ONE_ROW: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "invalid-argument",
  "not-found",
  "already-exists",
  "failed-precondition",
  "refused-by-guard",
  "resource-exhausted",
]);

export function isOfOneRow({ code, reason }: GovernanceError): boolean {
  if (reason === "pool-missing" || reason === "replica" || reason === "own-files") return false;
  return OF_ONE_ROW.has(code) && (code !== "failed-precondition" || reason !== undefined);
}

/** The call without which a row is not in effect. A disable also signs the user out, each time that it is asked for. */
const EFFECT_OF: Readonly<Record<Exclude<RowAction, "create">, WriteOperation>> = {
  grant: "AdminAddUserToGroup",
  revoke: "AdminRemoveUserFromGroup",
  disable: "AdminDisableUser",
  enable: "AdminEnableUser",
  delete: "AdminDeleteUser",
};

/** A row after its dry run, and whom it concerns. */
interface Foreseen extends SubjectRow {
  readonly state: PlannedRow["state"];
  readonly outcome: RowOutcome | undefined;
}

/** Checks every row against the pool, in the order of the file, and changes nothing. Rejects when the pool cannot be read. */
export async function planBatch(
  rows: readonly BatchRow[],
  options: PlanOptions,
  signal: AbortSignal,
): Promise<BatchPlan> {
  const { entries, sha256, fileHash, poolId, onRow } = options;
  const preview = createPoolPreview(options.directory);
  const provisioner = options.provisionerOver(preview.directory);
  const context: WriteContext = { ...options.context, dryRun: true };
  const ahead = { ...context, groupMustExist: true };
  const dryRun = (row: BatchRow) =>
    runRow(provisioner, row.change, changedBefore(entries.get(row.line)), ahead, signal);
  await readAhead(rows, dryRun, onRow, signal);

  /** Accounts of this file, which have no `sub` in the plan that is shown first. */
  const lineOfCreated = new Map<string, number>();
  const foreseen: Foreseen[] = [];
  const problems: BatchProblem[] = [];
  for (const row of rows) {
    signal.throwIfAborted();
    try {
      foreseen.push(await foresee(row));
    } catch (error) {
      const failure = GovernanceError.from(error);
      if (!isOfOneRow(failure)) throw failure;
      problems.push({ line: row.line, code: failure.code, message: inColumns(failure.message) });
    }
  }
  problems.push(...conflictsIn(foreseen));

  const planned = foreseen.map(({ row, subject, state, outcome }): PlannedRow => {
    const { line, change } = row;
    const steps = outcome?.planned ?? [];
    const facts = [line, change.action, subject, groupOf(change) ?? "", state, steps];
    const known = entries.get(line);
    // A row that this file has changed already no longer has the plan that was shown for it.
    const keeps = known !== undefined && (state !== "planned" || known.outcome === "begun");
    const digest = keeps ? known.digest : sha256(JSON.stringify(facts));
    const account = outcome?.account;
    const isCreated = account !== undefined && preview.isCreated(account.sub);
    return {
      row,
      state,
      user: isCreated ? undefined : (account?.sub ?? known?.user),
      account: isCreated ? undefined : account,
      steps,
      digest,
    };
  });
  const state = sha256([poolId, fileHash, ...planned.map(({ digest }) => digest)].join("\n"));
  return {
    rows: planned,
    problems: problems.toSorted((a, b) => a.line - b.line),
    hash: fileHash.slice(0, FILE_PART) + state.slice(FILE_PART),
  };

  async function foresee(row: BatchRow): Promise<Foreseen> {
    const { line, change } = row;
    const entry = entries.get(line);
    const wasDone = entry?.outcome === "done" || entry?.outcome === "nothing-to-do";
    if (change.action === "create" && wasDone) {
      // Never made again, even if the account is not visible or was deleted since.
      if (entry.user !== undefined) lineOfCreated.set(entry.user, line);
      return { row, subject: `line ${line}`, state: "done-before", outcome: undefined };
    }
    // A row that an earlier run has begun may have lost its group since.
    const outcome = await runRow(
      provisioner,
      change,
      changedBefore(entry),
      { ...context, groupMustExist: entry === undefined },
      signal,
    );
    const user = outcome.account?.sub;
    if (change.action === "create") {
      if (outcome.outcome === "planned") {
        await createInPreview(row);
        return { row, subject: `line ${line}`, state: "planned", outcome };
      }
      const other = lineOfCreated.get(user ?? "");
      const [notDone] = outcome.notDone;
      // An account that this file makes, or that an earlier run has begun to make, is what was asked for. An account that
      // differs is of somebody else: the earlier run ended before its call.
      const isBegun = entry?.outcome === "begun" && !outcome.isOther;
      if (other === undefined && !isBegun && notDone !== undefined) {
        throw new GovernanceError("already-exists", notDone, { reason: "user-exists" });
      }
      if (other === undefined && entry !== undefined && user !== undefined) {
        lineOfCreated.set(user, line);
      }
      const mine = other ?? (entry === undefined ? undefined : line);
      const subject = mine === undefined ? (user ?? "") : `line ${mine}`;
      return { row, subject, state: "nothing-to-do", outcome };
    }
    if (user === undefined && entry === undefined) throw userMissing();
    if (wasDone && outcome.planned.includes(EFFECT_OF[change.action])) throw undoneSince(entry);
    const [found] = user === undefined ? [] : await preview.directory.findUsers("sub", user, signal);
    if (!wasDone && outcome.outcome === "planned" && found !== undefined) takeEffect(preview, row, found);
    const created = lineOfCreated.get(user ?? "");
    const subject = created === undefined ? (user ?? entry?.user ?? `gone ${line}`) : `line ${created}`;
    return { row, subject, state: wasDone ? "done-before" : stateOf(outcome), outcome };
  }

  async function createInPreview({ line, change }: BatchRow): Promise<void> {
    if (change.action !== "create") return;
    const { username, attributes } = draftAccount(
      await preview.directory.describePool(signal),
      change.account,
    );
    const sub = `00000000-0000-4000-8000-${String(line).padStart(12, "0")}`;
    lineOfCreated.set(sub, line);
    preview.create({
      sub,
      username: username ?? sub,
      enabled: true,
      status: "FORCE_CHANGE_PASSWORD",
      createdAt: new Date(0),
      modifiedAt: new Date(0),
      attributes: new Map([...attributes, ["sub", sub]]),
      identities: [],
    });
  }
}

/** The account of a row that an earlier run has begun: the change may be made, and another account may have the name since. */
function changedBefore(entry: BatchEntry | undefined): KnownUser | undefined {
  if (entry?.user === undefined || entry.outcome === "failed") return undefined;
  return { sub: entry.user, username: undefined };
}

/** Hex digits of a plan's hash that are those of the file. */
const FILE_PART = 16;

/** Throws when the plan is another one than that of the hash, and says whether the file or the pool is why. */
export function holdToPlan(plan: BatchPlan, wanted: string): void {
  if (plan.hash === wanted) return;
  const what =
    plan.hash.slice(0, FILE_PART) === wanted.slice(0, FILE_PART)
      ? "the pool has changed since that plan was made"
      : "the file is not the one of that plan";
  throw new GovernanceError(
    "failed-precondition",
    `--plan-hash: ${what}, so nothing was changed; look at the new plan with --dry-run, then give its hash ${plan.hash}`,
    { reason: "plan-changed" },
  );
}

/**
 * Reads what the plan needs for several rows at a time; what is read is remembered. It stops at a failure that is not of one
 * row: the plan meets it again, and rejects.
 */
async function readAhead(
  rows: readonly BatchRow[],
  dryRun: (row: BatchRow) => Promise<unknown>,
  onRow: PlanOptions["onRow"],
  signal: AbortSignal,
): Promise<void> {
  const waiting = rows.values();
  let read = 0;
  let stopped = false;
  async function work(): Promise<void> {
    for (const row of waiting) {
      if (stopped || signal.aborted) return;
      try {
        await dryRun(row);
      } catch (error) {
        stopped ||= !isOfOneRow(GovernanceError.from(error));
      }
      read += 1;
      onRow(read);
    }
  }
  await Promise.all(Array.from({ length: READERS }, work));
}

const READERS = 8;

function stateOf({ outcome }: RowOutcome): "planned" | "nothing-to-do" {
  return outcome === "planned" ? "planned" : "nothing-to-do";
}

function takeEffect(preview: PoolPreview, { change }: BatchRow, user: User): void {
  switch (change.action) {
    case "grant":
      return preview.addMember(user, change.group);
    case "revoke":
      return preview.removeMember(user, change.group);
    case "disable":
      return preview.setEnabled(user, false);
    case "enable":
      return preview.setEnabled(user, true);
    case "delete":
      return preview.remove(user);
    case "create":
      return undefined;
  }
}

function userMissing(): GovernanceError {
  return new GovernanceError(
    "not-found",
    "user: is not in this pool; correct the name, or remove the row if the account is gone",
    { reason: "user-gone" },
  );
}

function undoneSince({ atMs }: BatchEntry): GovernanceError {
  const at = new Date(atMs).toISOString();
  return new GovernanceError(
    "failed-precondition",
    `was done at ${at} by an earlier run of this file, and is no longer in effect; --restart applies the whole file again`,
    { reason: "plan-changed" },
  );
}
