// One line of the audit log.
//
//   {"seq":1,"time":…,"change":…,…,"prev":"<64 hex>","hash":"<64 hex>"}
//
// `hash` is the SHA-256 of the line's own bytes with the hash member taken out (`{…,"prev":"…"}`), and `prev` is the
// `hash` of the line before, 64 zeros in the first. Both stand at fixed places at the end, so that whoever checks a
// line hashes the bytes as they are and never has to write JSON the way we do.
import { createHash } from "node:crypto";
import type { AuditRecord } from "../../core/audit-log.ts";
import type { ChangeStep, UndoRecord } from "../../core/change.ts";
import { clipBytes } from "../../core/text.ts";

export const NO_LINE_BEFORE = "0".repeat(64);

/** What was cut off the file before this line because a write had been broken off: never acknowledged, kept aside. */
export interface TornNote {
  readonly bytes: number;
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
}

/** Where a line goes. */
interface LinePosition {
  readonly seq: number;
  readonly prev: string;
  readonly torn: TornNote | undefined;
}

/** A line as bytes, line end included, and its hash. */
interface WrittenLine {
  readonly bytes: Buffer;
  readonly hash: string;
}

/**
 * A name of a group has up to 128 characters, which are up to 512 bytes; cut, it could not be told from another. All
 * else that callers hand in has 256.
 */
const MAX_NAME_BYTES = 256;
const MAX_GROUP_BYTES = 512;

// Legal inside JSON, and a line end or an order to a terminal for whoever shows the file as it is.
const UNSAFE = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** An id or a name of who asked, as a line keeps it. */
export function nameInLog(name: string): string {
  return clipBytes(name, MAX_NAME_BYTES);
}

/** Picks every member by name: what else an object may carry beyond its type never gets here. */
export function writeLine(record: AuditRecord, { seq, prev, torn }: LinePosition): WrittenLine {
  const { requester, target } = record;
  const body = safeJson({
    seq,
    time: new Date(record.atMs).toISOString(),
    change: nameInLog(record.change),
    pool: nameInLog(record.pool),
    kind: record.kind,
    by: { via: requester.via, name: nameInLog(requester.name) },
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

// Whole: AWS bounds each of them, and a clipped one could not be made good by hand.
function undoMembers({ members, group, groups }: UndoRecord): object {
  return {
    members,
    group:
      group === undefined
        ? undefined
        : { description: group.description, roleArn: group.roleArn, precedence: group.precedence },
    groups,
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
