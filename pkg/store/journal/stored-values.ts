import {
  CHANGE_KINDS,
  type ChangeStep,
  REQUESTED_VIA,
  STEP_STATES,
  type UndoRecord,
} from "../../core/change.ts";
import { ERROR_CODES, ERROR_REASONS, GovernanceError } from "../../core/errors.ts";
import type { RecoveryHints } from "../../core/journal.ts";
import { WRITE_OPERATIONS } from "../../core/operations.ts";

/** Every word that a row may contain, so that a damaged row is noticed. */
export const WORDS = {
  kind: CHANGE_KINDS,
  via: REQUESTED_VIA,
  state: STEP_STATES,
  operation: WRITE_OPERATIONS,
  code: ERROR_CODES,
  reason: ERROR_REASONS,
} as const;

/** `text` when it is one of the words, else `data-loss`. */
export function knownWord<T extends string>(words: readonly T[], text: string): T {
  const word = words.find((known) => known === text);
  if (word === undefined) throw damagedRow();
  return word;
}

export function optionalKnownWord<T extends string>(
  words: readonly T[],
  text: string | undefined,
): T | undefined {
  return text === undefined ? undefined : knownWord(words, text);
}

/** How a step ended, without what it was. */
export type StepEnd = Omit<ChangeStep, "operation" | "undo">;

export function parseUndo(text: string): UndoRecord {
  const undo = parsed(text);
  if (!isObject(undo)) throw damagedRow();
  const { members, groups, group, fields, addedGroups, removedGroups } = undo;
  return {
    ...(members === undefined ? {} : { members: textListOf(members) }),
    ...(groups === undefined ? {} : { groups: textListOf(groups) }),
    ...(group === undefined ? {} : { group: undoGroupOf(group) }),
    ...(fields === undefined ? {} : { fields: textListOf(fields) }),
    ...(addedGroups === undefined ? {} : { addedGroups: textListOf(addedGroups) }),
    ...(removedGroups === undefined ? {} : { removedGroups: textListOf(removedGroups) }),
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

export function parseHints(text: string): RecoveryHints {
  const hints = parsed(text);
  if (!isHints(hints)) throw damagedRow();
  return hints;
}

function isHints(value: unknown): value is RecoveryHints {
  return (
    isObject(value) &&
    Object.values(value).every((one) => ["string", "number", "boolean"].includes(typeof one) || isTexts(one))
  );
}

function textListOf(value: unknown): readonly string[] {
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
    "the journal is damaged: a row has a value that no connector writes; move the file away, and check in the audit log what was done last",
  );
}
