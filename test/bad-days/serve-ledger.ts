// What the callers of a day asked for, and what they were answered.

import { attributeKey, type Cover, enabledKey, groupKey, memberKey, nameKey } from "./serve-keys.ts";
import type { ChangeKind } from "./serve-plan.ts";

/** What the answer says became of the change. `fine`: it is so now, and nothing is said about before. */
export type Said = "made" | "already" | "fine" | "refused" | "unknown" | "no answer";

export interface ChangeTarget {
  readonly sub: string;
  readonly username: string;
  readonly group: string;
  /** The nickname that is set: no two requests have the same. */
  readonly value: string;
}

export interface ChangeEntry extends ChangeTarget {
  readonly number: number;
  /** Its name in the audit log. */
  readonly requester: string;
  readonly front: string;
  readonly kind: ChangeKind;
  readonly password: boolean;
  /** How often it was given to the service. */
  readonly times: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly said: Said;
  readonly code: string;
  readonly text: string;
}

/** What one listing, or one sync, said. */
export interface Reading {
  readonly what: string;
  /** What others change may be seen as it was at any moment from here on: pages are read ahead. */
  readonly fromMs: number;
  readonly askedMs: number;
  readonly toMs: number;
  readonly keys: readonly string[];
  readonly cover: Cover;
}

/** A page that was not read, or a listing that was given up. */
export interface Refusal {
  readonly what: string;
  readonly code: string;
  readonly text: string;
}

export interface Ledger {
  readonly changes: ChangeEntry[];
  readonly readings: Reading[];
  readonly refusals: Refusal[];
  /** Whatever else is not as it must be. */
  readonly differences: string[];
  /** The longest call of each kind, in milliseconds. */
  readonly longestMs: Map<string, number>;
}

export function createLedger(): Ledger {
  return { changes: [], readings: [], refusals: [], differences: [], longestMs: new Map() };
}

export function tookMs(ledger: Ledger, what: string, ms: number): void {
  ledger.longestMs.set(what, Math.max(ms, ledger.longestMs.get(what) ?? 0));
}

/** What a change makes begin (+) or end (-). */
export function effectOf(change: Pick<ChangeEntry, "kind"> & ChangeTarget): { key: string; sign: "+" | "-" } {
  const { kind, sub, username, group, value } = change;
  switch (kind) {
    case "grant":
      return { key: memberKey(sub, group), sign: "+" };
    case "revoke":
      return { key: memberKey(sub, group), sign: "-" };
    case "create-user":
      return { key: nameKey(username), sign: "+" };
    case "delete-user":
      return { key: nameKey(username), sign: "-" };
    case "enable":
      return { key: enabledKey(sub), sign: "+" };
    case "disable":
      return { key: enabledKey(sub), sign: "-" };
    case "set-nickname":
      return { key: attributeKey(sub, "nickname", value), sign: "+" };
    case "create-group":
      return { key: groupKey(group), sign: "+" };
    case "delete-group":
      return { key: groupKey(group), sign: "-" };
  }
}

export function textOfChange(change: ChangeEntry): string {
  const { number, requester, kind, said, code, text } = change;
  const { key } = effectOf(change);
  return `change ${number}, ${kind} (${key}) of ${requester}, answered ${said} ${code} ${text}`.trim();
}

/** The answers of SCIM to a file that cannot be written say neither; the client sends its request again. */
const DOUBTFUL =
  /may have been made|not known whether|is done|was made|account exists|cannot work with a file of its own/;

/** A failed answer that does not say that nothing was made. */
export function isDoubtful(text: string): boolean {
  return DOUBTFUL.test(text);
}
