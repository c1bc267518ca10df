import { GovernanceError } from "../core/errors.ts";
import type { QuotaAnswer } from "../core/shared-quota.ts";
import { ANSWER_FIELDS } from "./script.ts";

const MOST_TURNS = 200;
const MOST_AHEAD_MS = 120_000;
/** The script gives turns until some time after the next report, and those that were fetched late. */
const MOST_TURN_MS = 5000;
const MOST_INSTANCES = 100_000;
const MIN_POLL_MS = 20;
const MAX_POLL_MS = 1000;

/** The answer of the script; a Redis that answers anything else is as good as away. */
export function parseAnswer(reply: unknown): QuotaAnswer {
  if (!isWholeNumbers(reply) || reply.length < ANSWER_FIELDS || reply.length > ANSWER_FIELDS + MOST_TURNS) {
    throw unexpected();
  }
  const [nowUs = 0, aheadUs = 0, instances = 0, mates = 0, place = 0] = reply;
  const [
    setMilli = 0,
    currentMilli = 0,
    pollMs = 0,
    outcomesKnown = -1,
    givenInAll = 0,
    fromUs = 0,
    holdsUs = 0,
    afterUs = 0,
  ] = reply.slice(5, ANSWER_FIELDS);
  const turns = reply.slice(ANSWER_FIELDS).map((us) => us / 1000);
  const ok =
    within(instances, 1, MOST_INSTANCES) &&
    within(mates, 1, instances) &&
    within(place, -1, instances - 1) &&
    setMilli > 0 &&
    within(currentMilli, 1, setMilli) &&
    outcomesKnown >= 0 &&
    within(aheadUs / 1000, -MOST_AHEAD_MS, MOST_AHEAD_MS) &&
    [fromUs, holdsUs, afterUs].every((us) => within(us / 1000, -MOST_AHEAD_MS, MOST_AHEAD_MS)) &&
    turns.every((ms) => within(ms, -MOST_TURN_MS, MOST_TURN_MS));
  if (!ok) throw unexpected();
  return {
    turnsInMs: turns,
    aheadMs: aheadUs / 1000,
    instances,
    poolInstances: mates,
    place: place < 0 ? undefined : place,
    setPerSecond: setMilli / 1000,
    currentPerSecond: currentMilli / 1000,
    pollMs: Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, pollMs)),
    sharedNowMs: nowUs / 1000,
    outcomesKnown,
    givenInAll,
    ownPart: { fromMs: fromUs / 1000, holdsForMs: holdsUs / 1000, afterLossMs: afterUs / 1000 },
  };
}

/** The script has refused a report that was under way for too long. */
export function isTooOld(reply: unknown): boolean {
  return isWholeNumbers(reply) && reply.length === 1;
}

function isWholeNumbers(reply: unknown): reply is readonly number[] {
  return Array.isArray(reply) && reply.every((entry) => Number.isSafeInteger(entry));
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function unexpected(): GovernanceError {
  return new GovernanceError("unavailable", "Redis answered what the script of the shared quota cannot");
}
