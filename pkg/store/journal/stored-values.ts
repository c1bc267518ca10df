import type { ChangeKind, ChangeStep, Requester, StepState, UndoRecord } from "../../core/change.ts";
import { type ErrorCode, type ErrorReason, GovernanceError } from "../../core/errors.ts";
import type { ChangeFacts } from "../../core/journal.ts";
import type { WriteOperation } from "../../core/operations.ts";

/** Every word that a row may hold, so that a damaged one is noticed; total, so that a new word is not forgotten. */
export const WORDS = {
  kind: {
    grant: true,
    revoke: true,
    "create-account": true,
    "delete-user": true,
    "enable-user": true,
    "disable-user": true,
    "update-user-attributes": true,
    "rotate-credential": true,
    "set-password": true,
    "reset-password": true,
    "resend-invitation": true,
    "sign-out-user": true,
    "confirm-sign-up": true,
    "reset-mfa": true,
    "create-group": true,
    "update-group": true,
    "delete-group": true,
  } satisfies Record<ChangeKind, true>,
  via: { cli: true, grpc: true, recovery: true } satisfies Record<Requester["via"], true>,
  state: { begun: true, done: true, "not-done": true, unknown: true } satisfies Record<StepState, true>,
  operation: {
    AdminCreateUser: true,
    AdminDeleteUser: true,
    AdminEnableUser: true,
    AdminDisableUser: true,
    AdminUserGlobalSignOut: true,
    AdminUpdateUserAttributes: true,
    AdminDeleteUserAttributes: true,
    AdminSetUserPassword: true,
    AdminResetUserPassword: true,
    AdminConfirmSignUp: true,
    AdminSetUserMFAPreference: true,
    AdminAddUserToGroup: true,
    AdminRemoveUserFromGroup: true,
    CreateGroup: true,
    UpdateGroup: true,
    DeleteGroup: true,
  } satisfies Record<WriteOperation, true>,
  code: {
    "invalid-argument": true,
    unauthenticated: true,
    "permission-denied": true,
    "not-found": true,
    "already-exists": true,
    "failed-precondition": true,
    aborted: true,
    throttled: true,
    unavailable: true,
    "deadline-exceeded": true,
    canceled: true,
    unimplemented: true,
    "resource-exhausted": true,
    "data-loss": true,
    internal: true,
    "refused-by-guard": true,
  } satisfies Record<ErrorCode, true>,
  reason: {
    "marker-refused": true,
    "group-gone": true,
    "user-gone": true,
    "pool-missing": true,
    replica: true,
    "user-state": true,
    "outcome-unknown": true,
    "delivery-failed": true,
    "trigger-failed": true,
    "user-exists": true,
    "alias-exists": true,
    "group-exists": true,
    "password-refused": true,
    "password-reused": true,
  } satisfies Record<ErrorReason, true>,
} as const;

/** `text` when it is one of the words, else `data-loss`. */
export function wordOf<T extends string>(words: Readonly<Record<T, true>>, text: string): T {
  if (isWord(words, text)) return text;
  throw damagedRow();
}

export function optionalWordOf<T extends string>(
  words: Readonly<Record<T, true>>,
  text: string | undefined,
): T | undefined {
  return text === undefined ? undefined : wordOf(words, text);
}

function isWord<T extends string>(words: Readonly<Record<T, true>>, text: string): text is T {
  return Object.hasOwn(words, text);
}

/** How a step ended, without what it was. */
export type StepEnd = Omit<ChangeStep, "operation" | "undo">;

export function parseUndo(text: string): UndoRecord {
  const undo = parsed(text);
  if (!isObject(undo)) throw damagedRow();
  const { members, groups, group } = undo;
  return {
    ...(members === undefined ? {} : { members: textsOf(members) }),
    ...(groups === undefined ? {} : { groups: textsOf(groups) }),
    ...(group === undefined ? {} : { group: undoGroupOf(group) }),
  };
}

function undoGroupOf(value: unknown): NonNullable<UndoRecord["group"]> {
  if (!isObject(value)) throw damagedRow();
  const { description, roleArn, precedence } = value;
  if (description !== undefined && typeof description !== "string") throw damagedRow();
  if (roleArn !== undefined && typeof roleArn !== "string") throw damagedRow();
  if (precedence !== undefined && typeof precedence !== "number") throw damagedRow();
  return { description, roleArn, precedence };
}

export function parseFacts(text: string): ChangeFacts {
  const facts = parsed(text);
  if (!isFacts(facts)) throw damagedRow();
  return facts;
}

function isFacts(value: unknown): value is ChangeFacts {
  return (
    isObject(value) &&
    Object.values(value).every((one) => ["string", "number", "boolean"].includes(typeof one) || isTexts(one))
  );
}

function textsOf(value: unknown): readonly string[] {
  if (!isTexts(value)) throw damagedRow();
  return value;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

interface AnyObject {
  readonly [member: string]: unknown;
  readonly members?: unknown;
  readonly groups?: unknown;
  readonly group?: unknown;
  readonly description?: unknown;
  readonly roleArn?: unknown;
  readonly precedence?: unknown;
}

function isObject(value: unknown): value is AnyObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damagedRow();
  }
}

function damagedRow(): GovernanceError {
  return new GovernanceError(
    "data-loss",
    "the journal is damaged: a row holds what was never written; move the file away, and see in the audit log what was done last",
  );
}
