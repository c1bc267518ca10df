// Compares what callers were answered with what the server carried out.
//
// What it concludes, and from what. A change that is said to be made had its effect while it was asked for, and an effect has
// a change that says so. One change may have its effect several times: a call whose answer is lost is sent again, and when
// others took back what the first one did, the second one does it again. And a change may have its effect and be refused: when
// others took back what a call with a lost answer did, the connector reads the pool, and nothing is there. So an effect needs
// no answer where it was over before its change had ended, and the answer of its call is not known to have arrived
// (`isLost`), or the change was given to the service again. Which of the two comes first is a matter of milliseconds on every machine.

import type { DayHistory, SeenCall } from "./serve-history.ts";
import { groupKey, isCovered, nameKey, userKey } from "./serve-keys.ts";
import { type ChangeEntry, effectOf, type Reading, textOfChange } from "./serve-ledger.ts";
import type { Transition, Truth } from "./serve-truth.ts";

/**
 * No change takes longer: at most some twelve calls, each of which gives up after its patience of 5 s. This and the next are
 * bounds of a hang, and more than twice as long as that: a busy machine is slow too. Each of some pauses comes on top.
 */
const CHANGE_LIMIT_MS = 180_000;
/** One call, or the calls of one group. */
const READ_LIMIT_MS = 120_000;
const PAUSES = 4;

/** Changes that others make are not of the connector; those that come with something else are nobody's. */
const JUDGED = /^(?:name|member|group|enabled|attribute \S+ nickname) /;

export function judgeChanges(
  { changes, calls, pausedMs }: Pick<DayHistory, "changes" | "calls" | "pausedMs">,
  truth: Truth,
): readonly string[] {
  const differences: string[] = [];
  const byKey = Map.groupBy(changes, (change) => effectOf(change).key);
  const transitions = truth.transitions.filter(({ key, call }) => call !== undefined && JUDGED.test(key));
  const lost = lostCalls(calls);
  const keys = new Set([...byKey.keys(), ...transitions.map(({ key }) => key)]);
  for (const key of keys) {
    const asked = byKey.get(key) ?? [];
    const seen = transitions.filter((one) => one.key === key);
    const needless = new Set(seen.filter((one) => needsNoAnswer(one, asked, lost, truth)));
    differences.push(...judgeKey(asked, seen, needless, truth));
  }
  for (const change of changes)
    differences.push(...judgeAnswer(change, truth, CHANGE_LIMIT_MS + PAUSES * pausedMs));
  return differences;
}

/** Each change that was made has its one effect while it was under way, and no effect is left without a change. */
function judgeKey(
  asked: readonly ChangeEntry[],
  seen: readonly Transition[],
  needless: ReadonlySet<Transition>,
  truth: Truth,
): readonly string[] {
  const differences: string[] = [];
  /** Those that need an answer first. */
  const left = seen.toSorted((a, b) => Number(needless.has(a)) - Number(needless.has(b)));

  function take(change: ChangeEntry, sign: string): Transition | undefined {
    const toMs = isOpenEnded(change) ? Number.POSITIVE_INFINITY : change.toMs;
    const at = left.findIndex((one) => one.sign === sign && one.atMs >= change.fromMs && one.atMs <= toMs);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  }

  const inOrder = asked.toSorted((a, b) => a.toMs - b.toMs);
  for (const change of inOrder.filter(({ said }) => said === "made")) {
    if (take(change, effectOf(change).sign) === undefined && !happened(change, truth)) {
      differences.push(`not made: ${textOfChange(change)}`);
    }
  }
  for (const change of inOrder.filter(({ said }) => said === "fine" || said === "already")) {
    const { key, sign } = effectOf(change);
    const { fromMs, toMs, said } = change;
    const isSo =
      sign === "+" ? truth.wasSometime(key, fromMs, toMs) : truth.wasNotSometime(key, fromMs, toMs);
    if (!isSo) differences.push(`not so at any moment: ${textOfChange(change)}`);
    if (said === "fine") take(change, sign);
  }
  for (const change of inOrder.filter(isOpenEnded)) {
    const first = take(change, effectOf(change).sign);
    if (first !== undefined && change.kind === "create-user") takeBack(left, first);
  }
  // The answer of its call was lost, and before the next one its user or its group was gone, and the effect with it.
  for (const change of inOrder.filter(({ said, code }) => said === "refused" && isMissing(code))) {
    const effect = effectOf(change);
    if (!truth.wasSometime(effect.key, change.toMs, change.toMs)) take(change, effect.sign);
  }
  // An account that could not be finished is taken back.
  for (const change of inOrder.filter(({ said, kind }) => said === "refused" && kind === "create-user")) {
    const made = left.find((one) => one.sign === "+" && one.atMs >= change.fromMs && one.atMs <= change.toMs);
    if (made !== undefined && takeBack(left, made)) left.splice(left.indexOf(made), 1);
  }
  for (const { key, sign, atMs } of left.filter((one) => !needless.has(one))) {
    const who = asked.map(textOfChange).join(" | ");
    const when =
      inOrder.length === 0 ? "" : `, ${atMs - (inOrder[0]?.fromMs ?? 0)} ms after the first was asked`;
    differences.push(
      `made without an answer that says so: ${sign}${key}${when}. Asked for: ${who || "by nobody"}`,
    );
  }
  return differences;
}

/** The calls whose answer is not known to have arrived at the connector. */
export function lostCalls(calls: readonly SeenCall[]): ReadonlySet<number> {
  return new Set(calls.filter(isLost).map(({ number }) => number));
}

const isLost = ({ outcome, received }: SeenCall): boolean => outcome !== "ok" || !received;

export function needsNoAnswer(
  effect: Transition,
  asked: readonly ChangeEntry[],
  lost: ReadonlySet<number>,
  truth: Truth,
): boolean {
  const { call, key, sign, atMs } = effect;
  if (call === undefined) return false;
  return asked.some((change) => {
    const own = effectOf(change);
    if (!lost.has(call) && change.times === 1) return false;
    const toMs = isOpenEnded(change) ? Number.POSITIVE_INFINITY : change.toMs;
    if (own.key !== key || own.sign !== sign || atMs < change.fromMs || atMs > toMs) return false;
    return truth.wasTakenBack(effect, toMs);
  });
}

/** Others were faster by so little that AWS was asked, and had nothing left to do. */
function happened(change: ChangeEntry, truth: Truth): boolean {
  const { key } = effectOf(change);
  return (
    truth.wasSometime(key, change.fromMs, change.toMs) &&
    truth.wasNotSometime(key, change.fromMs, change.toMs)
  );
}

function takeBack(left: Transition[], made: Transition): boolean {
  const at = left.findIndex((one) => one.sign === "-" && one.atMs >= made.atMs);
  if (at < 0) return false;
  left.splice(at, 1);
  return true;
}

const isMissing = (code: string): boolean => code === "NOT_FOUND" || code === "404" || code === "5";

const isOpenEnded = ({ said }: ChangeEntry): boolean => said === "unknown" || said === "no answer";

/** What one answer says about the pool, and whether it says why. */
function judgeAnswer(change: ChangeEntry, truth: Truth, limitMs: number): readonly string[] {
  const { said, code, text, sub, username, group, kind, fromMs, toMs } = change;
  const differences: string[] = [];
  if (toMs - fromMs > limitMs) differences.push(`took ${toMs - fromMs} ms: ${textOfChange(change)}`);
  if (said !== "refused" && !(said === "unknown" && code !== "OK")) return differences;
  differences.push(...judgeText(textOfChange(change), text));
  const aboutGroup = kind === "grant" || kind === "revoke" || kind.endsWith("group");
  if (isMissing(code)) {
    const wasMissing =
      (!kind.endsWith("group") && truth.wasNotSometime(userKey(sub), fromMs, toMs)) ||
      (aboutGroup && truth.wasNotSometime(groupKey(group), fromMs, toMs));
    if (!wasMissing)
      differences.push(`refused as missing, and it was there all the time: ${textOfChange(change)}`);
  }
  if (code === "ALREADY_EXISTS" || code === "409" || code === "6") {
    const key = kind === "create-user" ? nameKey(username) : groupKey(group);
    if (!truth.wasSometime(key, fromMs, toMs)) {
      differences.push(`refused as there already, and it was not there: ${textOfChange(change)}`);
    }
  }
  return differences;
}

function judgeText(what: string, text: string): readonly string[] {
  if (text.trim() === "") return [`says not why: ${what}`];
  if (text.includes("\n")) return [`says why in several lines: ${what}`];
  return /internal error|undefined|\[object/.test(text) ? [`says nothing of use: ${what}`] : [];
}

export function judgeReadings(
  {
    readings,
    refusals,
    longestMs,
    changes,
    pausedMs,
  }: Pick<DayHistory, "readings" | "refusals" | "longestMs" | "changes" | "pausedMs">,
  truth: Truth,
): readonly string[] {
  return [
    ...readings.flatMap((reading) =>
      truth
        .faultsOf(reading)
        .map((fault) => `${reading.what}, ${reading.toMs - reading.fromMs} ms long: ${fault}`),
    ),
    ...readings.flatMap((reading) => unseen(reading, changes, truth)),
    ...refusals.flatMap(({ what, code, text }) => judgeText(`${what}: ${code} ${text}`, text)),
    ...["page", "SCIM read"].flatMap((what) => {
      const ms = new Map(longestMs).get(what) ?? 0;
      return ms > READ_LIMIT_MS + PAUSES * pausedMs ? [`a ${what} took ${ms} ms`] : [];
    }),
  ];
}

/** What was made here is seen by every reading that is asked for after its answer. */
function unseen(reading: Reading, changes: readonly ChangeEntry[], truth: Truth): readonly string[] {
  const { cover, askedMs, toMs, what } = reading;
  const keys = new Set(reading.keys);
  return changes.flatMap((change) => {
    const { key } = effectOf(change);
    const isMade = change.kind === "grant" && (change.said === "made" || change.said === "fine");
    if (!isMade || change.toMs >= askedMs || !isCovered(cover, key) || keys.has(key)) return [];
    return truth.wasNotSometime(key, change.toMs, toMs)
      ? []
      : [`${what} does not show what was made before: ${textOfChange(change)}`];
  });
}
