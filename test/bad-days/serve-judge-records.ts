// Compares the connector's own records, and its requests at the server, with what happened.

import { readFileSync } from "node:fs";
import { isRecord } from "../../pkg/core/unknown.ts";
import { busiestWindow } from "../cognito/rates.ts";
import type { DayHistory, SeenCall } from "./serve-history.ts";
import { lostCalls, needsNoAnswer } from "./serve-judge.ts";
import { type ChangeEntry, effectOf, textOfChange } from "./serve-ledger.ts";
import type { ChangeKind } from "./serve-plan.ts";
import type { Truth } from "./serve-truth.ts";

export interface AuditEntry {
  readonly atMs: number;
  readonly kind: string;
  readonly via: string;
  readonly by: string;
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly outcome: string;
}

/** The kinds of the audit log: SCIM may change several parts of a user in one. */
const AUDIT_KINDS: Readonly<Record<ChangeKind, readonly string[]>> = {
  grant: ["grant", "change-user"],
  revoke: ["revoke", "change-user"],
  "create-user": ["create-account", "change-user", "set-password"],
  "delete-user": ["delete-user"],
  enable: ["enable-user", "change-user"],
  disable: ["disable-user", "change-user"],
  "set-nickname": ["update-user-attributes", "change-user"],
  "create-group": ["create-group"],
  "delete-group": ["delete-group"],
};

const EFFECTIVE: ReadonlySet<string> = new Set(["done", "partial", "unknown"]);

/** Of a change that was cut off, and that others took back before the recovery looked, the line says failed. */
const BEGUN: ReadonlySet<string> = new Set([...EFFECTIVE, "failed", "undone"]);

export function readAudit(path: string): readonly AuditEntry[] {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // Nothing was changed.
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const value: unknown = JSON.parse(line);
      const entry = isRecord(value) ? value : {};
      const by = isRecord(entry["by"]) ? entry["by"] : {};
      const target = isRecord(entry["target"]) ? entry["target"] : {};
      const named = (one: unknown): string | undefined => (typeof one === "string" ? one : undefined);
      return {
        atMs: Date.parse(String(entry["time"])),
        kind: String(entry["kind"]),
        via: String(by["via"]),
        by: String(by["name"]),
        user: named(target["user"]),
        group: named(target["group"]),
        outcome: String(entry["outcome"]),
      };
    });
}

/** Clocks of two processes are compared, in whole milliseconds. */
const SLACK_MS = 5;

export function judgeAudit(
  { changes, calls, audit }: Pick<DayHistory, "changes" | "calls" | "audit">,
  truth: Truth,
): readonly string[] {
  const differences: string[] = [];
  const left = [...audit];

  const open = changes.filter(isOpenEnded);

  /**
   * Oldest first. A change goes on after its caller has gone, so its line may come while the next one is under way: of one that
   * was refused, a line that says otherwise is not the own one where it may be that of an earlier change.
   */
  function linesOf(change: ChangeEntry): readonly AuditEntry[] {
    return left.filter((line) => {
      if (!isLineOf(line, change)) return false;
      if (change.said !== "refused" || !EFFECTIVE.has(line.outcome)) return true;
      return !open.some((earlier) => earlier.fromMs <= change.fromMs && isLineOf(line, earlier));
    });
  }

  const inOrder = changes.toSorted((a, b) => Number(isOpenEnded(a)) - Number(isOpenEnded(b)));
  for (const change of inOrder) {
    const lines = linesOf(change);
    const isMade = ({ outcome }: AuditEntry): boolean => outcome === "done" || outcome === "partial";
    const isWell = change.said === "made" || change.said === "fine";
    const answered = (isWell ? lines.findLast(isMade) : undefined) ?? lines.at(-1);
    const own = isOpenEnded(change) ? lines[0] : answered;
    // A request of SCIM may be several changes, and a task may be given twice.
    const all = change.front === "grpc" ? lines.filter((line) => line === own) : lines;
    for (const line of all) left.splice(left.indexOf(line), 1);
    const text = `${textOfChange(change)}; in the audit log: ${own?.outcome ?? "nothing"}`;
    if (change.said === "made" && own?.outcome !== "done" && own?.outcome !== "partial") {
      differences.push(`made without its line: ${text}`);
    }
    if (change.said === "refused" && own !== undefined && EFFECTIVE.has(own.outcome)) {
      differences.push(`refused, and the audit log says otherwise: ${text}`);
    }
  }
  for (const { by, kind, outcome } of left.filter((line) => EFFECTIVE.has(line.outcome))) {
    differences.push(`a line of the audit log for nothing that was asked: ${kind} by ${by}, ${outcome}`);
  }
  return [...differences, ...unrecorded({ changes, calls, audit }, truth)];
}

function isLineOf(line: AuditEntry, change: ChangeEntry): boolean {
  const { requester, kind, fromMs, toMs } = change;
  if (!AUDIT_KINDS[kind].includes(line.kind) || !isAbout(line, change)) return false;
  if (line.atMs < fromMs - SLACK_MS) return false;
  const isOpen = isOpenEnded(change);
  return line.via === "recovery"
    ? line.by.endsWith(` ${requester}`) && (isOpen || !EFFECTIVE.has(line.outcome))
    : line.by === requester && (isOpen || line.atMs <= toMs + SLACK_MS);
}

const isOpenEnded = ({ said }: ChangeEntry): boolean => said === "no answer" || said === "unknown";

function isAbout({ user, group }: AuditEntry, change: ChangeEntry): boolean {
  if (group !== undefined && change.kind.endsWith("group")) return group === change.group;
  if (group !== undefined && (change.kind === "grant" || change.kind === "revoke")) {
    return group === change.group && (user === undefined || user === change.sub);
  }
  return change.kind === "create-user" || user === undefined || user === change.sub;
}

/** What the server carried out for the connector, and no line of the audit log accounts for. */
function unrecorded(
  { changes, calls, audit }: Pick<DayHistory, "changes" | "calls" | "audit">,
  truth: Truth,
): readonly string[] {
  const differences: string[] = [];
  const lost = lostCalls(calls);
  const asked = Map.groupBy(changes, (change) => effectOf(change).key + effectOf(change).sign);
  for (const [key, same] of asked) {
    const [change] = same;
    if (change === undefined || change.kind === "create-user") continue;
    const all = truth.transitions.filter((one) => one.call !== undefined && one.key + one.sign === key);
    // One change, and its one line, for an effect that was made again.
    const made =
      all.filter((one) => !needsNoAnswer(one, same, lost, truth)).length || Math.min(all.length, 1);
    const lines = audit.filter(
      (line) =>
        BEGUN.has(line.outcome) && AUDIT_KINDS[change.kind].includes(line.kind) && isAbout(line, change),
    ).length;
    if (made > lines)
      differences.push(`made ${made} times, with ${lines} lines in the audit log: ${textOfChange(change)}`);
  }
  return differences;
}

/** After these AWS has certainly done nothing, and the request may come again. */
const NOT_DONE = /^(TooManyRequests|ExpiredToken)/;

/** AdminCreateUser is sent once for each request, unless AWS said that it did nothing. */
export function judgeCreations(
  { changes }: Pick<DayHistory, "changes">,
  calls: readonly SeenCall[],
): readonly string[] {
  const sent = Map.groupBy(
    calls.filter(({ operation, outcome }) => operation === "AdminCreateUser" && !NOT_DONE.test(outcome)),
    ({ username }) => username ?? "",
  );
  return [...sent].flatMap(([username, all]) => {
    // Nothing is made by the question whether an account may be made.
    if (username.startsWith("connector-probe-")) return [];
    const asked = changes.filter((one) => one.kind === "create-user" && one.username === username);
    if (all.length <= timesOf(asked)) return [];
    const outcomes = all.map(({ outcome }) => outcome).join(", ");
    return [
      `AdminCreateUser of ${username} was sent ${all.length} times (${outcomes}) for ${timesOf(asked)} requests`,
    ];
  });
}

const timesOf = (changes: readonly ChangeEntry[]): number =>
  changes.reduce((sum, { times }) => sum + times, 0);

/** A write whose answer has arrived is not sent again. Of an answer that was only sent, nobody knows whether it arrived. */
export function judgeRepeats(
  { changes }: Pick<DayHistory, "changes">,
  calls: readonly SeenCall[],
): readonly string[] {
  const named: Readonly<Partial<Record<ChangeKind, string>>> = {
    grant: "AdminAddUserToGroup",
    revoke: "AdminRemoveUserFromGroup",
    enable: "AdminEnableUser",
    disable: "AdminDisableUser",
    "create-group": "CreateGroup",
    "delete-group": "DeleteGroup",
    "delete-user": "AdminDeleteUser",
  };
  const differences: string[] = [];
  const groups = Map.groupBy(changes, ({ kind, username, group }) =>
    JSON.stringify([named[kind], ...namesIn(kind, username, group)]),
  );
  for (const same of groups.values()) {
    const [first] = same;
    const operation = first === undefined ? undefined : named[first.kind];
    if (first === undefined || operation === undefined) continue;
    const delivered = calls.filter(
      (call) =>
        call.operation === operation &&
        call.outcome === "ok" &&
        call.received &&
        (call.username === undefined || call.username === first.username) &&
        (call.group === undefined || call.group === first.group),
    ).length;
    if (delivered > timesOf(same)) {
      differences.push(
        `${operation} was answered ${delivered} times for ${timesOf(same)} requests: ${textOfChange(first)}`,
      );
    }
  }
  return differences;
}

function namesIn(kind: ChangeKind, username: string, group: string): readonly string[] {
  if (kind === "grant" || kind === "revoke") return [username, group];
  return kind.endsWith("-group") ? [group] : [username];
}

/**
 * Requests of one process in any second and in any ten, against the setting (LIMITER-1). Seen is when the requests arrived:
 * those of a longer time arrive together where the service, or this program, was paused between a turn and its request. The
 * longest pause is measured (`pausedMs`); each request may be late by one of each of the two.
 */
export function judgeRates(
  calls: readonly SeenCall[],
  starts: readonly number[],
  { rate, pausedMs }: { readonly rate: number; readonly pausedMs: number },
): readonly string[] {
  const differences: string[] = [];
  const lives = Map.groupBy(calls, ({ clockMs }) => starts.findLastIndex((start) => start <= clockMs));
  for (const [life, ofLife] of lives) {
    for (const [category, same] of Map.groupBy(ofLife, (call) => call.category ?? "none")) {
      const at = same.map(({ startedMs }) => startedMs);
      const [second, ten] = [busiestWindow(at, 1_000), busiestWindow(at, 10_000)];
      const late = (2 * pausedMs) / 1_000;
      // What arrives in one second is what began in about one second: two more, as with several instances.
      if (second > Math.ceil(rate * (1 + late)) + 3 || ten > rate * (10 + late)) {
        differences.push(
          `process ${life + 1} sent ${second} requests of ${category} in a second and ${ten} in ten, at a rate of ${rate}, with pauses of at most ${pausedMs} ms`,
        );
      }
    }
  }
  return differences;
}
