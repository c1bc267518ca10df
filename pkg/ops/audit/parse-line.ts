import { isRecord } from "../../core/unknown.ts";
import type { TornNote } from "./audit-line.ts";

export interface AuditStep {
  readonly operation: string;
  readonly state: string;
  readonly undo?: boolean;
  readonly requestId?: string;
  readonly code?: string;
  readonly reason?: string;
}

/** A line as data. Closed sets are text here, since a later version may have written other words. */
export interface AuditLine {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly change: string;
  readonly pool: string;
  readonly kind: string;
  readonly by: { readonly via: string; readonly name: string };
  /** Why the change was asked for; `reason` is why it failed. */
  readonly justification?: string;
  readonly target: { readonly user?: string; readonly group?: string; readonly loginSha256?: string };
  readonly outcome: string;
  readonly code?: string;
  readonly reason?: string;
  readonly steps: readonly AuditStep[];
  readonly undo?: Readonly<Record<string, unknown>>;
  readonly refused?: { readonly operation: string; readonly count: number };
  readonly torn?: TornNote;
  readonly prev: string;
  readonly hash: string;
}

/** Reads the known members; undefined if one that every line has is missing or has another type. */
export function parseLine(value: Readonly<Record<string, unknown>>): AuditLine | undefined {
  const { seq, time, change, pool, kind, by, target, outcome, steps, undo, refused, torn, prev, hash } =
    value;
  if (typeof seq !== "number" || typeof time !== "string" || Number.isNaN(Date.parse(time))) return undefined;
  if (typeof change !== "string" || typeof pool !== "string" || typeof kind !== "string") return undefined;
  if (!isRecord(by) || typeof by["via"] !== "string" || typeof by["name"] !== "string") return undefined;
  if (!isRecord(target) || typeof outcome !== "string" || !Array.isArray(steps)) return undefined;
  if (typeof prev !== "string" || typeof hash !== "string") return undefined;
  const parsedSteps = steps.map(parseStep).filter((step) => step !== undefined);
  if (parsedSteps.length !== steps.length) return undefined;
  return {
    seq,
    time,
    change,
    pool,
    kind,
    by: { via: by["via"], name: by["name"] },
    ...optionalText(value, "justification"),
    target: {
      ...optionalText(target, "user"),
      ...optionalText(target, "group"),
      ...optionalText(target, "loginSha256"),
    },
    outcome,
    ...optionalText(value, "code"),
    ...optionalText(value, "reason"),
    steps: parsedSteps,
    ...(isRecord(undo) ? { undo } : {}),
    ...(isRecord(refused) ? refusedCalls(refused) : {}),
    ...(isRecord(torn) ? tornNote(torn) : {}),
    prev,
    hash,
  };
}

function parseStep(value: unknown): AuditStep | undefined {
  if (!isRecord(value)) return undefined;
  const { operation, state, undo } = value;
  if (typeof operation !== "string" || typeof state !== "string") return undefined;
  return {
    operation,
    state,
    ...(undo === true ? { undo } : {}),
    ...optionalText(value, "requestId"),
    ...optionalText(value, "code"),
    ...optionalText(value, "reason"),
  };
}

function refusedCalls({ operation, count }: Readonly<Record<string, unknown>>): Pick<AuditLine, "refused"> {
  return typeof operation === "string" && typeof count === "number" ? { refused: { operation, count } } : {};
}

function tornNote({ bytes, sha256 }: Readonly<Record<string, unknown>>): { torn?: TornNote } {
  return typeof bytes === "number" && typeof sha256 === "string" ? { torn: { bytes, sha256 } } : {};
}

function optionalText<K extends string>(
  value: Readonly<Record<string, unknown>>,
  key: K,
): { readonly [key in K]?: string } {
  const found = value[key];
  const none: { [key in K]?: string } = {};
  return typeof found === "string" ? { ...none, [key]: found } : none;
}
