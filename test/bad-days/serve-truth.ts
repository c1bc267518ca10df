// The truth of a day: what existed when, and who changed it.

import { type Cover, isCovered } from "./serve-keys.ts";

export interface Interval {
  readonly fromMs: number;
  /** Undefined: it is so to the end. */
  toMs: number | undefined;
}

/** One thing begins (+) or ends (-) to be. */
export interface Transition {
  readonly key: string;
  readonly sign: "+" | "-";
  readonly atMs: number;
  /** The number of the connector's call that did it. Undefined: others did. */
  readonly call: number | undefined;
}

export interface PoolHistory {
  readonly times: ReadonlyMap<string, readonly Interval[]>;
  readonly transitions: readonly Transition[];
}

export interface Truth {
  readonly transitions: readonly Transition[];
  /** Whether it was so at some moment between the two. */
  wasSometime(key: string, fromMs: number, toMs: number): boolean;
  wasNotSometime(key: string, fromMs: number, toMs: number): boolean;
  /** Whether what it did was over by then. */
  wasTakenBack(transition: Transition, byMs: number): boolean;
  /** What is wrong with a reading between the two moments that says that these things are, and no others that it covers. */
  faultsOf(said: Claimed): readonly string[];
}

interface Claimed {
  readonly keys: readonly string[];
  readonly cover: Cover;
  readonly fromMs: number;
  readonly toMs: number;
}

export function truthOf({ times, transitions }: PoolHistory): Truth {
  const wasSometime = (key: string, fromMs: number, toMs: number): boolean =>
    times.get(key)?.some((one) => one.fromMs <= toMs && endOf(one) >= fromMs) ?? false;
  return {
    transitions,
    wasSometime,
    wasNotSometime: (key, fromMs, toMs) => !lasted(times.get(key), fromMs, toMs),
    wasTakenBack: ({ key, sign, atMs }, byMs) =>
      times
        .get(key)
        ?.some((one) =>
          sign === "+" ? one.fromMs === atMs && endOf(one) <= byMs : one.fromMs >= atMs && one.fromMs <= byMs,
        ) ?? false,
    faultsOf({ keys, cover, fromMs, toMs }) {
      const faults: string[] = [];
      const said = new Set(keys);
      for (const [key, intervals] of times) {
        if (isCovered(cover, key) && lasted(intervals, fromMs, toMs) && !said.has(key))
          faults.push(`lost: ${key}, there ${text(intervals, fromMs)}`);
      }
      for (const key of said) {
        if (!wasSometime(key, fromMs, toMs))
          faults.push(`kept: ${key}, there ${text(times.get(key), fromMs)}`);
      }
      // A listing may meet a user twice while others are made and deleted.
      if (cover === "inventory") faults.push(...repeated(keys).map((key) => `twice: ${key}`));
      return faults;
    },
  };
}

/** Whether it is so at the end of the day. */
export function isNow({ times }: PoolHistory, key: string): boolean {
  const last = times.get(key)?.at(-1);
  return last !== undefined && last.toMs === undefined;
}

function repeated(keys: readonly string[]): readonly string[] {
  return [...Map.groupBy(keys, (key) => key)].flatMap(([key, same]) => (same.length > 1 ? [key] : []));
}

const endOf = ({ toMs = Number.POSITIVE_INFINITY }: Interval): number => toMs;

/** Seen from the beginning of a reading. */
function text(intervals: readonly Interval[] | undefined, sinceMs: number): string {
  return (
    intervals?.map((one) => `from ${one.fromMs - sinceMs} to ${endOf(one) - sinceMs} ms`).join(", ") ??
    "never"
  );
}

/** From the first moment to the last. What began or ended in the very millisecond may be seen either way. */
function lasted(intervals: readonly Interval[] | undefined, fromMs: number, toMs: number): boolean {
  return intervals?.some((one) => one.fromMs < fromMs && endOf(one) > toMs) ?? false;
}
