// One line of the audit log.
//
//   {"seq":1,"time":…,"change":…,…,"prev":"<64 hex>","hash":"<64 hex>"}
//
// `hash` is the SHA-256 of the bytes of the line without the member `hash` (`{…,"prev":"…"}`). `prev` is the `hash` of
// the line before, 64 zeros in the first line. DESIGN.md says why they are at fixed places.
import { createHash } from "node:crypto";
import type { AuditRecord } from "../../core/audit-log.ts";
import type { ChangeStep, UndoRecord } from "../../core/change.ts";
import { clipBytes, isSeenWhole, withDigest } from "../../core/text.ts";

export const NO_LINE_BEFORE = "0".repeat(64);

/** The rest of an interrupted write that was moved out of the file before this line. It was never acknowledged. */
export interface TornNote {
  readonly bytes: number;
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
}

/** The place of a line in the chain. */
interface LinePosition {
  readonly seq: number;
  readonly prev: string;
  readonly torn: TornNote | undefined;
}

/** The bytes of a line with its line end, and its hash. */
interface WrittenLine {
  readonly bytes: Buffer;
  readonly hash: string;
}

/**
 * The name of a group has up to 128 characters, up to 512 bytes. Two names that were cut could look the same, so no group
 * name is cut. Every other text of a caller has 256 bytes.
 */
const MAX_NAME_BYTES = 256;
const MAX_GROUP_BYTES = 512;
/** 500 characters of four bytes, which is what a caller may write. */
const MAX_JUSTIFICATION_BYTES = 2000;

// Allowed in JSON, but a line end or a control sequence to a terminal that shows the file.
const UNSAFE = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** An id, as a line contains it. */
export function nameInLog(name: string): string {
  return clipBytes(name, MAX_NAME_BYTES);
}

/** The name of a requester, as a line contains it: two that differ never become equal. */
export function requesterInLog(name: string): string {
  if (isSeenWhole(name, MAX_NAME_BYTES)) return name;
  return withDigest(name, MAX_NAME_BYTES, createHash("sha256").update(name).digest("hex"));
}

/** Takes every member by its name, so that an object with more members than its type cannot leak them. */
export function writeLine(record: AuditRecord, { seq, prev, torn }: LinePosition): WrittenLine {
  const { requester, target } = record;
  const body = safeJson({
    seq,
    time: new Date(record.atMs).toISOString(),
    change: nameInLog(record.change),
    pool: nameInLog(record.pool),
    kind: record.kind,
    by: { via: requester.via, name: requesterInLog(requester.name) },
    justification: clippedIfSet(record.justification, MAX_JUSTIFICATION_BYTES),
    target: {
      user: clippedIfSet(target.user, MAX_NAME_BYTES),
      group: clippedIfSet(target.group, MAX_GROUP_BYTES),
      loginSha256: clippedIfSet(target.loginSha256, MAX_NAME_BYTES),
    },
    outcome: record.outcome,
    code: record.code,
    reason: record.reason,
    steps: record.steps.map(stepMembers),
    undo: record.undo === undefined ? undefined : undoMembers(record.undo),
    refused:
      record.refused === undefined
        ? undefined
        : { operation: nameInLog(record.refused.operation), count: record.refused.count },
    torn: torn === undefined ? undefined : { bytes: torn.bytes, sha256: torn.sha256 },
    prev,
  });
  const hash = createHash("sha256").update(body).digest("hex");
  return { bytes: Buffer.from(`${body.slice(0, -1)},"hash":"${hash}"}\n`), hash };
}

function stepMembers({ operation, state, undo, requestId, code, reason }: ChangeStep): object {
  return {
    operation,
    state,
    undo: undo ? true : undefined,
    requestId: clippedIfSet(requestId, MAX_NAME_BYTES),
    code,
    reason,
  };
}

// Not cut: AWS limits each of them, and a cut one could not be used to undo the change.
function undoMembers({ members, group, groups, fields, addedGroups, removedGroups }: UndoRecord): object {
  return {
    members,
    group:
      group === undefined
        ? undefined
        : { description: group.description, roleArn: group.roleArn, precedence: group.precedence },
    groups,
    fields,
    addedGroups,
    removedGroups,
  };
}

function clippedIfSet(text: string | undefined, maxBytes: number): string | undefined {
  return text === undefined ? undefined : clipBytes(text, maxBytes);
}

function safeJson(value: object): string {
  return JSON.stringify(value).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
