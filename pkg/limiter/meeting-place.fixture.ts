// A test instrument: a place where instances meet, in the memory of the test. It gives turns in the order in which they are
// asked for. How the real one is fair is tested with a real Redis (test/judges/redis).

import { GovernanceError } from "../core/errors.ts";
import type { Category } from "../core/operations.ts";
import {
  type QuotaAnswer,
  type QuotaExchange,
  type QuotaReport,
  sharedMargin,
} from "../core/shared-quota.ts";
import type { VirtualLoop } from "./virtual-loop.fixture.ts";

const AHEAD_MS = 100;

interface State {
  readonly members: Map<string, { pool: string; setPerSecond: number }>;
  nextAt: number;
  fraction: number;
  given: number;
}

interface Place {
  readonly reports: QuotaReport[];
  /** An instance's way to it. */
  exchange(name: string, pool?: string): QuotaExchange;
  /** It is lost, and every connection with it. */
  lose(): void;
  /** It is there again, with nothing in memory. */
  comeBack(): void;
  /** It answers, and gives no turns (true), or gives them again. */
  keepTurns(keeps: boolean): void;
  /** It knows no instance's place among them any more. */
  forgetPlaces(): void;
  /** Its answers take so long to come back. */
  answerAfter(ms: number): void;
  /** Answers this instead, once. */
  answerNext(answer: Partial<QuotaAnswer>): void;
}

export function createMeetingPlace(loop: VirtualLoop): Place {
  const states = new Map<Category, State>();
  const listeners: ((reachable: boolean) => void)[] = [];
  const reports: QuotaReport[] = [];
  let reachable = true;
  let startAt = 0;
  let givesTurns = true;
  let knowsPlaces = true;
  let answerMs = 0;
  let forged: Partial<QuotaAnswer> | undefined;

  function answer(name: string, pool: string, report: QuotaReport): QuotaAnswer {
    reports.push(report);
    const state: State = states.get(report.category) ?? {
      members: new Map(),
      nextAt: startAt,
      fraction: 1,
      given: 0,
    };
    states.set(report.category, state);
    const { members } = state;
    members.set(name, { pool, setPerSecond: report.setPerSecond });
    if (report.throttled) state.fraction /= 2;
    const now = loop.now();
    const lowest = Math.min(...[...members.values()].map(({ setPerSecond }) => setPerSecond));
    const turnMs = (1000 * sharedMargin(lowest)) / (lowest * state.fraction);
    state.nextAt = Math.max(state.nextAt, now, now + report.aheadMs);
    const { writes, others, background } = report.waiting;
    const turnsInMs: number[] = [];
    const untilMs = now + (givesTurns ? AHEAD_MS : Number.NEGATIVE_INFINITY);
    while (state.nextAt <= untilMs && turnsInMs.length < writes + others + background - report.held) {
      turnsInMs.push(state.nextAt - now);
      state.given += 1;
      state.nextAt += turnMs;
    }
    const names = [...members.keys()].toSorted((a, b) => a.localeCompare(b));
    const made = {
      turnsInMs,
      aheadMs: state.nextAt - now,
      instances: Math.max(members.size, report.knownInstances),
      poolInstances: [...members.values()].filter((member) => member.pool === pool).length,
      place: knowsPlaces ? names.indexOf(name) : undefined,
      setPerSecond: lowest,
      currentPerSecond: lowest * state.fraction,
      pollMs: 40,
      sharedNowMs: now + 1_000_000,
      outcomesKnown: report.outcomes.upTo,
      givenInAll: state.given,
      ownPart: {
        fromMs: state.nextAt - now,
        holdsForMs: state.nextAt - AHEAD_MS - now,
        afterLossMs: AHEAD_MS + turnMs,
      },
      ...forged,
    };
    forged = undefined;
    return made;
  }

  function later<T>(ms: number, take: (value: T) => void, value: T): void {
    if (ms === 0) take(value);
    else loop.at(loop.now() + ms, () => take(value));
  }

  return {
    reports,
    exchange: (name, pool = "pool") => ({
      report: (report) =>
        new Promise((resolve, reject) => {
          loop.at(loop.now() + 1, () => {
            if (reachable) later(answerMs, resolve, answer(name, pool, report));
            else reject(new GovernanceError("unavailable", "the place is not reachable"));
          });
        }),
      watch: (listener) => {
        listeners.push(listener);
        listener(reachable);
      },
      close: async () => {
        for (const { members } of states.values()) members.delete(name);
      },
    }),
    lose() {
      reachable = false;
      for (const listener of listeners) listener(false);
    },
    comeBack() {
      reachable = true;
      states.clear();
      startAt = loop.now() + AHEAD_MS;
      for (const listener of listeners) listener(true);
    },
    keepTurns: (keeps) => {
      givesTurns = !keeps;
    },
    forgetPlaces: () => {
      knowsPlaces = false;
    },
    answerAfter: (ms) => {
      answerMs = ms;
    },
    answerNext: (next) => {
      forged = next;
    },
  };
}
