// All that a day has seen, as plain data: it is judged, and can be kept in a file and judged again.

import { readFileSync, writeFileSync } from "node:fs";
import { isRecord } from "../../pkg/core/unknown.ts";
import type { CallRecord } from "../cognito/record.ts";
import { judgeChanges, judgeReadings } from "./serve-judge.ts";
import {
  type AuditEntry,
  judgeAudit,
  judgeCreations,
  judgeRates,
  judgeRepeats,
} from "./serve-judge-records.ts";
import { type Ledger, textOfChange } from "./serve-ledger.ts";
import type { ServeDay } from "./serve-plan.ts";
import { type Interval, type Transition, truthOf } from "./serve-truth.ts";

export type SeenCall = Pick<
  CallRecord,
  | "number"
  | "operation"
  | "category"
  | "startedMs"
  | "clockMs"
  | "group"
  | "username"
  | "outcome"
  | "done"
  | "finishedMs"
  | "received"
>;

export interface DayHistory {
  readonly day: ServeDay;
  readonly changes: Ledger["changes"];
  readonly readings: Ledger["readings"];
  readonly refusals: Ledger["refusals"];
  readonly longestMs: readonly (readonly [string, number])[];
  readonly times: readonly (readonly [string, readonly Interval[]])[];
  readonly transitions: readonly Transition[];
  readonly calls: readonly SeenCall[];
  /** When each process began. */
  readonly starts: readonly number[];
  /** The longest time in which the service or this program may have been paused. */
  readonly pausedMs: number;
  readonly audit: readonly AuditEntry[];
  /** What was found to be wrong by looking at it once. */
  readonly noted: readonly string[];
  readonly log: readonly string[];
}

export function judgeDay(history: DayHistory): readonly string[] {
  const { day, transitions, calls, starts, pausedMs, noted } = history;
  const truth = truthOf({ times: new Map(history.times), transitions });
  return [
    ...noted,
    ...judgeChanges(history, truth),
    ...judgeReadings(history, truth),
    ...judgeAudit(history, truth),
    ...judgeCreations(history, calls),
    ...judgeRepeats(history, calls),
    ...judgeRates(calls, starts, { rate: day.rate, pausedMs }),
    ...calls
      .filter(({ outcome }) => outcome === "ScriptedServerBug")
      .map(({ operation }) => `a bug of the scripted server in ${operation}`),
  ];
}

export function seenOf(call: CallRecord): SeenCall {
  const { number, operation, category, startedMs, clockMs, group, username } = call;
  const { outcome, done, finishedMs, received } = call;
  return {
    number,
    operation,
    category,
    startedMs,
    clockMs,
    group,
    username,
    outcome,
    done,
    finishedMs,
    received,
  };
}

export function writeHistory(path: string, history: DayHistory): void {
  writeFileSync(path, JSON.stringify(history));
}

/** A file that `writeHistory` has written. */
export function readHistory(path: string): DayHistory {
  const history: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isHistory(history)) throw new Error(`${path}: no history of a day`);
  return history;
}

function isHistory(value: unknown): value is DayHistory {
  return isRecord(value) && "day" in value && "calls" in value && "transitions" in value;
}

/** Everything about one thing in the order of time: what was asked for, what was called, and what became of it. */
export function storyOf(history: DayHistory, pattern: RegExp): readonly string[] {
  const beganMs = history.starts[0] ?? 0;
  const events = [
    ...history.changes.flatMap((change) => [
      { atMs: change.fromMs, text: `asked    change ${change.number} ${textOfChange(change)}` },
      { atMs: change.toMs, text: `answered change ${change.number} ${textOfChange(change)}` },
    ]),
    ...history.calls.map((call) => ({
      atMs: call.clockMs,
      text: `call     ${call.number} ${call.operation} ${call.username ?? ""} ${call.group ?? ""} ${call.outcome}${call.done ? ", done" : ""}${call.received ? ", received" : ""}, ${Math.round((call.finishedMs ?? call.startedMs) - call.startedMs)} ms`,
    })),
    ...history.transitions.map(({ key, sign, atMs, call }) => ({
      atMs,
      text: `became   ${sign}${key} by ${call === undefined ? "others" : `call ${call}`}`,
    })),
    ...history.times.flatMap(([key, intervals]) =>
      intervals.flatMap(({ fromMs, toMs }) => [
        { atMs: fromMs, text: `so       ${key}` },
        ...(toMs === undefined ? [] : [{ atMs: toMs, text: `over     ${key}` }]),
      ]),
    ),
    ...history.audit.map((line) => ({
      atMs: line.atMs,
      text: `audit    ${line.kind} ${line.user ?? ""} ${line.group ?? ""} by ${line.by} via ${line.via}: ${line.outcome}`,
    })),
    ...history.starts.map((atMs) => ({ atMs, text: "process  starts" })),
  ];
  return events
    .toSorted((a, b) => a.atMs - b.atMs)
    .filter(({ text }) => pattern.test(text) || text.startsWith("process"))
    .map(({ atMs, text }) => `${String(Math.round(atMs - beganMs)).padStart(7)} ${text}`);
}
