import { UNSEEN_INVITATION } from "../provision/accounts/existing-account.ts";
import { TOKENS_OF_DELETED, tokensNote } from "../provision/groups/end-sessions.ts";
import type { Account } from "../provision/known-accounts.ts";
import type { Outcome, Provisioner, UserRef, WriteContext } from "../provision/provisioner.ts";
import type { RowChange } from "./batch.ts";

/** One change, whatever its kind. */
export interface RowOutcome extends Omit<Outcome<unknown>, "result"> {
  /** Undefined when there is no such user, or not yet. */
  readonly account: Account | undefined;
  /** What must be known or done besides the change, one line each. */
  readonly notes: readonly string[];
  /** What was asked for besides the change, and was not done: the row is not complete. */
  readonly notDone: readonly string[];
  /** The account was there before, and differs from what the row asks for; of an invitation nobody can know. */
  readonly isOther: boolean;
}

/** Whom a row concerns. What it says of the user may be the name of another account by now. */
export interface KnownUser {
  readonly sub: string;
  /** Undefined where only an earlier run has found the account. */
  readonly username: string | undefined;
}

export async function runRow(
  provisioner: Provisioner,
  change: RowChange,
  known: KnownUser | undefined,
  context: WriteContext,
  signal: AbortSignal,
): Promise<RowOutcome> {
  if (change.action === "create") {
    const { result, ...outcome } = await provisioner.createAccount(change.account, context, signal);
    const { actionRequired, notApplied = [] } = result;
    const notDone = notApplied.length === 0 ? [] : [notAppliedText(notApplied)];
    const required = actionRequired === undefined ? [] : [actionRequired];
    return {
      ...outcome,
      account: result.user,
      notes: [...notDone, ...required, ...outcome.warnings],
      notDone,
      isOther: notApplied.some((name) => name !== UNSEEN_INVITATION),
    };
  }
  const { result, ...outcome } = await runOnUser(
    provisioner,
    change,
    refOf(change.user, known),
    context,
    signal,
  );
  const { warnings } = outcome;
  const tokens = outcome.outcome === "done" ? tokensOf(change, result.signedOut === true, warnings) : [];
  // A disabled account is what was asked for; to end the sessions of a revoke is asked for by name.
  const notDone = change.action === "revoke" ? warnings : [];
  return { ...outcome, account: result.user, notes: [...tokens, ...warnings], notDone, isOther: false };
}

/** With the text beside a known account: the audit log has a digest of it. */
function refOf(text: string, known: KnownUser | undefined): UserRef {
  if (known === undefined) return { by: "text", value: text };
  const { sub, username } = known;
  return username === undefined
    ? { by: "text", value: sub }
    : { by: "text", value: text, account: { sub, username } };
}

function notAppliedText(names: readonly string[]): string {
  return `the account exists already, and this of the row is not applied: ${names.join(", ")}; change it by its own commands, or take it out of the row`;
}

interface OfUser {
  readonly user: Account | undefined;
  readonly signedOut?: boolean;
}

/** What a user who loses access can still do (mark 47). */
function tokensOf(change: RowChange, signedOut: boolean, warnings: readonly string[]): readonly string[] {
  switch (change.action) {
    case "revoke":
      return [tokensNote(change.group, signedOut, signedOut || warnings.length > 0)];
    case "delete":
      return [TOKENS_OF_DELETED];
    case "disable":
      return ["issued ID tokens stay valid until they expire"];
    case "grant":
    case "enable":
    case "create":
      return [];
  }
}

function runOnUser(
  provisioner: Provisioner,
  change: Exclude<RowChange, { action: "create" }>,
  ref: UserRef,
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<OfUser>> {
  switch (change.action) {
    case "grant":
      return provisioner.grant(ref, change.group, context, signal);
    case "revoke":
      return provisioner.revoke(ref, change.group, context, signal);
    case "disable":
      return provisioner.disableUser(ref, { signOut: true }, context, signal);
    case "enable":
      return provisioner.enableUser(ref, context, signal);
    case "delete":
      return provisioner.deleteUser(ref, context, signal);
  }
}

const COLUMN_OF: readonly (readonly [RegExp, string])[] = [
  [/\bprofile\.sendInviteEmail\b/g, "invite"],
  [/\bprofile\.deliverInviteBy\b/g, "deliver_by"],
  [/\bemails\[\d+\]/g, "email"],
  [/\bprofile\.email\b(?!_)/g, "email"],
  [/\bprofile\.(?=[\w:])/g, "attribute:"],
];

/** The message with columns of the file instead of fields of a request. */
export function inColumns(message: string): string {
  return COLUMN_OF.reduce((text, [field, column]) => text.replaceAll(field, column), message);
}
