import type { Parsed } from "../setting.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A timer of Node.js is limited to 24.8 days, jitter included. */
const LONGEST = 7 * DAY;

/** `30m`, `1h30m` or `1d` becomes milliseconds, from a minute to a week. */
export function parseInterval(given: string): Parsed<number> {
  const parts = /^(?=\d)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(given);
  const [days, hours, minutes, seconds] = (parts ?? []).slice(1).map((part) => Number(part ?? 0));
  const value = (days ?? 0) * DAY + (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE + (seconds ?? 0) * SECOND;
  return value >= MINUTE && value <= LONGEST
    ? { value }
    : { problem: "must be a duration from 1m to 7d, such as 30m, 1h or 24h" };
}

/** The shortest text that `parseInterval` parses to this value. */
export function formatInterval(ms: number): string {
  const units: readonly (readonly [string, number])[] = [
    ["h", HOUR],
    ["m", MINUTE],
    ["s", SECOND],
  ];
  let rest = ms;
  return units
    .map(([unit, length]) => {
      const count = Math.floor(rest / length);
      rest -= count * length;
      return count === 0 ? "" : `${count}${unit}`;
    })
    .join("");
}

/** A time of RFC 3339, such as 2026-11-21T18:00:00Z, becomes milliseconds since the epoch. */
export function parseTime(given: string): Parsed<number> {
  const text = given.toUpperCase();
  const date = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.exec(text)?.[1];
  const value = date !== undefined && isOnCalendar(date) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(value)
    ? { problem: "must be a time as in RFC 3339, such as 2026-11-21T18:00:00Z" }
    : { value };
}

// JavaScript reads 30 February as 2 March.
function isOnCalendar(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}
