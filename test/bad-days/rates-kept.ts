import { busiestWindow } from "../cognito/rates.ts";

/**
 * What is wrong with the rate of each category, as the server saw it: no more than the setting in any ten seconds, and one
 * more than it, rounded up, in any second. A process that starts knows nothing of the turns of the one before, so each start
 * may add one turn to a window.
 */
export function judgeRates(
  arrivals: ReadonlyMap<string, readonly number[]>,
  perSecond: number,
  startsMs: readonly number[],
): readonly string[] {
  const broken: string[] = [];
  for (const [category, times] of arrivals) {
    for (const [windowMs, most] of [
      [10_000, Math.floor(perSecond * 10)],
      [1_000, Math.ceil(perSecond) + 1],
    ] as const) {
      const allowed = most + busiestWindow(startsMs.slice(1), windowMs);
      const busiest = busiestWindow(times, windowMs);
      if (busiest > allowed)
        broken.push(`${category}: ${busiest} calls in ${windowMs / 1000} s at ${perSecond} a second`);
    }
  }
  return broken;
}
